"""Updating a model that is in use: feedback, drift, retraining, comparison, and a decision that can be taken back."""
