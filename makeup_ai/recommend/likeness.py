"""How like two products are, by what a shopper would call the same again: brand, line, kind, ingredients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.settings import Diversity
from makeup_ai.schema import Product

PAIRS_KEPT = 8192
"""Pairs whose likeness is kept; lists of one catalogue hold the same products over and over."""


class _Traits(NamedTuple):
    brand: str
    line: tuple[str, str] | None
    category: str
    bits: int
    """The printed ingredients, one bit each: those of two products are set in both."""
    number: int


class Likeness:
    """What likeness costs, for every two products of a catalogue.

    Args:
        products: Of the catalogue.
        settings: What likeness is made of, and the most it costs.
    """

    def __init__(self, products: Sequence[Product], settings: Diversity):
        self.products, self.settings = products, settings
        self._traits: dict[int, _Traits] = {}
        self._numbers: dict[str, int] = {}

    @cached_property
    def cost(self) -> Callable[[int, int], int]:
        """Say by how much one row is held back under another, in ten-thousandths of a point; the same both ways."""
        return lru_cache(PAIRS_KEPT)(self._cost)

    def _cost(self, row: int, above: int) -> int:
        ours, theirs, parts = self._of(row), self._of(above), self.settings
        shared = (ours.bits & theirs.bits).bit_count()
        # These are added in this order on every device, for floats do not forgive another.
        likeness = parts.brand if ours.brand == theirs.brand else 0.0
        if ours.line is not None and ours.line == theirs.line:
            likeness += parts.line
        if ours.category == theirs.category:
            likeness += parts.category
        if shared:
            likeness += parts.ingredients * (shared / (ours.number + theirs.number - shared))  # Jaccard's index
        return math.floor(parts.weight * likeness * UNIT + 0.5)

    def _of(self, row: int) -> _Traits:
        if row not in self._traits:
            product, numbers, bits = self.products[row], self._numbers, 0
            for name in product.ingredients:
                bits |= 1 << numbers.setdefault(name.lower(), len(numbers))
            line = (product.brand, product.line) if product.line else None
            self._traits[row] = _Traits(product.brand, line, product.category, bits, bits.bit_count())
        return self._traits[row]
