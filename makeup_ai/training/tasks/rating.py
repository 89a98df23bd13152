"""Rating: how many stars. Five classes a text, with the sentiment beside it: what is sure of one helps the other."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks import sentiment
from makeup_ai.training.tasks.heads import Head, Task

LABELS = ("1", "2", "3", "4", "5")


def build(examples: Sequence[Example]) -> Task:
    """Return the task; its labels do not depend on the examples."""
    heads = (Head("rating", "text", LABELS), *sentiment.build(examples).heads)
    return Task("rating", heads, monitor="rating.macro_f1+sentiment.auc")
