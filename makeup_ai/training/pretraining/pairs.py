"""Rows to train on: sentences of a document packed together, alone or as a pair of which one may follow the other.

The second parts of the pairs that are not true are handed round among them, within a language: of all that a second
part is by itself, its length, its style, nothing tells which pairs are true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.pretraining.pieces import Pieces

NEXT, RANDOM, NO_PAIR = 1, 0, -1
"""Labels of a row: the second part follows the first, is of another document, or there is none."""
_TRIES = 10

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as spans of a corpus's pieces.

    Args:
        spans: `(rows, 4)` int64, start and end of the first and of the second part; the second is empty without a pair.
        labels: `(rows,)` int32 of `NEXT`, `RANDOM` and `NO_PAIR`.
        languages: `(rows,)` int8, of the first part.
        parts: 1, or 2 where rows may be pairs, which takes one more special piece.
    """

    spans: NDArray[np.int64]
    labels: NDArray[np.int32]
    languages: NDArray[np.int8]
    parts: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each row, special ones included."""
        first = self.spans[:, 1] - self.spans[:, 0]
        second = self.spans[:, 3] - self.spans[:, 2]
        lengths: NDArray[np.int64] = first + second + 2 + (self.labels != NO_PAIR)
        return lengths


def pack(pieces: Pieces, max_length: int) -> Rows:
    """Pack the sentences of each document into rows `[CLS] text [SEP]`, as many as fit.

    Args:
        pieces: The corpus.
        max_length: Pieces of a row, special ones included. A sentence beyond it goes on in the next row.
    """
    spans, languages = [], []
    for document in range(len(pieces)):
        for start, end in _filled(_sentences(pieces, document, max_length - 2), max_length - 2):
            spans.append((start, end, 0, 0))
            languages.append(pieces.languages[document])
    rows = np.asarray(spans, np.int64).reshape(-1, 4)
    return Rows(rows, np.full(len(rows), NO_PAIR, np.int32), np.asarray(languages, np.int8), 1)


def pair(pieces: Pieces, max_length: int, seed: int) -> Rows:
    """Pack the sentences of each document into rows `[CLS] a [SEP] b [SEP]`; half of them true.

    What is left over, and documents of one sentence, are rows without a pair.

    Args:
        pieces: The corpus.
        max_length: Pieces of a row, special ones included; each part has at most half of it.
        seed: Of cuts and of labels, which are the same in every epoch.
    """
    generator = np.random.default_rng([seed, 1])
    half = (max_length - 3) // 2
    spans: list[tuple[int, int, int, int]] = []
    owners: list[int] = []
    for document in range(len(pieces)):
        parts = list(_cut_at_random(_sentences(pieces, document, half), half, generator))
        for place in range(0, len(parts), 2):
            second = parts[place + 1] if place + 1 < len(parts) else (0, 0)
            spans.append((*parts[place], *second))
            owners.append(document)
    rows, owner = np.asarray(spans, np.int64).reshape(-1, 4), np.asarray(owners, np.int64)
    languages = pieces.languages[owner].astype(np.int8)
    labels = np.where(rows[:, 3] > rows[:, 2], NEXT, NO_PAIR).astype(np.int32)
    for language in np.unique(languages):
        paired = np.flatnonzero((labels == NEXT) & (languages == language))
        chosen = np.sort(generator.permutation(paired)[: len(paired) // 2])
        given = _handed_round(chosen, owner, generator)
        moved = owner[given] != owner[chosen]
        rows[chosen[moved], 2:] = rows[given[moved], 2:]
        labels[chosen[moved]] = RANDOM
    return Rows(rows, labels, languages, 2)


def _handed_round(
    chosen: NDArray[np.int64], owner: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return the row that each takes its second part from: another document's, but where nearly all are of one."""
    given = generator.permutation(chosen)
    for _ in range(_TRIES):
        same = np.flatnonzero(owner[given] == owner[chosen])
        if not len(same):
            break
        others = generator.permutation(len(given))[: len(same)]
        for one, other in zip(same, others, strict=True):
            given[one], given[other] = given[other], given[one]
    return given


def _sentences(pieces: Pieces, document: int, longest: int) -> list[Span]:
    """Return a document's sentences as spans of pieces, cut where one is longer than a row."""
    first, last = pieces.documents[document], pieces.documents[document + 1]
    bounds = pieces.sentences[first : last + 1].tolist()
    found = []
    for start, end in pairwise(bounds):
        found += [(at, min(at + longest, end)) for at in range(start, end, longest)]
    return found


def _filled(sentences: list[Span], most: int) -> Iterator[Span]:
    """Join neighbours while they fit."""
    start, end = sentences[0]
    for after, stop in sentences[1:]:
        if stop - start > most:
            yield start, end
            start = after
        end = stop
    yield start, end


def _cut_at_random(sentences: list[Span], most: int, generator: np.random.Generator) -> Iterator[Span]:
    """Join neighbours, of those that fit a random number; a first part leaves something for the second."""
    place, first = 0, True
    while place < len(sentences):
        start = sentences[place][0]
        fitting = place + 1
        while fitting < len(sentences) and sentences[fitting][1] - start <= most:
            fitting += 1
        many = max(1, min(fitting, len(sentences) - first) - place)
        take = int(generator.integers(1, many + 1))
        yield start, sentences[place + take - 1][1]
        place, first = place + take, not first
