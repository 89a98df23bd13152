"""Products of int8 vectors with whole 24-bit numbers: exact, and a block at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 16384  # rows turned to floats at once: 4 MB at 64 numbers a row
DIGIT = 256
DIMS = 512  # 512 x 127 x 256 < 2**24: sums of so many products are whole in float32, in any order
TOP_DIGIT = 256


def exact_dot(vectors: NDArray[np.int8], query: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply rows by a vector of whole numbers.

    The vector is written in three digits of base 256. A row times a digit is a whole number under 2^24, exact in
    float32 whatever the order of the sum, and the three are put together in float64, exact under 2^53.

    Args:
        vectors: `(rows, dim)`.
        query: `(dim,)` whole numbers.

    Returns:
        `(rows,)` whole numbers, exact where they are under 2^53.

    Examples:
        >>> exact_dot(np.array([[1, -2], [127, 127]], np.int8), np.array([16777216.0, -3.0])).tolist()
        [16777222.0, 2130706051.0]
    """
    result = np.zeros(len(vectors))
    if not query.size:
        return result
    high = np.floor(query / DIGIT**2)
    if np.abs(high).max() > TOP_DIGIT:  # not the unit vector that it is meant for
        for start in range(0, len(vectors), BLOCK):
            result[start : start + BLOCK] = vectors[start : start + BLOCK].astype(np.float64) @ query
        return result
    rest = query - high * DIGIT**2
    middle = np.floor(rest / DIGIT)
    digits = np.stack([high, middle, rest - middle * DIGIT], axis=1).astype(np.float32)
    place = np.array([DIGIT**2, DIGIT, 1.0])
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start : start + BLOCK].astype(np.float32)
        for at in range(0, len(query), DIMS):
            part = (block[:, at : at + DIMS] @ digits[at : at + DIMS]).astype(np.float64)
            result[start : start + BLOCK] += part @ place
    return result
