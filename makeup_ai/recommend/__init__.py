"""Catalogue, masks, terms, ranking and reasons."""
