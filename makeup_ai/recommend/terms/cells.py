"""The needs met by what a product contains and declares: one summand a need, under the term its slot names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from makeup_ai.recommend.cells import Column
from makeup_ai.recommend.fixed import UNIT, fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give each need its cell, times the weights of its term and slot, divided among the needs of the same term.

    Needs that `needs.json` does not list count nowhere.
    """
    listed = [need for need in dict.fromkeys(needs.needs) if need in tables.cells.columns]
    rules = {need: tables.slots[need.partition(":")[0]] for need in listed}
    sharing = Counter(rule.term for rule in rules.values())
    found = []
    for need, rule in rules.items():
        column, term = tables.cells.columns[need], str(rule.term)
        values = np.zeros(len(tables.products), np.int64)
        weight = tables.settings.weights[term] * rule.weight
        values[column.rows] = fixed(weight * column.values / UNIT / sharing[term])
        found.append(Contribution(term, values, _Evidence(tables, need, column)))
    return found


class _Evidence:
    """The path behind a cell."""

    def __init__(self, tables: Tables, need: str, column: Column):
        self.tables, self.need, self.column = tables, need, column

    def __call__(self, row: int) -> Mapping[str, Any]:
        cell = int(np.searchsorted(self.column.rows, row))
        path = self.tables.cells.paths[int(self.column.paths[cell])]
        return {"kind": path.kind, "need": self.need, "path": path.nodes}
