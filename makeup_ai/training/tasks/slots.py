"""Slots: which words say what. One BIO class a piece."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks.heads import Head, Task


def bio_labels(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return `O`, then `B-` and `I-` of each slot that occurs, in alphabetical order."""
    slots = sorted({slot for example in examples for _, _, slot in example.slots or ()})
    return ("O", *(f"{prefix}-{slot}" for slot in slots for prefix in "BI"))


def build(examples: Sequence[Example]) -> Task:
    """Return the task over the slots that occur in the examples."""
    return Task("slots", (Head("slots", "tokens", bio_labels(examples)),), monitor="slots.f1")
