"""The colour of the lips; it describes, and is neither a strength nor a need."""

from __future__ import annotations

from functools import cache

import numpy as np

from makeup_ai.vision import canonical, statistics
from makeup_ai.vision.canonical import Ints
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78)
LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78)
LIPS = {"upper": UPPER, "lower": LOWER}
"""Mesh vertices around each lip."""

_GLOSS = 6.0  # L* above a lip's median at which half a pixel counts as mirrored light
_SHADOW = 15.0  # and below it as the gap between the lips
_EDGE = 3.0  # L* over which that sets in


def lip_colour(frame: Frame) -> Measured:
    """Measure the chroma C*ab of the lips under white light, and their whole colour.

    Each lip's colour is the mean L*, a*, b* of its pixels without gloss and shadow; the lips' is the mean of both.
    """
    colours = {name: _colour(frame, name) for name in LIPS}
    whole = (colours["upper"] + colours["lower"]) * 0.5
    return Measured(_chroma(frame, whole), {name: _chroma(frame, lab) for name, lab in colours.items()}, colour=whole)


def _colour(frame: Frame, lip: str) -> Array:
    xp = frame.xp
    lab = xp.take(frame.lab, _pixels(lip), axis=1)
    above = lab[0] - statistics.median(xp, lab[0])
    shown = xp.clip((_GLOSS - above) / _EDGE + 0.5, 0.0, 1.0) * xp.clip((_SHADOW + above) / _EDGE + 0.5, 0.0, 1.0)
    return statistics.average(xp, lab, xp.stack([shown, shown, shown]), axis=1)


def _chroma(frame: Frame, lab: Array) -> Array:
    return frame.xp.sqrt(frame.xp.square(lab[1]) + frame.xp.square(lab[2]))


@cache
def _pixels(lip: str) -> Ints:
    """Give the numbers of a lip's pixels in the flattened frame, away from its edges where it is wide enough."""
    mask = canonical.polygon(LIPS[lip]) & ~canonical.features()["mouth"]
    inner = mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1]
    return np.flatnonzero(np.pad(inner, 1).reshape(-1))
