"""Encoders behind one call, and the presets that build them."""
