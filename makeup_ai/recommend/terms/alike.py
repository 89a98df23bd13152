"""How much a product that nobody has bought yet is like what a person had."""

from __future__ import annotations

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution
from makeup_ai.recommend.terms.taste import of_neighbours


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give the likeness in [-1, 1] between the history and a product, times the weight."""
    return of_neighbours("alike", tables.alike, tables, needs)
