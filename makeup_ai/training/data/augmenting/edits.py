"""Replacing parts of an example's text, with its spans carried along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from makeup_ai.training.data.examples import Example

Edit = tuple[int, int, str]
"""Start and end (exclusive) of a part of the text, and what stands there instead."""


def edited(example: Example, edits: Sequence[Edit]) -> Example:
    """Return an example whose text has other parts, and whose spans cover what they covered.

    Args:
        example: Any.
        edits: Without overlap, in any order; each lies within one span or outside of all.

    Raises:
        ValueError: Two edits overlap, or one crosses the edge of a span or leaves nothing of it.

    Examples:
        >>> example = Example("a matte lipstick", slots=((2, 7, "finish"), (8, 16, "category")))
        >>> edited(example, [(2, 7, "shine-free"), (0, 2, "")])
        ... # doctest: +ELLIPSIS
        Example(text='shine-free lipstick', intent=None, slots=((0, 10, 'finish'), (11, 19, 'category')), ...
    """
    ordered = sorted(edits)
    if any(before[1] > after[0] for before, after in pairwise(ordered)):
        raise ValueError(f"Expected edits without overlap. Received: {ordered}")
    text = example.text
    for start, end, content in reversed(ordered):
        text = text[:start] + content + text[end:]
    if example.slots is None:
        return replace(example, text=text)
    slots = tuple((_moved(s, ordered), _moved(e, ordered), slot) for s, e, slot in example.slots)
    return replace(example, text=text, slots=slots)


def free(example: Example, start: int, end: int) -> bool:
    """Tell whether a part of the text lies outside of all spans."""
    return all(end <= s or start >= e for s, e, _ in example.slots or ())


def _moved(place: int, edits: Sequence[Edit]) -> int:
    """Return where the edge of a span lies after the edits."""
    shift = 0
    for start, end, content in edits:
        if start < place < end:
            raise ValueError(f"Expected edits within one span or outside of all. Received: {(start, end, content)}")
        if end <= place:
            shift += len(content) - (end - start)
    return place + shift
