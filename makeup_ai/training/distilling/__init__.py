"""Distillation: a small network learns, beside the labels, what larger or other models answer."""
