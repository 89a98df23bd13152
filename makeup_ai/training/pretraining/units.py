"""What is masked together: whole words, segmented Chinese words, and the names of the domain.

A piece either starts a unit, stays within the unit of the piece before it, or is free: a Chinese character of a text
that nobody segmented, which joins the one before by a draw (see `masking.units_of`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import SPECIAL_TOKENS, UNK, Tokenizer
from makeup_ai.training.data.terms import domain_terms

STARTS, WITHIN, FREE = 0, 1, 2
"""How a piece stands to the one before it."""

LONGEST_TERM = 16
"""Pieces of a name; longer ones are masked word by word."""


class Units:
    """Finds the units of encoded texts.

    Args:
        tokenizer: Of the texts.
        terms: Names that are one unit each, as ingredients and concerns; those of the domain by default.
    """

    def __init__(self, tokenizer: Tokenizer, terms: Iterable[str] | None = None):
        vocabulary = tokenizer.vocabulary
        self._continues = np.asarray([piece.startswith("##") and piece[2:3].isalnum() for piece in vocabulary])
        self._han = np.asarray([len(piece) == 1 and _is_han(piece) for piece in vocabulary])
        chosen = [*domain_terms("en"), *domain_terms("zh")] if terms is None else list(terms)
        unknown = tokenizer.token_id(UNK)
        self._terms: dict[int, list[tuple[int, ...]]] = {}
        for encoding in tokenizer.encode_batch(sorted(set(chosen)), LONGEST_TERM + 2):
            ids = tuple(encoding.token_ids[1:-1].tolist())
            if ids and unknown not in ids and not encoding.truncated:
                self._terms.setdefault(ids[0], []).append(ids)
        for names in self._terms.values():
            names.sort(key=lambda ids: (-len(ids), ids))

    def mark(
        self,
        token_ids: NDArray[np.int32],
        offsets: NDArray[np.int32] | None = None,
        words: Sequence[tuple[int, int]] = (),
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """Tell how each piece of a text stands to the one before, and which belong to a name.

        Args:
            token_ids: `(n,)`, without special pieces.
            offsets: `(n, 2)`, in the characters of the text; without them, neighbours count as adjacent.
            words: Start and end of each segmented word, in order; empty where nobody segmented. They need offsets.

        Returns:
            `(n,)` int8 of `STARTS`, `WITHIN` and `FREE`, and `(n,)` bool.
        """
        joins = np.zeros(len(token_ids), np.int8)
        entity = np.zeros(len(token_ids), np.bool_)
        if not len(token_ids):
            return joins, entity
        han = self._han[token_ids]
        if words and offsets is not None:
            starts = np.asarray([start for start, _ in words])
            number = np.searchsorted(starts, offsets[:, 0], side="right")
            joins[1:][(number[1:] == number[:-1]) & (number[1:] > 0)] = WITHIN
        else:
            adjacent = offsets is None or offsets[1:, 0] == offsets[:-1, 1]
            joins[1:][han[1:] & han[:-1] & adjacent] = FREE
        continues = self._continues[token_ids]
        joins[1:][continues[1:]] = WITHIN
        for start, end in self._names(token_ids.tolist(), continues):
            joins[start], joins[start + 1 : end], entity[start:end] = STARTS, WITHIN, True
            if end < len(joins):
                joins[end] = STARTS
        joins[0] = STARTS
        return joins, entity

    def _names(self, ids: list[int], continues: NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
        """Find names from left to right, the longest first; one never ends within a word."""
        place = 0
        while place < len(ids):
            after = place + 1
            if ids[place] in self._terms and not continues[place]:
                for name in self._terms[ids[place]]:
                    end = place + len(name)
                    whole = end == len(ids) or (end < len(ids) and not continues[end])
                    if whole and tuple(ids[place:end]) == name:
                        yield place, end
                        after = end
                        break
            place = after


def word_spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Find words in the text that they were cut from, in order; one that is not there is passed over.

    Examples:
        >>> word_spans("保湿 面霜", ["保湿", "面霜"])
        [(0, 2), (3, 5)]
    """
    spans, place = [], 0
    for word in words:
        start = text.find(word, place)
        if word and start >= 0:
            place = start + len(word)
            spans.append((start, place))
    return spans


def ordinary_ids(tokenizer: Tokenizer) -> NDArray[np.int32]:
    """Return the ids of pieces that stand for text: neither special nor left unused."""
    return np.asarray(
        [
            index
            for index, piece in enumerate(tokenizer.vocabulary)
            if piece not in SPECIAL_TOKENS and not piece.startswith("[unused")
        ],
        np.int32,
    )


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"
