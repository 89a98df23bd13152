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


FORBIDDEN = -1e4
"""Score of a step that the labels' own meaning rules out."""


def allowed_steps(labels: Sequence[str]) -> NDArray[np.float32]:
    """Return what BIO allows: 0, or `FORBIDDEN` where `I-x` follows neither `B-x` nor `I-x`.

    Returns:
        `(classes + 1, classes)`: from the row's label to the column's; the last row is for the first label of a text.
    """
    scores = np.zeros((len(labels) + 1, len(labels)), np.float32)
    for column, label in enumerate(labels):
        prefix, _, slot = label.partition("-")
        if prefix == "I":
            inside = {f"B-{slot}", f"I-{slot}"}
            scores[:-1, column] = [0.0 if before in inside else FORBIDDEN for before in labels]
            scores[-1, column] = FORBIDDEN
    return scores


def viterbi(scores: NDArray[np.float32], labels: Sequence[str]) -> NDArray[np.int64]:
    """Find the best path of labels that BIO allows (Viterbi, 1967).

    Args:
        scores: `(pieces + classes + 2, classes)`: of a conditional random field, whose weights are behind the pieces'
            scores (steps from the row's label to the column's, first label, last label).
        labels: Class names.

    Returns:
        `(pieces,)` int64.
    """
    classes = len(labels)
    emissions, field = scores[: -classes - 2], scores[-classes - 2 :]
    if not len(emissions):
        return np.empty(0, np.int64)
    allowed = allowed_steps(labels)
    steps = field[:classes] + allowed[:-1]
    reached = emissions[0] + field[classes] + allowed[-1]
    back = np.empty((len(emissions), classes), np.int64)
    for piece in range(1, len(emissions)):
        through = reached[:, None] + steps
        back[piece] = through.argmax(axis=0)
        reached = through.max(axis=0) + emissions[piece]
    path = np.empty(len(emissions), np.int64)
    path[-1] = (reached + field[classes + 1]).argmax()
    for piece in range(len(emissions) - 1, 0, -1):
        path[piece - 1] = back[piece, path[piece]]
    return path


def crf_spans(scores: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
    """Read spans from the scores of a conditional random field; see `viterbi`.

    The confidence is the mean share that the chosen labels have of their pieces' own scores.

    Args:
        scores: `(pieces + classes + 2, classes)`; more pieces than `offsets` are padding.
        labels: Class names, `"O"`, `"B-x"`, `"I-x"`.
        offsets: `(pieces, 2)` characters of each piece; special pieces have none and are not part of the path.
    """
    real = np.flatnonzero(offsets[:, 1] > offsets[:, 0])
    classes = len(labels)
    path = viterbi(np.concatenate([scores[real], scores[-classes - 2 :]]), labels)
    return _spans(softmax(scores[real]), path, labels, offsets[real])


def bio_spans(logits: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
    """Read spans from per-piece BIO logits.

    An `I-x` that does not follow `B-x` or `I-x` opens a span of its own, as conlleval reads it. Pieces without
    characters (offsets `(0, 0)`) close a span.

    Args:
        logits: `(pieces, classes)`.
        labels: Class names, `"O"`, `"B-x"`, `"I-x"`.
        offsets: `(pieces, 2)` characters of each piece.
    """
    return _spans(softmax(logits), logits.argmax(-1), labels, offsets)


def _spans(
    probabilities: NDArray[np.float32],
    classes: NDArray[np.int64],
    labels: Sequence[str],
    offsets: NDArray[np.int32],
) -> list[Span]:
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
