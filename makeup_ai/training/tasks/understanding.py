"""Understanding: intent, slots, sentiment and the query's embedding from one pass of one encoder."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks import intent, sentiment, slots
from makeup_ai.training.tasks.heads import Head, Task

EMBEDDING_WIDTH = 64


def build(examples: Sequence[Example]) -> Task:
    """Return the shared task; examples may each carry any of its labels."""
    heads = (*intent.build(examples).heads, *slots.build(examples).heads, *sentiment.build(examples).heads)
    return Task(
        "understanding",
        (*heads, Head("embedding", "embedding", width=EMBEDDING_WIDTH, weight=0.3)),
        monitor="intent.macro_f1+slots.f1",
    )
