"""What people who had the same products had too."""

from __future__ import annotations

from makeup_ai.recommend.fixed import fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.neighbours import Neighbours
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution

MOST_NAMED = 2
"""Purchases named behind a value."""


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give the taste in [-1, 1] that the history has for a product, times the weight."""
    return of_neighbours("taste", tables.taste, tables, needs)


def of_neighbours(name: str, neighbours: Neighbours | None, tables: Tables, needs: Needs) -> list[Contribution]:
    """Give one summand for a table of neighbours; none without a table or a history that the catalogue knows."""
    if neighbours is None or not needs.history:
        return []
    heard = neighbours.hear(needs.history, tables.row_of)
    if not len(heard.rows):
        return []
    values = fixed(tables.settings.weights[name] * neighbours.tastes(heard))
    return [
        Contribution(
            name,
            values,
            lambda row: {
                "kind": name if values[row] > 0 else f"{name}_against",
                "because": neighbours.because(heard, row, MOST_NAMED),
                "unknown": heard.unknown,
            },
        )
    ]
