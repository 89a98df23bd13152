"""Aspects: what a review judges and how (`"scent#positive"`), and the words that name the aspect and the opinion."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks import entities
from makeup_ai.training.tasks.heads import Head, Task


def build(examples: Sequence[Example]) -> Task:
    """Return the task over the aspects and kinds of words that occur in the examples."""
    labels = tuple(sorted({aspect for example in examples for aspect in example.aspects or ()}))
    heads = (Head("aspects", "labels", labels), *entities.build(examples).heads)
    return Task("aspects", heads, monitor="aspects.f1+slots.f1")
