"""Pre-training: an encoder, or a generator, learns the language of the domain from texts without labels."""
