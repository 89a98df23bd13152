"""Photo to face, capture gate, colour and tone."""
