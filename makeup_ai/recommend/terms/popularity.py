"""How often a product is bought: a small prior, shown as what it is."""

from __future__ import annotations

import numpy as np

from makeup_ai.recommend.fixed import UNIT, fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give the popularity in [0, 1], times the weight; none without the table."""
    popularity = tables.popularity
    if popularity is None or not np.any(popularity.values):
        return []
    values = fixed(tables.settings.weights["popularity"] * popularity.values / UNIT)
    return [
        Contribution(
            "popularity", values, lambda row: {"kind": "popularity", "purchases": int(popularity.purchases[row])}
        )
    ]
