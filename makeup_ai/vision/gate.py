"""What the capture gate measures, as formulas over the frame; `capture` holds them to limits."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import light, statistics
from makeup_ai.vision.canonical import Floats, features
from makeup_ai.vision.colour import lab_pixels, linear_from_srgb, linear_pixels
from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

_TOP, _BOTTOM = 10, 152  # mesh vertices: hairline and chin
_DEGREES = 180.0 / math.pi
_BLACK, _WHITE = linear_from_srgb([1.0 / 255.0, 254.0 / 255.0]).tolist()  # at and beyond, a channel counts as clipped
_SKIN = ("forehead", "nose", "right_cheek", "left_cheek")


def gate_values(frame: Frame) -> dict[str, Array]:
    """Measure what the table's `gate` limits, by the same names, `()` each."""
    xp = frame.xp
    face = xp.take(frame.lab[:, 0], _face(), axis=0)
    dark, median, bright = (
        statistics.quantile(xp, face, np.ones(len(_face()), np.float32), (0.05, 0.5, 0.95))[i] for i in range(3)
    )
    right, left = frame.colour("right_cheek")[0], frame.colour("left_cheek")[0]
    yaw, pitch = head_angles(xp, frame.points, frame.table["pitch_level_degrees"])
    return {
        "blur": _sharpness(frame),
        "exposure": bright,
        "overexposure": median,
        "contrast": bright - dark,
        "clipped": _clipped(frame),
        "light_asymmetry": xp.abs(right - left),
        "colour_cast": light.cast(xp, light.edge_light(xp, frame.scene)),
        "skin_hue": hue_outside(xp, frame.colour(*_SKIN), frame.table["skin_hue"]),
        "yaw": yaw,
        "pitch": pitch,
        "greyscale": colour_left(xp, frame.half, frame.table),
    }


def head_angles(xp: Any, points: Array, level: float) -> tuple[Array, Array]:
    """Estimate how a head is held from its `(468, 3)` mesh.

    Args:
        xp: The array namespace.
        points: x, y and depth in one unit; depth grows away from the camera.
        level: Pitch in degrees that the axis from hairline to chin has on a level head.

    Returns:
        Yaw (turned to its own left is positive) and pitch (down) in degrees.
    """
    across = points[LEFT_EYE[0]] - points[RIGHT_EYE[0]]
    across = across / xp.sqrt(xp.sum(xp.square(across)) + 1e-12)
    down = points[_BOTTOM] - points[_TOP]
    down = down - across * xp.sum(down * across)
    yaw = xp.arctan2(across[2], xp.sqrt(xp.square(across[0]) + xp.square(across[1])))
    pitch = xp.arctan2(down[2], xp.sqrt(xp.square(down[0]) + xp.square(down[1])))
    return yaw * _DEGREES, pitch * _DEGREES - level


def colour_left(xp: Any, face: Array, table: Table) -> Array:
    """Measure what colour a picture has that does not follow from its lightness, in CIELAB units.

    In a toned photo (sepia) a* and b* follow from L* alone. So a cubic of L* is fitted to both over a strongly reduced
    picture, where noise and chroma subsampling average out. The picture is brought to one exposure first, or any dark
    photo would look grey.

    Args:
        xp: The array namespace.
        face: `(side, side, 3)` float32 sRGB in [0, 255].
        table: Its section `greyscale` holds the reduced side and the percentile of what the fit leaves.
    """
    limits = table["greyscale"]
    down = _reduce(face.shape[0], limits["side"])
    small = xp.stack([xp.matmul(xp.matmul(down, face[..., channel]), down.T) for channel in range(3)], axis=-1)
    linear = linear_pixels(xp, xp.reshape(small, (-1, 3)))
    ones = np.ones(limits["side"] ** 2, np.float32)
    bright = statistics.quantile(xp, linear[:, 1], ones, (0.95,))[0]  # green stands for luminance here
    lab = lab_pixels(xp, linear * (limits["light"] / xp.maximum(bright, limits["light"] / limits["max_gain"])))
    left = _without_cubic(xp, lab[:, 0] / 50.0 - 1.0, lab[:, 1:])
    away = xp.sqrt(xp.sum(xp.square(left), axis=1))
    return statistics.quantile(xp, away, ones, (limits["percentile"] / 100.0,))[0]


def _without_cubic(xp: Any, variable: Array, values: Array) -> Array:
    """Take the best cubic of a variable out of `(samples, columns)` values, by Gram-Schmidt."""
    basis: list[Array] = []
    for power in (xp.ones_like(variable), variable, xp.square(variable), variable * xp.square(variable)):
        column = power
        for _ in range(2):  # once more takes out what rounding left
            for other in basis:
                column = column - other * xp.sum(other * column)
        basis.append(column / xp.maximum(xp.sqrt(xp.sum(xp.square(column))), 1e-3))
    for column in basis:
        values = values - column[:, None] * xp.sum(column[:, None] * values, axis=0)
    return values


def hue_outside(xp: Any, lab: Array, limits: Any) -> Array:
    """Give by how many degrees a colour `(3,)` lies outside the hues that skin has under white light."""
    hue = xp.arctan2(lab[2], lab[1]) * _DEGREES
    middle = (float(limits["low_degrees"]) + float(limits["high_degrees"])) / 2.0
    half = (float(limits["high_degrees"]) - float(limits["low_degrees"])) / 2.0
    apart = xp.abs(hue - middle)
    apart = xp.minimum(apart, 360.0 - apart)
    coloured = xp.square(lab[1]) + xp.square(lab[2]) >= 1.0  # below, its hue means nothing
    return xp.where(coloured, xp.maximum(apart - half, 0.0), 0.0)


def _sharpness(frame: Frame) -> Array:
    """Give the variance of the Laplacian of L* over the face."""
    xp, picture = frame.xp, frame.lightness
    middle = picture[1:-1, 1:-1]
    laplacian = picture[:-2, 1:-1] + picture[2:, 1:-1] + picture[1:-1, :-2] + picture[1:-1, 2:] - 4.0 * middle
    weights = features()["face"][1:-1, 1:-1].astype(np.float32)
    mean = statistics.average(xp, laplacian, weights)
    return statistics.average(xp, xp.square(laplacian - mean), weights)


def _clipped(frame: Frame) -> Array:
    """Give the percentage of skin that is burnt out or black."""
    xp = frame.xp
    burnt = xp.logical_or(xp.max(frame.seen, axis=1) <= _BLACK, xp.min(frame.seen, axis=1) >= _WHITE)
    clipped = xp.where(burnt, 1.0, 0.0)
    return 100.0 * xp.mean(xp.concatenate([frame.of(clipped, name) for name in _SKIN], axis=0))


@cache
def _face() -> Any:
    """Give the numbers of the pixels of the face's outline."""
    return np.flatnonzero(features()["face"].reshape(-1)).astype(np.int32)


@cache
def _reduce(side: int, small: int) -> Floats:
    """Give the `(small, side)` matrix that averages blocks of rows."""
    step = side / small
    edges = np.arange(small)[:, None] * step
    places = np.arange(side)[None]
    overlap = np.minimum(edges + step, places + 1.0) - np.maximum(edges, places)
    return (np.maximum(overlap, 0.0) / step).astype(np.float32)
