"""What is said of an example under a head, whatever its kind: the names that drift and slices are counted by."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.splits import bare_text
from makeup_ai.training.tasks.base import Head, Task


def said(head: Head, example: Example) -> tuple[str, ...] | None:
    """Return the labels of an example under a head, one of each; `None` where nobody looked.

    Examples:
        >>> said(Head("slots", "tokens"), Example("matte", slots=((0, 5, "finish"),)))
        ('finish',)
    """
    value = getattr(example, head.name, None)
    if value is None:
        return None
    if isinstance(value, str):
        return (value,)
    return tuple(dict.fromkeys(one if isinstance(one, str) else one[2] for one in value))


def knows(head: Head, example: Example) -> bool:
    """Tell whether a head has every label that is said of an example."""
    return all(label in head.labels or f"B-{label}" in head.labels for label in said(head, example) or ())


def labelled_heads(task: Task) -> tuple[Head, ...]:
    """Return the heads that answer with labels, which is what an update can be judged by.

    Raises:
        ValueError: There is none.
    """
    heads = tuple(head for head in task.heads if head.labels)
    if not heads:
        raise ValueError(f"Expected a task that answers with labels. Received: task={task.name!r}, which has none")
    return heads


def is_labelled(heads: Sequence[Head], example: Example) -> bool:
    """Tell whether an example carries a label of any of the heads."""
    return any(said(head, example) is not None for head in heads)


def all_said(heads: Sequence[Head], example: Example) -> tuple[object, ...]:
    """Return all that is said of an example, spans by their words: unequal where two of the same text contradict."""

    def plain(value: object) -> object:
        if not isinstance(value, tuple):
            return value
        return tuple(v if isinstance(v, str) else (bare_text(example.text[v[0] : v[1]]), v[2]) for v in value)

    return tuple(plain(getattr(example, head.name, None)) for head in heads)
