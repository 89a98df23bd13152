"""Valleys and edges of a straightened strip: derivatives down its columns, smoothed along its rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision.canonical import Floats
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
    return _derivatives(xp, picture, ((sigma, 2),), along)[0]


def slope(xp: Any, picture: Array, sigma: float, along: float) -> Array:
    """Give the first derivative on the same scale: as large as `bend` beside a step, 0 at the bottom of a valley."""
    return _derivatives(xp, picture, ((sigma, 1),), along)[0]


def valley_depth(xp: Any, picture: Array, sigmas: Sequence[float], along: float, step: float) -> Array:
    """Give the depth of valleys at the best of some scales, less `step` times the slope: an edge has both."""
    many = len(sigmas)
    both = _derivatives(xp, picture, tuple((sigma, order) for order in (2, 1) for sigma in sigmas), along)
    return xp.max(both[:many] - step * xp.abs(both[many:]), axis=0)


def _derivatives(xp: Any, picture: Array, which: tuple[tuple[float, int], ...], along: float) -> Array:
    """Give derivatives by sigma and order, `(len(which), rows, columns)`: the sum along the course is made once."""
    rows, columns = picture.shape
    smooth = xp.matmul(picture, gaussian_matrix(columns, along).T)
    return xp.reshape(xp.matmul(_stacked(rows, which), smooth), (len(which), rows, columns))


@cache
def _stacked(rows: int, which: tuple[tuple[float, int], ...]) -> Floats:
    parts: Floats = np.concatenate([_PEAK * derivative_matrix(rows, *part) for part in which]).astype(np.float32)
    return parts
