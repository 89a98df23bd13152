"""Answers to the pieces of one tokenizer, read as answers to those of another: by the characters that both cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.decoding import softmax

Array = NDArray[np.float32]
NEVER = 1e-9
"""Share of a class that cannot be; its logarithm is still a number."""


def aligned(logits: Array, given: NDArray[np.int32], wanted: NDArray[np.int32], labels: Sequence[str]) -> Array:
    """Return BIO answers piece by piece of another tokenizer.

    A piece takes the answer of the first piece with which it shares a character. Where the piece before it took the
    same one, it stands inside of it: what was likely to begin there is likely to go on here.

    Args:
        logits: `(pieces, classes)` of the pieces that were answered; rows of NaN were not.
        given: `(pieces, 2)`, their characters; special pieces have none.
        wanted: `(other pieces, 2)`, those to be answered.
        labels: Class names, `"O"`, `"B-x"`, `"I-x"`.

    Returns:
        `(other pieces, classes)` logits; NaN on special pieces and where nothing was answered.
    """
    found = np.full((len(wanted), logits.shape[-1]), np.nan, np.float32)
    before = -1
    for piece, (start, end) in enumerate(wanted):
        shared = np.flatnonzero((given[:, 0] < end) & (given[:, 1] > start)) if end > start else np.empty(0, np.int64)
        if not len(shared):
            continue
        source = int(shared[0])
        found[piece] = _went_on(logits[source], labels) if source == before else logits[source]
        before = source
    return found


def aligned_vectors(vectors: Array, given: NDArray[np.int32], wanted: NDArray[np.int32]) -> Array:
    """Return one vector a piece of another tokenizer: that of the first piece with which it shares a character.

    Args:
        vectors: `(pieces, width)`.
        given: `(pieces, 2)`, the characters of each; the first and the last are special.
        wanted: `(other pieces, 2)`, likewise.

    Returns:
        `(other pieces, width)`; special pieces have those of their kind, and zeros stand where nothing is shared.
    """
    found = np.zeros((len(wanted), vectors.shape[-1]), vectors.dtype)
    found[0], found[-1] = vectors[0], vectors[-1]
    real = np.flatnonzero(given[:, 1] > given[:, 0])
    first = np.searchsorted(given[real, 1], wanted[:, 0], side="right")  # the first that ends behind its start
    for piece, (start, end) in enumerate(wanted):
        if end > start and first[piece] < len(real) and given[real[first[piece]], 0] < end:
            found[piece] = vectors[real[first[piece]]]
    return found


def _went_on(logits: Array, labels: Sequence[str]) -> Array:
    """Give what `B-x` has to `I-x`, where there is one."""
    shares = np.array(softmax(logits))
    for column, label in enumerate(labels):
        inside = f"I-{label[2:]}"
        if label.startswith("B-") and inside in labels:
            shares[labels.index(inside)] += shares[column]
            shares[column] = 0.0
    moved: Array = np.log(np.maximum(shares, NEVER)).astype(np.float32)
    return moved
