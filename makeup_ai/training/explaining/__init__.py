"""Explanations that need a network's gradients, and how faithful any explanation is."""
