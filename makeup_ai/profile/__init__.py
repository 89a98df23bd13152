"""What a person has chosen to tell: facts that age, an encrypted vault, consent, a policy, anonymous counts."""
