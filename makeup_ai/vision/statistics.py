"""Medians and other quantiles of the pixels that count, over an array namespace."""

from __future__ import annotations

from typing import Any

import numpy as np

from makeup_ai.vision.space import Array

_LAST = 1e6  # stands behind every measurement in a sorted row


def quantile(xp: Any, values: Array, weights: Array | None, parts: tuple[float, ...]) -> Array:
    """Give quantiles of the values whose weight is one, linear between neighbours (NumPy's default method).

    Args:
        xp: The array namespace.
        values: `(..., pixels)` float32, below a million.
        weights: `(..., pixels)` float32, one where a value counts and zero where not; all count where `None`.
        parts: Of each quantile, in [0, 1].

    Returns:
        `(..., parts)` float32; 0 where no value counts.

    Examples:
        >>> from makeup_ai.vision.space import NUMPY
        >>> values, ones = np.float32([3.0, 1.0, 2.0, 9.0]), np.float32([1.0, 1.0, 1.0, 0.0])
        >>> quantile(NUMPY, values, ones, (0.5, 1.0)).tolist()
        [2.0, 3.0]
    """
    if weights is None:
        ordered, last = xp.sort(values, axis=-1), np.full((*values.shape[:-1], 1), values.shape[-1] - 1.0, np.float32)
        return xp.stack([xp.at_place(ordered, last * part) for part in parts], axis=-1)
    ordered = xp.sort(xp.where(weights > 0.5, values, _LAST), axis=-1)
    count = xp.sum(weights, axis=-1, keepdims=True)
    found = [xp.at_place(ordered, xp.maximum(count - 1.0, 0.0) * part) for part in parts]
    return xp.where(count > 0.5, xp.stack(found, axis=-1), 0.0)


def median(xp: Any, values: Array, weights: Array | None = None) -> Array:
    """Give the median of the values whose weight is one, `(..., pixels)` to `(...)`; 0 where none counts."""
    return quantile(xp, values, weights, (0.5,))[..., 0]


def average(xp: Any, values: Array, weights: Array, axis: int | tuple[int, ...] | None = None) -> Array:
    """Give the weighted mean; 0 where the weights sum to nothing."""
    return xp.sum(values * weights, axis=axis) / xp.maximum(xp.sum(weights, axis=axis), 1e-6)
