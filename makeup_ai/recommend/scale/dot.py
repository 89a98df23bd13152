"""Products of int8 vectors with whole numbers, a block at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 2048
"""Rows turned to floats at once: 1 MB at 64 numbers a row, which stays in the second cache."""


def exact_dot(vectors: NDArray[np.int8], query: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply rows by a vector of whole numbers.

    Args:
        vectors: `(rows, dim)`.
        query: `(dim,)` whole numbers.

    Returns:
        `(rows,)` whole numbers, exact in whatever order they are added up where they are under 2^53.

    Examples:
        >>> exact_dot(np.array([[1, -2], [127, 127]], np.int8), np.array([16777216.0, -3.0])).tolist()
        [16777222.0, 2130706051.0]
    """
    result = np.empty(len(vectors))
    block = np.empty((min(BLOCK, len(vectors)), vectors.shape[1]))
    for start in range(0, len(vectors), BLOCK):
        part = vectors[start : start + BLOCK]
        block[: len(part)] = part
        np.dot(block[: len(part)], query, out=result[start : start + len(part)])
    return result
