"""Whole ten-thousandths: the only numbers a score is made of, so that its sum is exact in every language."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

UNIT = 10_000  # ten-thousandths in one


def fixed(x: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round to whole ten-thousandths, halves upwards: `floor(x * 10000 + 0.5)`.

    Python's and NumPy's own rounding takes halves to the even neighbour, JavaScript's does not; this is the same in
    both.

    Args:
        x: Any shape, float64.

    Returns:
        int64 of the same shape.

    Examples:
        >>> fixed(np.array([0.35, -0.00005, 0.00005])).tolist()
        [3500, 0, 1]
    """
    return np.floor(np.asarray(x, dtype=np.float64) * UNIT + 0.5).astype(np.int64)


def rounded(x: float) -> float:
    """Round one number to whole ten-thousandths, as `fixed` does.

    Examples:
        >>> rounded(0.12345)
        0.1235
    """
    return math.floor(float(x) * UNIT + 0.5) / UNIT
