"""BM25 over short texts, on NumPy: which of them speak with the words of a question."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.6
"""How soon a repeated term stops to count, and how much a long text is held back; the usual middle of both ranges."""


@dataclass(frozen=True)
class Bm25:
    """An index: for each term the texts that hold it and what it is worth there.

    Okapi BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", with the idf that stays above 0):
    `idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))`, and in a text `idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * l / L))`.

    Args:
        size: Number of texts.
        postings: Term -> rows of texts `(n,)` int32, ascending, and weights `(n,)` float32.

    Examples:
        >>> index = Bm25.of([["control", "oil"], ["seal", "water"], ["oil", "seal"]])
        >>> [round(float(score), 2) for score in index.scores(["oil", "control"])]
        [1.45, 0.0, 0.47]
    """

    size: int
    postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Bm25:
        """Index texts given as their terms."""
        counts = [Counter(text) for text in texts]
        mean = sum(map(len, texts)) / max(len(texts), 1) or 1.0
        places: dict[str, list[tuple[int, float]]] = {}
        for row, (text, count) in enumerate(zip(texts, counts, strict=True)):
            norm = K1 * (1 - B + B * len(text) / mean)
            for term, times in count.items():
                places.setdefault(term, []).append((row, times * (K1 + 1) / (times + norm)))
        postings = {}
        for term, listed in places.items():
            rows, weights = zip(*listed, strict=True)
            idf = math.log(1 + (len(texts) - len(listed) + 0.5) / (len(listed) + 0.5))
            postings[term] = np.array(rows, np.int32), np.array(weights, np.float32) * np.float32(idf)
        return cls(len(texts), postings)

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Score every text, `(size,)` float32; each different term counts once."""
        found = np.zeros(self.size, np.float32)
        for term in dict.fromkeys(terms):
            if term in self.postings:
                rows, weights = self.postings[term]
                found[rows] += weights
        return found

    def most(self, terms: Sequence[str]) -> float:
        """Give a bound that no text's score passes; terms that no text has count as the rarest would."""
        rarest = math.log(1 + (self.size + 0.5) / 0.5)
        unique = dict.fromkeys(terms)
        return sum(float(self.postings[t][1].max()) if t in self.postings else rarest for t in unique)

    def rarity(self, term: str) -> float:
        """Say how telling a term is: 0 where every text has it, 1 where none or one has."""
        if term not in self.postings or self.size < 2:
            return 1.0
        return 1 - math.log(len(self.postings[term][0])) / math.log(self.size)
