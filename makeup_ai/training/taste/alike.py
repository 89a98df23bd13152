"""Weights towards products that nobody has bought yet, from those that are like them.

A new product is written as a combination of products that were bought (kernel ridge regression of what the catalogue
says; Saunders, Gammerman & Vovk 1998), and takes the same combination of their columns. The columns here are those of
a ridge regression that may explain a product by itself: having bought a thing speaks for what is like it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.purchases import Purchases
from makeup_ai.training.taste.linear import LinearOptions, gram

Floats = NDArray[np.float64]

RIDGE = 20.0
"""Of the combination; a product's likeness to itself is about 9."""
OPTIONS = LinearOptions(denoise=10.0, target_power=0.2, kin=0.0, inputs=(1.0,) * 6, targets=(1.0,) * 6)
"""Of the columns; ratings are left aside, as who bought it says more of a product's place than how it was liked."""


def combinations(likeness: Floats, old: NDArray[np.int64], new: NDArray[np.int64], ridge: float = RIDGE) -> Floats:
    """Return `(old, new)` how each new product is combined of old ones.

    Args:
        likeness: `(products, products)`, see `content.likeness`.
        old: Rows of products that were bought.
        new: Rows of those that were not.
        ridge: Above zero.
    """
    system = likeness[np.ix_(old, old)] + ridge * np.eye(len(old))
    return np.asarray(np.linalg.solve(system, likeness[np.ix_(old, new)]))


def new_weights(purchases: Purchases, likeness: Floats, options: LinearOptions = OPTIONS) -> Floats:
    """Return `(products, products)` weights whose columns are zero but for products without a purchase."""
    found = gram(purchases, options)
    often = np.diag(found.inputs).copy()
    bought = purchases.bought()
    old, new = np.flatnonzero(bought > 0), np.flatnonzero(bought == 0)
    system = found.inputs + np.diag(options.ridge + options.denoise * often)
    columns = np.linalg.solve(system, found.targets) / np.maximum(found.wanted, 1.0) ** options.target_power
    weights = np.zeros_like(columns)
    weights[:, new] = columns[:, old] @ combinations(likeness, old, new)
    return weights
