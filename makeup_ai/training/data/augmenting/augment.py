"""Copies of labelled examples in other words: what `makeup-ai data augment` and `train --augment` call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from makeup_ai.training.data.augmenting.kinds import Kind
from makeup_ai.training.data.examples import Example

LONGER = 2.0
"""A copy may have at most this many times the characters of the original, and one more name."""
NAME = 60


def augment(examples: Sequence[Example], times: int, kinds: Sequence[Kind], seed: int = 0) -> list[Example]:
    """Return the examples, and behind them their copies.

    Each copy is changed in one way, drawn among those that find something to change. No text is there twice. Copies
    have the group of their original, which is its text where it had none, so that no split divides them.

    Args:
        examples: In any order; what is drawn for one depends on its place and the seed alone.
        times: Copies of each, at most; a text that can hardly be changed has fewer.
        kinds: From `kinds_of`.
        seed: Of all choices.

    Raises:
        ValueError: There is no kind, or `times` is below 0.
    """
    if times < 0 or not kinds:
        raise ValueError(f"Expected kinds and times >= 0. Received: {len(kinds)} kinds, times={times}")
    originals = [replace(example, group=example.group or example.text) for example in examples]
    seen = {example.text for example in originals}
    copies = []
    for copy in range(times):
        for place, example in enumerate(originals):
            changed = _copy(example, kinds, Random(f"{seed} {place} {copy}"))
            if changed is not None and changed.text not in seen:
                seen.add(changed.text)
                copies.append(changed)
    return [*originals, *copies]


def _copy(example: Example, kinds: Sequence[Kind], rng: Random) -> Example | None:
    for kind in rng.sample(list(kinds), len(kinds)):
        changed = kind(example, rng)
        if changed is not None and len(changed.text) <= LONGER * len(example.text) + NAME:
            return changed
    return None
