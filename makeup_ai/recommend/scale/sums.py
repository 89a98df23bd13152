"""The exact sums of chosen rows, without those of all the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.fixed import UNIT, fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.scale.dot import near_dot
from makeup_ai.recommend.tables import INT8_SCALE, Tables
from makeup_ai.recommend.terms import TERMS, Contribution, cells, price, relevance

BY_ROW = ("cells", "relevance", "price", "popularity")
"""Terms whose value in a product depends on that product alone; the others are asked about every product."""
SHORT = np.iinfo(np.int16).max


class Sums:
    """Sums for one question: whole columns where they are kept or cheap, the rest worked out for the rows asked for.

    Args:
        tables: Of the catalogue.
        needs: Of the person.
        embedding: Of the question, or empty.

    Raises:
        ValueError: The embedding does not fit the tables'.
    """

    def __init__(self, tables: Tables, needs: Needs, embedding: tuple[float, ...]):
        self.tables, self.needs, self.embedding = tables, needs, embedding
        if not relevance.check(tables, embedding) or "relevance" not in TERMS:
            self.embedding = ()
        self.budget = needs.budget if "price" in TERMS else None
        self.columns: list[NDArray[np.int16] | NDArray[np.int64]] = []
        for need, sharing in cells.shares(tables, needs).items():
            # A column is what the term gives, so the settings need not be told apart: they are the tables' own.
            make = _column(tables, need, sharing)
            self.columns.append(tables.worths.get((need, sharing), make))
        if tables.popularity is not None and "popularity" in TERMS:
            weight, values = tables.settings.weights["popularity"], tables.popularity.values
            self.columns.append(tables.worths.get("popularity", lambda: fixed(weight * values / UNIT)))
        self.others = tuple(
            summand for name, term in TERMS.items() if name not in BY_ROW for summand in term(tables, needs, embedding)
        )
        self.columns += [summand.values for summand in self.others]

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the scores of some rows, in ten-thousandths."""
        return self.base(rows) + self.likeness(rows)

    def base(self, rows: NDArray[np.int64], known: NDArray[Any] | None = None) -> NDArray[np.int64]:
        """Give all of the scores of some rows but their likeness to the question.

        Args:
            rows: In the catalogue.
            known: The columns of every product, where they have been added up.
        """
        scores = self.known(rows) if known is None else known[rows]
        if self.budget is None:
            return scores.astype(np.int64)
        return scores + price.worth(self.tables.settings, self.tables.prices[rows], self.budget)

    def likeness(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give what likeness to the question adds to some rows."""
        if not self.embedding:
            return np.zeros(len(rows), np.int64)
        vectors = self.tables.embeddings.take(rows, axis=0)
        return relevance.worth(self.tables.settings, vectors, self.embedding)[1]

    def likeness_most(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give what likeness adds to some rows at most: worked out in single precision, plus what that can be wrong."""
        settings, query = self.tables.settings, np.array(self.embedding, np.float32) / np.float32(INT8_SCALE)
        error = (len(query) + 8) * float(np.finfo(np.float32).eps) * self._closest
        cosine = near_dot(self.tables.embeddings, rows, query)
        cosine += np.float32(error)
        cosine[cosine <= settings.relevance_floor] = 0
        cosine *= np.float32(settings.weights["relevance"] * UNIT)
        return cosine.astype(np.int64) + 2  # one for the digits cut off, one for what single precision loses of them

    @cached_property
    def _closest(self) -> float:
        """The highest cosine that the lengths of the vectors allow."""
        return float(np.linalg.norm(self.embedding)) * self.tables.longest / INT8_SCALE

    @property
    def ceiling(self) -> int:
        """The most that likeness can add to a score."""
        return int(self.tables.settings.weights["relevance"] * self._closest * UNIT) + 1 if self.embedding else 0

    @property
    def cheapest(self) -> int:
        """The most that a price can add to a score, zero at least."""
        if self.budget is None:
            return 0
        return max(0, int(price.worth(self.tables.settings, np.array([self.tables.cheapest]), self.budget)[0]))

    def known(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.int16] | NDArray[np.int64]:
        """Add up the columns, all of every sum but likeness and price: `(rows,)`, of every product for `None`."""
        short = all(column.dtype == np.int16 for column in self.columns) and self._most <= SHORT
        kind = np.int16 if short else np.int64
        parts = (column if rows is None else column[rows] for column in self.columns)
        first = next(parts, None)
        if first is None:
            return np.zeros(len(self.tables.products) if rows is None else len(rows), np.int16)
        total: NDArray[Any] = first.astype(kind, copy=False)
        for i, part in enumerate(parts):
            total = np.add(total, part, out=total if i else None, dtype=kind)
        return total

    @property
    def _most(self) -> float:
        """The most that the columns kept can add up to, in ten-thousandths."""
        tables, weights = self.tables, self.tables.settings.weights
        slots = (need.partition(":")[0] for need in cells.shares(tables, self.needs))
        needs = sum(weights[str(tables.slots[slot].term)] * tables.slots[slot].weight for slot in slots)
        return UNIT * (needs + weights.get("popularity", 0.0))


def _column(tables: Tables, need: str, sharing: int) -> Callable[[], NDArray[np.int64]]:
    return lambda: cells.column(tables, need, sharing)


def first(
    rows: NDArray[np.int64], scores: NDArray[np.int64], many: int, order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the best rows: by score, then by the order of ids.

    Args:
        rows: `(rows,)` in the catalogue, each once.
        scores: `(rows,)`.
        many: How many at most.
        order: Place of each row of the catalogue among the ids.

    Returns:
        Rows and scores, best first.
    """
    if len(scores) > many:
        least = np.partition(scores, len(scores) - many)[len(scores) - many]
        kept = np.flatnonzero(scores >= least)
        scores, rows = scores[kept], rows[kept]
    best = np.lexsort((order[rows], -scores))[:many]
    return rows[best], scores[best]


def sliced(summands: Sequence[Contribution], rows: NDArray[np.int64]) -> tuple[Contribution, ...]:
    """Give summands for some rows alone, under the places of these rows."""

    def one(summand: Contribution) -> Contribution:
        return Contribution(summand.name, summand.values[rows], lambda place: summand.evidence(int(rows[place])))

    return tuple(one(summand) for summand in summands)
