"""What a pre-trained encoder would say in the place of words: the language model behind mask-fill."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import MASK, SPECIAL_TOKENS
from makeup_ai.training.data.batches import buckets
from makeup_ai.training.pretraining.objectives import MASKED
from makeup_ai.training.pretraining.pretrain import load_pretrained

CANDIDATES = 20
PLACES = 8
"""Words that are asked for at once; a text with more is asked in turns."""


class Filler:
    """Proposes single words of the vocabulary for parts of a text.

    Args:
        folder: Of a pre-training on masked words.

    Raises:
        FileNotFoundError: The folder is none that pre-training has left.
        ValueError: It has not learned masked words.
    """

    def __init__(self, folder: str | Path):
        self._network, self._tokenizer, lessons = load_pretrained(folder)
        if MASKED not in dict(self._network.output):
            raise ValueError(f"Expected a pre-training on masked words. Received: {str(folder)!r}, {lessons.objective}")
        self._vocabulary, self._mask = self._tokenizer.vocabulary, self._tokenizer.token_id(MASK)
        self._length = lessons.max_length
        self._whole = np.array([piece.isalpha() and piece not in SPECIAL_TOKENS for piece in self._vocabulary])

    def __call__(self, text: str, positions: Sequence[tuple[int, int]]) -> list[list[str]]:
        """Return, for each part of a text, words that could stand there, likeliest first; none past what it reads."""
        found: list[list[str]] = []
        for start in range(0, len(positions), PLACES):
            found += self._asked(text, positions[start : start + PLACES])
        return found

    def _asked(self, text: str, positions: Sequence[tuple[int, int]]) -> list[list[str]]:
        encoding = self._tokenizer.encode(text, self._length)
        ids, places = _masked(encoding.token_ids, encoding.offsets, positions, self._mask)
        length = next(bucket for bucket in buckets(self._length) if len(ids) <= bucket)
        token_ids, padding_mask = np.zeros((1, length), np.int32), np.zeros((1, length), np.int32)
        token_ids[0, : len(ids)], padding_mask[0, : len(ids)] = ids, 1
        asked = np.zeros((1, PLACES), np.int32)
        asked[0, : len(places)] = [max(place, 0) for place in places]
        inputs = {"token_ids": token_ids, "padding_mask": padding_mask, "masked_positions": asked}
        logits: NDArray[Any] = np.asarray(self._network.predict_on_batch(inputs)[MASKED])[0]
        order = np.argsort(-np.where(self._whole, logits, -np.inf), axis=-1, kind="stable")[:, :CANDIDATES]
        return [
            [self._vocabulary[piece] for piece in order[i] if self._whole[piece]] if place >= 0 else []
            for i, place in enumerate(places)
        ]


def _masked(
    ids: NDArray[np.int32], offsets: NDArray[np.int32], positions: Sequence[tuple[int, int]], mask: int
) -> tuple[list[int], list[int]]:
    """Put one mask for all pieces of each part; return the ids, and where each mask stands or -1."""
    kept: list[int] = []
    places = [-1] * len(positions)
    for piece, (start, end) in zip(ids.tolist(), offsets.tolist(), strict=True):
        part = next((i for i, (s, e) in enumerate(positions) if start < e and end > s), None)
        if part is None:
            kept.append(piece)
        elif places[part] < 0:
            places[part] = len(kept)
            kept.append(mask)
    return kept, places
