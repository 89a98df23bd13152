"""Entities: which words name a thing, and of what kind. One BIO class a piece, along the best path."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks.heads import Head, Task
from makeup_ai.training.tasks.slots import bio_labels


def build(examples: Sequence[Example]) -> Task:
    """Return the task over the kinds that occur in the examples."""
    return Task("entities", (Head("slots", "field", bio_labels(examples)),), monitor="slots.f1")
