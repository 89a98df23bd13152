"""Model outputs to answers: probabilities and BIO spans. Plain functions over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) fill `slot`, with the mean probability of their labels."""

    slot: str
    start: int
    end: int
    confidence: float


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def bio_spans(logits: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
    """Read spans from per-piece BIO logits.

    An `I-x` that does not follow `B-x` or `I-x` opens a span of its own, as conlleval reads it. Pieces without
    characters (offsets `(0, 0)`) close a span.

    Args:
        logits: `(pieces, classes)`.
        labels: Class names, `"O"`, `"B-x"`, `"I-x"`.
        offsets: `(pieces, 2)` characters of each piece.
    """
    probabilities = softmax(logits)
    classes = logits.argmax(-1)
    spans: list[Span] = []
    open_slot: str | None = None
    pieces: list[int] = []

    def close() -> None:
        if open_slot is not None:
            confidence = float(np.mean([probabilities[i, classes[i]] for i in pieces]))
            spans.append(Span(open_slot, int(offsets[pieces[0]][0]), int(offsets[pieces[-1]][1]), confidence))

    for piece, label_index in enumerate(classes):
        label = labels[label_index] if offsets[piece][1] > offsets[piece][0] else "O"
        prefix, _, slot = label.partition("-")
        if prefix == "I" and slot == open_slot:
            pieces.append(piece)
            continue
        close()
        open_slot, pieces = (slot, [piece]) if slot else (None, [])
    close()
    return spans
