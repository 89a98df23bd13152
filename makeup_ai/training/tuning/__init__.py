"""Searching for good training options: a declared space, a strategy, and trials that are runs."""
