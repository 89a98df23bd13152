"""Valleys and edges of a straightened strip: derivatives down its columns, smoothed along its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from makeup_ai.vision.filters import derivative_matrix, gaussian_matrix
from makeup_ai.vision.space import Array

_PEAK = 1.5 * 3.0**0.5  # a Gaussian valley as wide as the filter likes best answers with 1 / _PEAK of its depth


def bend(xp: Any, picture: Array, sigma: float, along: float) -> Array:
    """Give the depth of a valley that fits the scale, `(rows, columns)`: the second derivative across its course.

    Args:
        xp: The array namespace.
        picture: `(rows, columns)`; a valley runs along a row.
        sigma: Of the filter across, in samples.
        along: Of the sum along the course, in samples.
    """
    return _PEAK * _derivative(xp, picture, sigma, along, 2)


def slope(xp: Any, picture: Array, sigma: float, along: float) -> Array:
    """Give the first derivative on the same scale: as large as `bend` beside a step, 0 at the bottom of a valley."""
    return _PEAK * _derivative(xp, picture, sigma, along, 1)


def valley_depth(xp: Any, picture: Array, sigmas: Sequence[float], along: float, step: float) -> Array:
    """Give the depth of valleys at the best of some scales, less `step` times the slope: an edge has both."""
    found = None
    for sigma in sigmas:
        depth = bend(xp, picture, sigma, along) - step * xp.abs(slope(xp, picture, sigma, along))
        found = depth if found is None else xp.maximum(found, depth)
    return found


def _derivative(xp: Any, picture: Array, sigma: float, along: float, order: int) -> Array:
    rows, columns = picture.shape
    return xp.matmul(derivative_matrix(rows, sigma, order), xp.matmul(picture, gaussian_matrix(columns, along).T))
