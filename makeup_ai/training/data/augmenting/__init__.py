"""Augmentation: more ways to say what labelled examples say, with the same labels."""
