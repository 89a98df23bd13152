"""Intent: what a person wants from the assistant. One class a text."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks.heads import Head, Task


def build(examples: Sequence[Example]) -> Task:
    """Return the task over the intents that occur in the examples."""
    labels = tuple(sorted({example.intent for example in examples if example.intent is not None}))
    return Task("intent", (Head("intent", "text", labels),), monitor="intent.macro_f1")
