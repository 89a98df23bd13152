"""The exact sums of chosen rows, without those of all the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.fixed import UNIT, fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
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
        relevance.check(tables, embedding)
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
        scores = np.zeros(len(rows), np.int64)
        for column in self.columns:
            scores += column[rows]
        if self.embedding and "relevance" in TERMS:
            vectors = self.tables.embeddings.take(rows, axis=0)
            scores += relevance.worth(self.tables.settings, vectors, self.embedding)[1]
        if self.needs.budget is not None and "price" in TERMS:
            scores += price.worth(self.tables.settings, self.tables.prices[rows], self.needs.budget)
        return scores

    def known(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.int16] | NDArray[np.int64]:
        """Add up the columns, all of every sum but relevance and price: `(rows,)`, of every product for `None`."""
        short = all(column.dtype == np.int16 for column in self.columns) and self._most <= SHORT
        kind = np.int16 if short else np.int64
        total: NDArray[Any] = np.zeros(1, kind)
        for i, column in enumerate(self.columns):
            part: NDArray[Any] = column if rows is None else column[rows]
            total = total + part.astype(kind, copy=False) if i else part.astype(kind, copy=False)
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
