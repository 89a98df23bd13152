"""The colour of the eyes; it describes, and is neither a strength nor a need."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import statistics, warp
from makeup_ai.vision.canonical import Floats
from makeup_ai.vision.colour import lab_pixels, linear_pixels
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

EYES = {"right_eye": (468, (33, 133, 159, 145)), "left_eye": (473, (263, 362, 386, 374))}
"""Row of each iris's centre, which its rim follows, and mesh vertices: outer and inner corner, upper and lower lid."""

_RADII = (0.5, 0.85)  # of the iris: outside most pupils, inside the dark rim
_CIRCLES, _SPOKES = 8, 32
_LASHES = 0.15  # radii below the upper lid that its lashes and shadow cover
_CATCH_LIGHT = 8.0  # L* above the median that is the lamp in the eye, not the eye
_EDGE = 4.0  # L* over which that sets in
_MIN_SHOWN = 0.3  # of the ring; a narrowed eye shows too little


def iris_colour(frame: Frame) -> Measured:
    """Measure b* of the irises under white light, from blue (below 0) to brown, and their whole colour.

    The ring between pupil and rim is read from the crop; what lies under lids and lashes is left out, and catch lights
    are. An eye whose lids leave less than three tenths of its ring is closed.
    """
    xp = frame.xp
    read = {name: _ring(frame, name) for name in EYES}
    open_eyes = {name: xp.cast(shown > _MIN_SHOWN, "float32") for name, (_, shown) in read.items()}
    weights = xp.stack(list(open_eyes.values()))[:, None]
    colours = xp.stack([colour for colour, _ in read.values()])
    whole = xp.sum(colours * weights, axis=0) / xp.maximum(xp.sum(weights), 1.0)
    regions = {name: colour[2] for name, (colour, _) in read.items()}
    return Measured(whole[2], regions, colour=whole, usable=open_eyes)


def _ring(frame: Frame, eye: str) -> tuple[Array, Array]:
    """Read an iris: its colour `(3,)` and the share of its ring that the lids leave, in [0, 1]."""
    xp, (first, lids) = frame.xp, EYES[eye]
    centre, rim = frame.points[first, :2], frame.points[first + 1 : first + 5, :2]
    radius = xp.mean(xp.sqrt(xp.sum(xp.square(rim - centre), axis=1) + 1e-6))
    xy = centre + _circle() * radius
    shown = _between_lids(xp, xy, [frame.points[vertex, :2] for vertex in lids], radius)
    read = linear_pixels(xp, warp.sample(xp, frame.crop, xp.transpose(xy)))
    lab = lab_pixels(xp, read * xp.reshape(xp.cast(frame.gains, "float32"), (3, 1)))
    above = lab[0] - statistics.median(xp, lab[0], xp.cast(shown > 0.5, "float32"))
    counted = shown * xp.clip((_CATCH_LIGHT - above) / _EDGE + 0.5, 0.0, 1.0)
    return statistics.average(xp, lab, xp.stack([counted, counted, counted]), axis=1), xp.mean(shown)


def _between_lids(xp: Any, xy: Array, lids: list[Array], radius: Array) -> Array:
    """Give one for samples between the lids, which are taken as parabolas through the corners of the eye."""
    outer, inner, upper, lower = lids
    level = (outer[1] + inner[1]) * 0.5
    across = (xy[:, 0] - (outer[0] + inner[0]) * 0.5) * 2.0 / xp.maximum(xp.abs(outer[0] - inner[0]), 1e-3)
    bow = xp.maximum(1.0 - xp.square(across), 0.0)
    below = (xy[:, 1] - level - (upper[1] - level) * bow) / radius - _LASHES
    above = (level + (lower[1] - level) * bow - xy[:, 1]) / radius
    return xp.clip(below * 10.0 + 0.5, 0.0, 1.0) * xp.clip(above * 10.0 + 0.5, 0.0, 1.0)


@cache
def _circle() -> Floats:
    """Give the samples of the ring around (0, 0), `(circles * spokes, 2)`, in radii; each stands for the same area."""
    inner, outer = _RADII
    part = (np.arange(_CIRCLES) + 0.5) / _CIRCLES
    radii = np.sqrt(inner**2 + (outer**2 - inner**2) * part)[:, None]
    angles = np.arange(_SPOKES) / _SPOKES * 2.0 * np.pi
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1).reshape(-1, 2).astype(np.float32)
