"""The tasks, by name. A new task is a file and a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks import aspects, entities, intent, rating, sentiment, slots, understanding
from makeup_ai.training.tasks.heads import Head, Task

TASKS: dict[str, Callable[[Sequence[Example]], Task]] = {
    "intent": intent.build,
    "slots": slots.build,
    "sentiment": sentiment.build,
    "rating": rating.build,
    "entities": entities.build,
    "aspects": aspects.build,
    "understanding": understanding.build,
}


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
