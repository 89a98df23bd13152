"""How far a product stays under the budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.fixed import fixed
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.settings import Settings
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give the share of the budget that is left over, times the weight; what is dearer is masked and never counts."""
    budget = needs.budget
    if budget is None:
        return []
    values = worth(tables.settings, tables.prices, budget)
    products = tables.products
    return [
        Contribution(
            "price",
            values,
            lambda row: {
                "kind": "price",
                "price": products[row].price,
                "budget": budget,
                "currency": products[row].currency,
            },
        )
    ]


def worth(settings: Settings, prices: NDArray[np.float64], budget: float) -> NDArray[np.int64]:
    """Return what prices are worth under a budget, in ten-thousandths, of the same shape."""
    return fixed(settings.weights["price"] * (budget - prices) / budget)
