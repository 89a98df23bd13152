"""Gaussian scale space: blurring and derivatives of a square picture as two matrix products each.

A separable filter is a matrix on each side of the picture. The matrices are constants, so a graph has only products to
do, and nothing can differ between NumPy and the phone.

Sources: Lindeberg, "Scale-space theory", J. Appl. Stat. 21 (1994); Frangi et al., "Multiscale vessel enhancement
filtering", MICCAI (1998), for what the eigenvalues of the second derivatives tell.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from makeup_ai.vision.canonical import Floats
from makeup_ai.vision.space import Array

_NOTHING = 1e-8  # of the height of a Gaussian, below which it is cut: 6 sigma away


@cache
def gaussian_matrix(side: int, sigma: float) -> Floats:
    """Give the `(side, side)` matrix that blurs rows; each row sums to one, also at the border."""
    apart = np.arange(side)[:, None] - np.arange(side)[None]
    matrix = _cut(np.exp(-(apart**2) / (2.0 * sigma**2)))
    found: Floats = (matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


@cache
def derivative_matrix(side: int, sigma: float, order: int) -> Floats:
    """Give the `(side, side)` matrix of the first or second derivative after a blur, times sigma to the order.

    The factor makes an edge or a ridge as strong at every scale (Lindeberg, 1994). Rows sum to zero.
    """
    apart = (np.arange(side)[:, None] - np.arange(side)[None]).astype(np.float64)
    kernel = _cut(np.exp(-(apart**2) / (2.0 * sigma**2))) / (sigma * np.sqrt(2.0 * np.pi))
    matrix = kernel * (-apart / sigma if order == 1 else apart**2 / sigma**2 - 1.0)
    found: Floats = (matrix - matrix.mean(axis=1, keepdims=True)).astype(np.float32)
    return found


def _cut(bell: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Take away the far ends of a bell curve: as subnormal numbers they make a product many times slower."""
    return np.where(bell < _NOTHING, 0.0, bell)


def blur(xp: Any, picture: Array, sigma: float) -> Array:
    """Blur a `(..., side, side)` picture; `sigma` in pixels."""
    matrix = gaussian_matrix(picture.shape[-1], sigma)
    return xp.matmul(xp.matmul(matrix, picture), matrix.T)


def blur_within(xp: Any, picture: Array, weights: Array, sigma: float) -> Array:
    """Blur what has weight alone (normalised convolution), `(..., side, side)` each."""
    return blur(xp, picture * weights, sigma) / xp.maximum(blur(xp, weights, sigma), 1e-3)


def bend_sum(xp: Any, picture: Array, sigma: float) -> Array:
    """Give the sum of both principal curvatures at a scale, `(..., side, side)`, as of `principal_curvatures`."""
    smooth, bend = gaussian_matrix(picture.shape[-1], sigma), derivative_matrix(picture.shape[-1], sigma, 2)
    return xp.matmul(xp.matmul(bend, picture), smooth.T) + xp.matmul(xp.matmul(smooth, picture), bend.T)


def curvatures(xp: Any, picture: Array, sigma: float) -> tuple[Array, Array, Array]:
    """Give the second derivatives of a picture at a scale: down, across, and mixed, each times sigma squared.

    Positive values curve upwards: the middle of a dark spot or line.
    """
    side = picture.shape[-1]
    smooth, slope, bend = (
        gaussian_matrix(side, sigma),
        derivative_matrix(side, sigma, 1),
        derivative_matrix(side, sigma, 2),
    )
    down = xp.matmul(xp.matmul(bend, picture), smooth.T)
    across = xp.matmul(xp.matmul(smooth, picture), bend.T)
    mixed = xp.matmul(xp.matmul(slope, picture), slope.T)
    return down, across, mixed


def principal_curvatures(xp: Any, picture: Array, sigma: float) -> tuple[Array, Array, Array]:
    """Give the larger and the smaller eigenvalue of the second derivatives, and the direction of the larger.

    A dark line has a large first value and a small second; a dark spot has two large ones.

    Returns:
        Larger and smaller, `(..., side, side)` in units of the picture, and `across - down`: positive for an upright
        line, negative for a lying one.
    """
    down, across, mixed = curvatures(xp, picture, sigma)
    middle, half = (down + across) * 0.5, (across - down) * 0.5
    radius = xp.sqrt(xp.square(half) + xp.square(mixed) + 1e-12)
    return middle + radius, middle - radius, half * 2.0
