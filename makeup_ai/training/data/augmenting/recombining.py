"""New texts out of the sentences of those there are: nobody labelled them, but a teacher answers them all the same."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.sentences import split_sentences

KEPT = 0.6
"""Chance of a sentence to be kept."""
LOST, EXCHANGED = 0.04, 0.08
"""Chance of an English word to be left out, and to be another that some text holds."""


def recombine(examples: Sequence[Example], times: int, seed: int = 0) -> list[Example]:
    """Return texts of sentences that were kept, put in another order, and mixed with those of another text.

    What a pupil learns from a teacher, it learns where it is asked; thousands of labelled texts ask too little (Jiao et
    al., 2020, arXiv:1909.10351, section 4.2). The other text is of the same group, so that cross-fitted teachers have
    not seen it either, and the new one stays in it.

    Args:
        examples: Training texts; a text without a group is a group of its own.
        times: New texts for each, at most; none is there twice.
        seed: Of all choices.

    Returns:
        Examples without labels.

    Raises:
        ValueError: `times` is below 0.
    """
    if times < 0:
        raise ValueError(f"Expected times >= 0. Received: times={times}")
    sentences = [split_sentences(example.text) for example in examples]
    groups: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        groups.setdefault(example.group or example.text, []).append(row)
    words = [word for example in examples if example.language != "zh" for word in example.text.split()]
    seen, found = {example.text for example in examples}, []
    for time in range(times):
        for row, example in enumerate(examples):
            rng = Random(f"{seed} {row} {time}")
            group = example.group or example.text
            partner = rng.choice(groups[group])
            mixed = _mixed(sentences[row], sentences[partner] if partner != row else [], rng)
            text = _reworded(mixed, words, rng) if example.language != "zh" else "".join(mixed)
            if text.strip() and text not in seen:
                seen.add(text)
                found.append(Example(text, language=example.language, group=group))
    return found


def _mixed(own: Sequence[str], other: Sequence[str], rng: Random) -> list[str]:
    kept = [sentence for sentence in own if rng.random() < KEPT] or [rng.choice(own)]
    if rng.random() < 0.5:
        kept += rng.sample(other, (len(other) + 1) // 2)
    rng.shuffle(kept)
    return kept


def _reworded(sentences: Sequence[str], words: Sequence[str], rng: Random) -> str:
    kept = [word for word in " ".join(sentences).split() if rng.random() >= LOST]
    return " ".join(rng.choice(words) if rng.random() < EXCHANGED else word for word in kept)
