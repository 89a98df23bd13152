"""Ingredients, groups, concerns and conflicts: linking, masks and suitability."""
