"""Sentiment: is the writer pleased? Two classes a text."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks.heads import Head, Task

LABELS = ("negative", "positive")


def build(examples: Sequence[Example]) -> Task:
    """Return the task; its labels do not depend on the examples."""
    return Task("sentiment", (Head("sentiment", "text", LABELS),), monitor="sentiment.macro_f1")
