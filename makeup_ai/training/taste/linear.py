"""Weights from every product to every other in closed form, learned from purchases.

Ridge regression of what each user bought on the rest of what they bought, with no product explaining itself: EASE
(Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"). Added to it are a ridge that grows with how often
a product is bought, which is what dropping inputs at random comes to (EDLAE; Steck 2020, "Autoencoders that don't
overfit towards the Identity"); less weight for users who bought much; ratings; kinship of products as if some more
users had bought all of a kind; and less pull towards what everybody buys.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.purchases import Purchases

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearOptions:
    """How weights are learned; the defaults were chosen by `benchmarks/recommend.py` on a validation part.

    Args:
        ridge: Added to the diagonal of the Gram matrix, in purchases.
        denoise: Part of the diagonal itself that is added to it.
        user_power: A user of `n` purchases weighs `n ** -user_power`, all users together as if unweighted.
        target_power: A column is divided by its purchases to this power.
        kin: Weight of kinship.
        inputs: What a purchase counts for as an input: without a rating, then with 1 to 5 stars.
        targets: The same as a target.

    Raises:
        ValueError: A number is below zero, or there are not six for the ratings.
    """

    ridge: float = 100.0
    denoise: float = 2.0
    user_power: float = 0.75
    target_power: float = 0.1
    kin: float = 20.0
    inputs: tuple[float, ...] = (1.0, 0.7, 0.7, 0.7, 1.0, 1.0)
    targets: tuple[float, ...] = (1.0, 0.5, 0.5, 0.5, 1.0, 1.0)

    def __post_init__(self) -> None:
        """Refuse what has no solution."""
        numbers = (self.denoise, self.user_power, self.target_power, self.kin, *self.inputs, *self.targets)
        if not self.ridge > 0 or min(numbers) < 0 or {len(self.inputs), len(self.targets)} != {6}:
            raise ValueError(f"Expected a ridge above 0, no number below 0, six for the ratings. Received: {self}")


PLAIN = LinearOptions(
    ridge=200.0, denoise=0.0, user_power=0.0, target_power=0.0, kin=0.0, inputs=(1.0,) * 6, targets=(1.0,) * 6
)
"""EASE as published, counting every rating as a purchase."""


def by_stars(rating: Floats, table: tuple[float, ...]) -> Floats:
    """Look up each rating, rounded to whole stars, halves upwards; NaN is the first of the table."""
    stars = np.floor(np.nan_to_num(rating, nan=0.0) + 0.5).astype(np.int64)
    return np.asarray(table, np.float64)[stars]


@dataclass(frozen=True)
class Gram:
    """Sums over users, from which everything is solved.

    Args:
        inputs: `(products, products)` input by input.
        targets: `(products, products)` input by target.
        wanted: `(products,)` purchases as targets.
    """

    inputs: Floats
    targets: Floats
    wanted: Floats


def gram(purchases: Purchases, options: LinearOptions) -> Gram:
    """Add up the purchases of all users."""
    products = purchases.products
    each = np.bincount(purchases.user, minlength=purchases.users)
    weight = np.maximum(each, 1.0) ** -options.user_power
    weight *= len(purchases) / max(float((weight * each).sum()), 1e-12)
    values = [by_stars(purchases.rating, table) for table in (options.inputs, options.targets)]
    order = np.argsort(purchases.user, kind="stable")
    starts = np.searchsorted(purchases.user[order], np.arange(purchases.users + 1))
    inputs, targets = np.zeros((products, products)), np.zeros((products, products))
    for user, (start, end) in enumerate(pairwise(starts.tolist())):  # few of many products each: no dense rows
        rows = order[start:end]
        at = np.ix_(purchases.product[rows], purchases.product[rows])
        had = weight[user] * values[0][rows]
        inputs[at] += np.outer(had, values[0][rows])
        targets[at] += np.outer(had, values[1][rows])
    wanted_each = np.bincount(purchases.product, values[1], minlength=products)
    return Gram(inputs, targets, np.asarray(wanted_each, np.float64))


def item_weights(purchases: Purchases, options: LinearOptions, kin: Floats | None = None) -> Floats:
    """Learn the weight of each product had for each product offered.

    Args:
        purchases: To learn from.
        options: How.
        kin: `(products, products)` positive semidefinite kinship, as `content.shared` gives it.

    Returns:
        `(products, products)`, zero on the diagonal.
    """
    found = gram(purchases, options)
    often = np.diag(found.inputs).copy()
    kinship = options.kin * kin if kin is not None and options.kin else 0.0
    system = found.inputs + kinship
    system[np.diag_indices_from(system)] += options.ridge + options.denoise * often
    inverse = np.linalg.inv(system)
    weights = inverse @ (found.targets + kinship)
    weights -= inverse * (np.diag(weights) / np.diag(inverse))  # the multipliers that keep the diagonal at zero
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights / np.maximum(found.wanted, 1.0) ** options.target_power)


def strongest(weights: Floats, entries: int) -> Floats:
    """Keep the strongest weights of the whole table and set the others to zero.

    One threshold for all keeps more of the ranking than a number for each column: products that are bought with many
    others need many, and most need few.
    """
    if entries < 1:
        raise ValueError(f"Expected at least one entry to keep. Received: {entries}")
    if entries >= weights.size:
        return weights.copy()
    strength = np.abs(weights)
    least = np.partition(strength.ravel(), weights.size - entries)[weights.size - entries]
    return np.where((strength >= least) & (strength > 0), weights, 0.0)
