"""From the crop of a face to the canonical frame, as sums and gathers that a graph can do."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision.canonical import NODES, SIDE, Floats, grid
from makeup_ai.vision.space import Array

CROP = 544  # pixels of the crop's side: what formulas are given, at twice the density of the frame


@cache
def _spread(start: float, stop: float, samples: int) -> Floats:
    """Give the `(samples, NODES)` linear interpolation from the grid to places `start` to `stop` of the frame."""
    places = np.linspace(start, stop, samples)[:, None] / (SIDE - 1.0) * (NODES - 1.0)
    return np.maximum(0.0, 1.0 - np.abs(places - np.arange(NODES)[None])).astype(np.float32)


def nodes(xp: Any, points: Array) -> Array:
    """Place the grid's nodes in a crop.

    Args:
        xp: The array namespace.
        points: `(468, 3)` mesh in pixels of the crop.

    Returns:
        `(3, NODES, NODES)` x, y and depth in pixels of the crop.
    """
    index, weights = grid()
    corners = xp.take(xp.transpose(points), index.T.reshape(-1), axis=1)
    return xp.reshape(xp.sum(xp.reshape(corners, (3, *weights.T.shape)) * weights.T, axis=1), (3, NODES, NODES))


def places(xp: Any, placed: Array, left: float, top: float, side: float, samples: int) -> Array:
    """Place the pixels of a square of the frame in the crop.

    Args:
        xp: The array namespace.
        placed: What `nodes` gave, `(2+, NODES, NODES)`.
        left: Of the square, in pixels of the frame.
        top: Likewise.
        side: Likewise.
        samples: Pixels along each side of the result.

    Returns:
        `(2, samples * samples)` x, y in pixels of the crop.
    """
    step = side / samples
    down = _spread(top + (step - 1.0) / 2.0, top + side - (step + 1.0) / 2.0, samples)
    across = _spread(left + (step - 1.0) / 2.0, left + side - (step + 1.0) / 2.0, samples).T
    return xp.reshape(xp.matmul(xp.matmul(down, placed[:2]), across), (2, samples * samples))


def sample(xp: Any, image: Array, xy: Array) -> Array:
    """Read a square image between its pixels (bilinear); its border goes on beyond it.

    Args:
        xp: The array namespace.
        image: `(channels, side, side)` float32.
        xy: `(2, samples)` in pixels, the centre of the first pixel at (0, 0).

    Returns:
        `(channels, samples)` float32.
    """
    channels, side = image.shape[:2]
    held = xp.clip(xy, 0.0, side - 1.001)
    corner = xp.floor(held)
    right, down = held[0] - corner[0], held[1] - corner[1]
    index = xp.cast(corner[1] * float(side) + corner[0], "int32")
    beside, below, across = index + 1, index + side, index + (side + 1)
    found = []
    for plane in range(channels):  # one at a time, and pair by pair, stays in the cache
        flat = xp.reshape(image[plane], (-1,))
        upper = _between(xp.take(flat, index, axis=0), xp.take(flat, beside, axis=0), right)
        lower = _between(xp.take(flat, below, axis=0), xp.take(flat, across, axis=0), right)
        found.append(_between(upper, lower, down))
    return xp.stack(found)


def _between(first: Array, second: Array, part: Array) -> Array:
    return first + (second - first) * part


def stretch(xp: Any, placed: Array) -> Array:
    """Measure how large each place of the frame is in the crop, as area over the mean's; low where it is turned away.

    Returns:
        `(SIDE, SIDE)` float32.
    """
    right, down = placed[..., 1:] - placed[..., :-1], placed[:, 1:] - placed[:, :-1]
    right, down = (right[:, 1:] + right[:, :-1]) * 0.5, (down[..., 1:] + down[..., :-1]) * 0.5
    area = right[0] * down[1] - right[1] * down[0]
    area = area / xp.maximum(xp.mean(area), 1e-6)
    spread = _cells()
    return xp.matmul(xp.matmul(spread, area), spread.T)


@cache
def _cells() -> Floats:
    """Give the `(SIDE, NODES - 1)` linear interpolation from the middles of the grid's cells to pixels."""
    places_ = np.linspace(0.0, NODES - 1.0, SIDE)[:, None].clip(0.5, NODES - 1.5) - 0.5
    return np.maximum(0.0, 1.0 - np.abs(places_ - np.arange(NODES - 1)[None])).astype(np.float32)
