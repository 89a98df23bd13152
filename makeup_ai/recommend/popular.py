"""`popularity.json`: how often each product was bought, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError
from makeup_ai.recommend.fixed import UNIT, fixed

SCHEMA = 1


@dataclass(frozen=True)
class Popularity:
    """A column of the catalogue.

    Args:
        purchases: `(products,)` int64, by all users.
        values: `(products,)` int64 ten-thousandths in [0, 1]: `log(1 + purchases)` by that of the most bought.
    """

    purchases: NDArray[np.int64]
    values: NDArray[np.int64]

    @classmethod
    def of(cls, purchases: Sequence[int] | NDArray[np.int64]) -> Popularity:
        """Work out the values.

        Examples:
            >>> Popularity.of([0, 1, 3]).values.tolist()
            [0, 5000, 10000]
        """
        counts = np.asarray(purchases, np.int64)
        most = np.log1p(counts.max()) if counts.size and counts.max() > 0 else 1.0
        return cls(counts, fixed(np.log1p(counts) / most))

    def to_dict(self) -> dict[str, Any]:
        """Make the JSON value that `from_dict` reads; the values are in it, as logarithms differ between languages."""
        return {"schema": SCHEMA, "purchases": self.purchases.tolist(), "values": self.values.tolist()}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], products: int, *, file: str = "popularity.json") -> Popularity:
        """Read the table.

        Raises:
            BundleError: It is of another schema, or is not two whole numbers a product, none below zero, values to one.
        """
        if not isinstance(table, Mapping) or table.get("schema") != SCHEMA:
            raise BundleError(f"{file}: expected schema {SCHEMA}. Make the bundle again.")
        columns = []
        for name, most in (("purchases", 2**53), ("values", UNIT)):
            column = table.get(name)
            whole = isinstance(column, list) and all(type(x) is int and 0 <= x <= most for x in column)
            if not isinstance(column, list) or not whole or len(column) != products:
                raise BundleError(f"{file}: expected {name} of {products} products, whole, from 0 to {most}.")
            columns.append(np.array(column, np.int64))
        return cls(*columns)
