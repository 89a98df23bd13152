"""Eye bags: a lighter swelling under the lower lid that ends in a dark crease."""

from __future__ import annotations

from functools import cache

import numpy as np

from makeup_ai.vision import canonical, filters
from makeup_ai.vision.canonical import Floats, Ints
from makeup_ai.vision.cues import pigment, shading
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

LIDS = {"right_under_eye": (163, 144, 145, 153, 154), "left_under_eye": (390, 373, 374, 380, 381)}
"""Mesh vertices along the lower lid above each region."""

BELOW = {"right_under_eye": "right_cheek", "left_under_eye": "left_cheek"}
"""The cheek below each."""

_PARTS = 3  # of the lid, from corner to corner; a crease need not run level with it
_COLUMNS = 8  # samples along each part
_DEPTH = 28  # pixels of the frame below the lid; there the cheek begins, with rims of glasses on it
_APART = (4, 5, 6, 7, 8)  # pixels of the frame from the top of a swelling to its crease: about 3 to 6 mm
_DARKEST = 32.0  # Hunter L below the cheek: half a crease there counts, for rims of glasses are darker
_EDGE = 8.0  # Hunter L over which that sets in
_SMOOTH = 0.8  # pixels of the picture; the finest lines are no bags


def eye_bags(frame: Frame) -> Measured:
    """Measure how much the skin under the eyes swells and creases, in Hunter L.

    Lightness is followed down from the lid, after what the shape of the face and its light explain was taken out. A bag
    is where it rises to a swelling, falls into a crease and rises again; the smallest of these three steps counts, so
    skin that is only dark, or a lone edge, gives nothing. Steps are averaged over where a crease can lie and summed
    over how far it can lie from its swelling.
    """
    xp = frame.xp
    even = filters.blur(xp, shading.evenly_lit(frame), _SMOOTH)
    cheeks = pigment.medians(frame, even, BELOW.values())
    ends = {name: cheeks[cheek] - _DARKEST for name, cheek in BELOW.items()}
    regions = {name: xp.mean(_steps(frame, _profiles(frame, even, name), cheek)) for name, cheek in ends.items()}

    def heat() -> Array:
        return pigment.doubled(frame, xp.maximum(filters.curvatures(xp, even, 2.0)[0], 0.0), tuple(LIDS))

    return Measured(frame.pooled(regions), regions, heat)


def _profiles(frame: Frame, picture: Array, region: str) -> Array:
    """Give the mean lightness at every pixel of depth below each part of the lid, `(_PARTS, _DEPTH)`."""
    xp = frame.xp
    index, weights = _below(region)
    around = xp.reshape(xp.take(xp.reshape(picture, (-1,)), index.reshape(-1), axis=0), index.shape)
    return xp.mean(xp.reshape(xp.sum(around * weights, axis=0), (_PARTS, _COLUMNS, _DEPTH)), axis=1)


def _steps(frame: Frame, profiles: Array, darkest: Array) -> Array:
    """Give the steps of each `(parts, depth)` profile, 0 where there is none or it is too dark for skin."""
    xp, found = frame.xp, []
    for apart in _APART:
        lid, swelling = profiles[:, : -3 * apart], profiles[:, apart : -2 * apart]
        crease, cheek = profiles[:, 2 * apart : -apart], profiles[:, 3 * apart :]
        step = xp.minimum(2.0 * swelling - lid - crease, xp.minimum(swelling, cheek) - crease)
        shown = xp.clip((crease - darkest) / _EDGE + 0.5, 0.0, 1.0)
        found.append(xp.mean(xp.maximum(step, 0.0) * shown, axis=1))
    return sum(found)


@cache
def _below(region: str) -> tuple[Ints, Floats]:
    """Give the four pixels around every sample below a lid and their shares, `(4, parts * columns * depth)` each."""
    lid = canonical.points()[list(LIDS[region])]
    lid = lid[np.argsort(lid[:, 0])]
    x = np.linspace(lid[0, 0], lid[-1, 0], _PARTS * _COLUMNS)
    y = np.interp(x, lid[:, 0], lid[:, 1])[:, None] + np.arange(_DEPTH)
    x, y = ((axis - 0.5) / 2.0 for axis in (np.broadcast_to(x[:, None], y.shape).reshape(-1), y.reshape(-1)))
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right, down = x - column, y - row
    start = row * pigment.HALF + column
    index = np.stack([start, start + 1, start + pigment.HALF, start + pigment.HALF + 1]).astype(np.intp)
    weights = np.stack([(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down])
    return index, weights.astype(np.float32)
