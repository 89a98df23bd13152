"""Rows ordered by category and, within one, by price: what is dearer than a budget is then one run of rows each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.bits import Bits
from makeup_ai.schema import Product


def by_shelf(products: Sequence[Product]) -> list[Product]:
    """Order a catalogue by category, price and id, as a large one's rows are; nothing that is shown depends on it."""
    return sorted(products, key=lambda one: (one.category.lower(), one.price, one.product_id))


@dataclass(frozen=True)
class Shelves:
    """The rows of each category of a catalogue that is ordered.

    Args:
        ends: `(categories,)` the row after the last of each, ascending.
        different: The prices there are, ascending.
        keys: `(products,)` ascending: the number of the category, and the place of the price among all of them.
    """

    ends: NDArray[np.int64]
    different: NDArray[np.float64]
    keys: NDArray[Any]

    @classmethod
    def find(cls, categories: Mapping[str, NDArray[np.int64]], prices: NDArray[np.float64]) -> Shelves | None:
        """Look whether a catalogue is ordered; `None` where it is not.

        Args:
            categories: Rows of each, ascending.
            prices: `(products,)`.
        """
        sizes = {int(rows[0]): len(rows) for rows in categories.values()}
        starts = sorted(sizes)
        ends = np.cumsum([sizes[start] for start in starts], dtype=np.int64)
        if starts != [0, *ends[:-1].tolist()] or (len(ends) and ends[-1] != len(prices)):
            return None
        if any(int(rows[-1]) - int(rows[0]) + 1 != len(rows) for rows in categories.values()):
            return None
        different, places = np.unique(prices, return_inverse=True)
        shelf = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        keys = shelf * len(different) + places
        keys = keys.astype(np.uint32 if len(ends) * len(different) < 1 << 32 else np.uint64)
        return cls(ends, different, keys) if np.all(keys[1:] >= keys[:-1]) else None

    def dearer(self, price: float) -> Bits:
        """Give the products that cost more."""
        most = int(np.searchsorted(self.different, price, side="right"))
        sought = (np.arange(len(self.ends)) * len(self.different) + most).astype(self.keys.dtype)
        firsts = np.searchsorted(self.keys, sought)
        return Bits.of_runs(zip(firsts.tolist(), self.ends.tolist(), strict=True), len(self.keys))
