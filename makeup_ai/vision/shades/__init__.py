"""Shades held against a measured skin colour: foundation by distance, lipstick and blush by harmony."""
