"""What the capture gate measures, as formulas over the frame; `capture` holds them to limits."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import sharpness, statistics
from makeup_ai.vision.canonical import Floats, features
from makeup_ai.vision.colour import lab_pixels, linear_from_srgb, linear_pixels
from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.glasses import bridge_line
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

_TOP, _BOTTOM = 10, 152  # mesh vertices: hairline and chin
_DEGREES = 180.0 / math.pi
_BLACK, _WHITE = linear_from_srgb([1.0 / 255.0, 254.0 / 255.0]).tolist()  # at and beyond, a channel counts as clipped
_SKIN = ("forehead", "nose", "right_cheek", "left_cheek")
_TONE = ("forehead", "right_cheek", "left_cheek")
_LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750], np.float32)  # of linear sRGB (IEC 61966-2-1)


def gate_values(frame: Frame) -> dict[str, Array]:
    """Measure what the table's `gate` limits, by the same names, `()` each.

    Exposure is that of the photo, before the light is taken out; colours are those after.
    """
    xp = frame.xp
    dark, median, bright = _seen_lightness(frame)
    right, left = frame.colour("right_cheek")[0], frame.colour("left_cheek")[0]
    yaw, pitch = head_angles(xp, frame.points, frame.table["pitch_level_degrees"])
    return {
        "blur": sharpness.edge_width(frame),
        "exposure": bright,
        "overexposure": median,
        "contrast": bright - dark,
        "clipped": _clipped(frame),
        "saturated": _saturated(frame),
        "light_clipped": frame.light.clipped,
        "light_asymmetry": xp.abs(right - left),
        "colour_cast": frame.light.cast,
        "skin_hue": hue_outside(xp, frame.colour(*_SKIN), frame.table["skin_hue"]),
        "yaw": yaw,
        "pitch": pitch,
        "glasses": bridge_line(frame),
        "occlusion": 100.0 * xp.mean(frame.covered),
        "eyes": _eyes_over_skin(frame),
        "makeup": _lips_over_skin(frame),
        "filter": sharpness.texture(frame),
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
    photo would look grey; then the dark end, where eight bits leave hardly any colour to tell, counts less.

    Args:
        xp: The array namespace.
        face: `(3, side, side)` float32 sRGB in [0, 255].
        table: Its section `greyscale` holds the reduced side, the exposure, and the L* from which a pixel counts.

    Returns:
        `()` the root mean square of what the fit leaves.
    """
    limits = table["greyscale"]
    down = _reduce(face.shape[-1], limits["side"])
    linear = linear_pixels(xp, xp.reshape(xp.matmul(xp.matmul(down, face), down.T), (3, -1)))
    bright = statistics.quantile(xp, linear[1], None, (0.95,))[0]  # green stands for luminance here
    lab = lab_pixels(xp, linear * (limits["light"] / xp.maximum(bright, limits["light"] / limits["max_gain"])))
    left = _without_cubic(xp, lab[0] / 50.0 - 1.0, lab[1:])
    low, high = limits["counts_from"], limits["counts_whole"]
    weights = xp.clip((lab[0] - low) / (high - low), 0.0, 1.0)
    return xp.sqrt(statistics.average(xp, xp.sum(xp.square(left), axis=0), weights))


def _without_cubic(xp: Any, variable: Array, values: Array) -> Array:
    """Take the best cubic of a variable out of `(rows, samples)` values, by Gram-Schmidt."""
    basis: list[Array] = []
    for power in (xp.ones_like(variable), variable, xp.square(variable), variable * xp.square(variable)):
        column = power
        for _ in range(2):  # once more takes out what rounding left
            for other in basis:
                column = column - other * xp.sum(other * column)
        basis.append(column / xp.maximum(xp.sqrt(xp.sum(xp.square(column))), 1e-3))
    for column in basis:
        values = values - column * xp.sum(column * values, axis=1)[:, None]
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


def _seen_lightness(frame: Frame) -> tuple[Array, Array, Array]:
    """Give L* of the face as photographed, at its 5th, 50th and 95th percentile."""
    xp = frame.xp
    luminance = xp.take(xp.matmul(_LUMINANCE, frame.seen), _face(), axis=0)
    found = statistics.quantile(xp, luminance, None, (0.05, 0.5, 0.95))
    lightness = lab_pixels(xp, xp.stack([found, found, found]))[0]
    return lightness[0], lightness[1], lightness[2]


def _clipped(frame: Frame) -> Array:
    """Give the percentage of skin that is burnt out or black."""
    xp = frame.xp
    seen = frame.of(frame.seen, *_SKIN)
    black, white = xp.max(seen, axis=0) <= _BLACK, xp.min(seen, axis=0) >= _WHITE
    return 100.0 * xp.mean(xp.where(xp.logical_or(black, white), 1.0, 0.0))


def _saturated(frame: Frame) -> Array:
    """Give the percentage of skin whose strongest channel nears the end of the range, where its colour is lost."""
    xp, begins = frame.xp, frame.table["light"]["clipped_from"]
    near = xp.clip((frame.of(frame.seen, *_TONE) - begins) / (1.0 - begins), 0.0, 1.0)
    skin = frame.of(frame.skin, *_TONE)
    return 100.0 * xp.max(xp.sum(near * skin, axis=1)) / xp.maximum(xp.sum(skin), 1.0)


def _eyes_over_skin(frame: Frame) -> Array:
    """Give the luminance of the whites of the eyes in percent of the skin's; the light does not enter."""
    xp = frame.xp
    skin = frame.of(frame.seen, *_TONE)
    luminance = statistics.median(xp, xp.matmul(_LUMINANCE, skin))
    return 100.0 * xp.sum(frame.light.white * _LUMINANCE) / xp.maximum(luminance, 1e-4)


def _lips_over_skin(frame: Frame) -> Array:
    """Give by how much the lips are redder than the skin, in a*."""
    xp = frame.xp
    lips = xp.take(frame.lab[1], _lips(), axis=0)
    return statistics.median(xp, lips) - frame.colour(*_TONE)[1]


@cache
def _lips() -> Any:
    """Give the numbers of the pixels of the lips."""
    return np.flatnonzero(features()["lips"].reshape(-1))


@cache
def _face() -> Any:
    """Give the numbers of the pixels of the face's outline."""
    return np.flatnonzero(features()["face"].reshape(-1))


@cache
def _reduce(side: int, small: int) -> Floats:
    """Give the `(small, side)` matrix that averages blocks of rows."""
    step = side / small
    edges = np.arange(small)[:, None] * step
    places = np.arange(side)[None]
    overlap = np.minimum(edges + step, places + 1.0) - np.maximum(edges, places)
    shares: Floats = (np.maximum(overlap, 0.0) / step).astype(np.float32)
    return shares
