"""The tasks, by name. A new task is a file and a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks import (
    answers,
    aspects,
    embed,
    entities,
    intent,
    match,
    rating,
    sentiment,
    slots,
    understanding,
)
from makeup_ai.training.tasks.heads import Head, Task

TASKS: dict[str, Callable[[Sequence[Example]], Task]] = {
    "intent": intent.build,
    "slots": slots.build,
    "sentiment": sentiment.build,
    "rating": rating.build,
    "entities": entities.build,
    "aspects": aspects.build,
    "understanding": understanding.build,
    "match": match.build,
    "answers": answers.build,
    "embed": embed.build,
}

READ: dict[str, Callable[[Sequence[Example]], list[Example]]] = {
    "match": match.read,
    "answers": answers.read,
    "embed": embed.read,
}
"""How a task reads examples, where it reads more than their text."""


def as_read(name: str, examples: Sequence[Example]) -> list[Example]:
    """Return the examples as a task reads them: pairs for a task of pairs, texts alone for the others.

    What has been read once, reads the same again.

    Raises:
        ValueError: None of them is of use to a task of pairs.
    """
    if name in READ:
        return READ[name](examples)
    return [
        e
        if e.second is None and e.negatives is None
        else replace(e, second=None, bought=None, relevant=None, negatives=None)
        for e in examples
    ]


def build_task(name: str, examples: Sequence[Example]) -> Task:
    """Return a task whose labels are those of the training examples.

    Raises:
        ValueError: The name is unknown, or a head would have fewer than two classes.
    """
    if name not in TASKS:
        raise ValueError(f"Unknown task. Expected one of {sorted(TASKS)}. Received: task={name!r}")
    task = TASKS[name](examples)
    for head in task.heads:
        if not head.width and len(head.labels) < 2:
            raise ValueError(
                f"Task {name!r} needs training examples with at least two labels for {head.name!r}. "
                f"Received: {list(head.labels)}"
            )
    return task


def task_to_dict(task: Task) -> dict[str, Any]:
    """Return a task as plain JSON values."""
    heads = [
        {"name": h.name, "kind": h.kind, "labels": list(h.labels), "width": h.width, "weight": h.weight}
        for h in task.heads
    ]
    return {"name": task.name, "heads": heads, "monitor": task.monitor}


def task_from_dict(values: Mapping[str, Any]) -> Task:
    """Rebuild a task that `task_to_dict` wrote."""
    heads = tuple(Head(**{**head, "labels": tuple(head["labels"])}) for head in values["heads"])
    return Task(values["name"], heads, values["monitor"])
