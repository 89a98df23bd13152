"""How alike products are by what the catalogue says of them: kernels, one a block of facts, that add up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.described import Described

Floats = NDArray[np.float64]
PRICE_WIDTH = 0.4
"""Of the price kernel, in natural logarithms: a price half as high again is one width away."""

BLOCKS: Mapping[str, tuple[float, Callable[[Described], Sequence[str]]]] = {
    # block: its weight, chosen by `benchmarks/recommend.py` on draws of its own, and the words of a product
    "brand": (3.0, lambda one: (one.brand,) if one.brand else ()),
    "line": (1.0, lambda one: (one.line,) if one.line else ()),
    "category": (0.8, lambda one: one.categories),
    "ingredients": (2.0, lambda one: one.ingredients),
    "attributes": (1.0, lambda one: one.attributes),
    "words": (1.0, lambda one: one.words),
}
PRICE_WEIGHT = 0.3
RANKED = "ingredients"
"""The block whose words count the less the later they stand: the amounts fall along a pack."""


def bags(words: Sequence[Sequence[str]], *, ranked: bool = False) -> Floats:
    """Return `(products, vocabulary)` TF-IDF rows of length 1, or 0 where a product has no word.

    A word weighs `log(products / products that have it)`, with `ranked` by the root of its place from 1.
    """
    having = Counter(word for listed in words for word in set(listed))
    column = {word: i for i, word in enumerate(sorted(having))}
    rows = np.zeros((len(words), len(column)))
    for row, listed in enumerate(words):
        for place, word in enumerate(dict.fromkeys(listed), start=1):
            rarity = math.log((1 + len(words)) / having[word])
            rows[row, column[word]] = rarity / math.sqrt(place) if ranked else rarity
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))


def likeness(products: Sequence[Described]) -> Floats:
    """Return `(products, products)` the weighted sum of all kernels, positive semidefinite."""
    total = np.zeros((len(products), len(products)))
    for name, (weight, words) in BLOCKS.items():
        rows = bags([words(one) for one in products], ranked=name == RANKED)
        total += weight * (rows @ rows.T)
    return np.asarray(total + PRICE_WEIGHT * price_kernel([one.price for one in products]))


def price_kernel(prices: Sequence[float | None]) -> Floats:
    """Return `(products, products)` likeness of prices: 1 for the same, Gaussian in logarithms; 0 unknown."""
    known = np.array([price is not None for price in prices], bool)
    logs = np.log([price if price is not None else 1.0 for price in prices])
    near = np.exp(-0.5 * ((logs[:, None] - logs[None, :]) / PRICE_WIDTH) ** 2)
    return np.asarray(near * np.outer(known, known))


def shared(groups: Sequence[str]) -> Floats:
    """Return `(products, products)` kinship: one over the size of the group that two products share, else 0.

    It is what one more user for each group, who weighs that little and bought all of it, adds to a Gram matrix. An
    empty name is no group.
    """
    size = Counter(groups)
    names = np.array(groups, dtype=object)
    same = (names[:, None] == names[None, :]) & (names != "")[:, None]
    return np.asarray(same / np.array([size[group] for group in groups], np.float64)[:, None])
