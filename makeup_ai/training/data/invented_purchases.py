"""Synthetic purchases, for showing what is learned from real ones: invented people with a taste, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from makeup_ai.schema import Product
from makeup_ai.training.data.purchases import Purchases

PEOPLE = 400
BOUGHT = (3, 9)
"""Products a person has, the least and one more than the most."""
BRAND_PULL, WORD_PULL = 2.0, 1.5
"""Log-odds that a product of a favourite brand, or with the declared word a person looks for, is bought."""
FAVOURITES = 2
NEW_EVERY = 10
"""The last of so many products has just arrived, and nobody has it."""
BAD = 0.15  # of the purchases: rated 1 to 3 stars, the others 4 or 5


def invent_purchases(products: Sequence[Product], seed: int = 0, people: int = PEOPLE) -> Purchases:
    """Draw purchases: everybody keeps to two brands and one declared word (`"skin_type:oily"`), more or less.

    Args:
        products: The catalogue.
        seed: Of the draws.
        people: How many.

    Raises:
        ValueError: The catalogue is smaller than twice what one person may buy.
    """
    if len(products) < 2 * BOUGHT[1]:
        raise ValueError(f"Expected a catalogue of at least {2 * BOUGHT[1]} products. Received: {len(products)}")
    rng = np.random.default_rng(seed)
    brands = sorted({product.brand for product in products})
    said = [{f"{slot}:{v}" for slot, values in p.attributes.items() for v in values} for p in products]
    words = sorted(set().union(*said)) or [""]
    users, rows, stars = [], [], []
    for person in range(people):
        favourites = set(rng.choice(brands, min(FAVOURITES, len(brands)), replace=False).tolist())
        word = words[int(rng.integers(len(words)))]
        pull = [
            BRAND_PULL * (product.brand in favourites) + WORD_PULL * (word in declared)
            for product, declared in zip(products, said, strict=True)
        ]
        odds = np.exp(pull)
        odds[NEW_EVERY - 1 :: NEW_EVERY] = 0.0
        chance = odds / odds.sum()
        for row in rng.choice(len(products), int(rng.integers(*BOUGHT)), replace=False, p=chance).tolist():
            users.append(person)
            rows.append(row)
            stars.append(int(rng.integers(1, 4)) if rng.random() < BAD else int(rng.integers(4, 6)))
    names = tuple(f"invented {person}" for person in range(people))
    return Purchases(
        np.array(users, np.int64),
        np.array(rows, np.int64),
        np.array(stars, np.float64),
        names,
        len(products),
        {"synthetic purchases": len(users), "invented people": people},
    )
