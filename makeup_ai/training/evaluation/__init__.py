"""Metrics, slices and reports."""
