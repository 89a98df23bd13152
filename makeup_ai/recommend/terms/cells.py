"""The needs met by what a product contains and declares: one summand a need, under the term its slot names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.cells import Column
from makeup_ai.recommend.fixed import UNIT, fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give each need its cell, times the weights of its term and slot, divided among the needs of the same term.

    Needs that `needs.json` does not list count nowhere.
    """
    found = []
    for need, sharing in shares(tables, needs).items():
        values = column(tables, need, sharing)
        found.append(Contribution(_term(tables, need), values, _Evidence(tables, need, tables.cells.columns[need])))
    return found


def shares(tables: Tables, needs: Needs) -> dict[str, int]:
    """Give the needs that count, each with the number of those that share its term."""
    listed = [need for need in dict.fromkeys(needs.needs) if need in tables.cells.columns]
    sharing = Counter(_term(tables, need) for need in listed)
    return {need: sharing[_term(tables, need)] for need in listed}


def column(tables: Tables, need: str, sharing: int) -> NDArray[np.int64]:
    """Return what a need is worth in every product, `(products,)` ten-thousandths.

    Args:
        tables: Of the catalogue.
        need: One that the tables list.
        sharing: Needs of the same term.
    """
    cells = tables.cells.columns[need]
    values = np.zeros(len(tables.products), np.int64)
    weight = tables.settings.weights[_term(tables, need)] * tables.slots[need.partition(":")[0]].weight
    values[cells.rows] = fixed(weight * cells.values / UNIT / sharing)
    return values


def _term(tables: Tables, need: str) -> str:
    return str(tables.slots[need.partition(":")[0]].term)


class _Evidence:
    """The path behind a cell."""

    def __init__(self, tables: Tables, need: str, column: Column):
        self.tables, self.need, self.column = tables, need, column

    def __call__(self, row: int) -> Mapping[str, Any]:
        cell = int(np.searchsorted(self.column.rows, row))
        path = self.tables.cells.paths[int(self.column.paths[cell])]
        return {"kind": path.kind, "need": self.need, "path": path.nodes}
