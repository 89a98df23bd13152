"""Answers: does this passage answer that question? No or yes a pair."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import ANSWERS, Example
from makeup_ai.training.tasks.heads import Head, Task


def build(examples: Sequence[Example]) -> Task:
    """Return the task; its labels do not depend on the examples."""
    return Task("answers", (Head("relevant", "pair", ANSWERS),), monitor="relevant.mrr+relevant.auc")


def read(examples: Sequence[Example]) -> list[Example]:
    """Return the pairs among the examples.

    Raises:
        ValueError: They are not of both kinds.
    """
    found = [example for example in examples if example.relevant is not None]
    if (kinds := {example.relevant for example in found}) != set(ANSWERS):
        raise ValueError(
            "Task 'answers' needs pairs (`second` with `relevant`) of yes and of no. "
            f"Received: {len(found)} pairs among {len(examples)} examples, of {sorted(map(str, kinds))}"
        )
    return found
