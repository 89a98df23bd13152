"""Whole columns of summands, kept from question to question."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

KEPT = 64
"""Columns kept once worked out: 2 bytes a product each."""


class Worths:
    """Columns of what a need is worth in every product, in ten-thousandths; the ones last used are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, NDArray[np.int16]] = OrderedDict()

    def get(self, key: object, make: Callable[[], NDArray[np.int64]]) -> NDArray[np.int16]:
        """Return a column, made where it is not kept."""
        found = self._kept.pop(key, None)
        if found is None:
            found = make().astype(np.int16)
            if len(self._kept) >= KEPT:
                self._kept.popitem(last=False)
        self._kept[key] = found
        return found
