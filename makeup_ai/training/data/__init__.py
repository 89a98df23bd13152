"""Schemas and loaders for other people's files, generators, splits, reports."""
