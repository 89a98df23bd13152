"""Specks: small places darker or lighter than all around them."""

from __future__ import annotations

from typing import Any

from makeup_ai.vision.filters import principal_curvatures
from makeup_ai.vision.space import Array

_PEAK = 4.0  # a Gaussian speck as wide as the filter answers with 1 / _PEAK of its height


def specks(xp: Any, picture: Array, sigma: float, floor: float) -> tuple[Array, Array]:
    """Find specks of a size by both principal curvatures, which a line or an edge does not have.

    Args:
        xp: The array namespace.
        picture: `(side, side)`.
        sigma: Of the specks, in pixels.
        floor: Height that does not count, in units of the picture.

    Returns:
        Height of dark and of light specks, `(side, side)` each, 0 elsewhere.
    """
    larger, smaller, _ = principal_curvatures(xp, picture, sigma)
    dark, light = _PEAK * smaller, -_PEAK * larger
    return xp.maximum(dark - floor, 0.0), xp.maximum(light - floor, 0.0)
