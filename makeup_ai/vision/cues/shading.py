"""What the shape of a face and the light it stands in explain of its lightness, and what is left.

A matt surface under any distant light looks like a sum of nine pictures that follow from its normals alone: Basri &
Jacobs, "Lambertian reflectance and linear subspaces", IEEE Trans. Pattern Anal. Mach. Intell. 25 (2003); Ramamoorthi &
Hanrahan, "On the relationship between radiance and irradiance", J. Opt. Soc. Am. A 18 (2001). The mesh gives the
normals, so light from a side or from above is taken out before skin is compared with skin.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from makeup_ai.vision import canonical, filters
from makeup_ai.vision.canonical import NODES, Floats
from makeup_ai.vision.cues import gloss, pigment
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

_SMOOTH = 1.5  # nodes of the grid; the mesh is made of flat triangles
_RIDGE = 0.3  # of a basis picture's mean square: highlights must not bend the light of the whole face
FITTED = ("forehead", "glabella", "nose", "chin", "right_cheek", "left_cheek")
"""Regions whose light decides; the others lie in folds or beside hair."""


def evenly_lit(frame: Frame) -> Array:
    """Give `pigment.light` less what shape and light explain, `(HALF, HALF)` Hunter L, about 0 on the skin."""
    return frame.once("evenly_lit", lambda: pigment.light(frame) - _shading(frame))


def normals(frame: Frame) -> tuple[Array, Array, Array]:
    """Give the unit normals of the face at the nodes of the warp, x, y and z, `(NODES * NODES,)` each."""
    xp = frame.xp
    smooth = filters.blur(xp, frame.nodes, _SMOOTH)
    slope = filters.derivative_matrix(NODES, 1.0, 1)
    across, down = xp.matmul(smooth, slope.T), xp.matmul(slope, smooth)
    x, y, z = (across[i - 2] * down[i - 1] - across[i - 1] * down[i - 2] for i in range(3))
    length = xp.sqrt(xp.square(x) + xp.square(y) + xp.square(z) + 1e-6)
    return xp.reshape(x / length, (-1,)), xp.reshape(y / length, (-1,)), xp.reshape(z / length, (-1,))


def _shading(frame: Frame) -> Array:
    """Fit the nine pictures to the light of skin by ridge regression, by Gram-Schmidt, `(HALF, HALF)`."""
    xp, up, down = frame.xp, _up(), _down()
    weights = xp.reshape(xp.matmul(xp.matmul(down, gloss.matt(frame) * pigment.mask(FITTED)), down.T), (-1,))
    picture = xp.reshape(xp.matmul(xp.matmul(down, pigment.light(frame)), down.T), (-1,))
    weights = weights / xp.maximum(xp.sum(weights), 1e-3)
    harmonics = _harmonics(frame)
    left = xp.stack([*harmonics, picture])  # what the pictures so far do not explain of the others and of the light
    ridge = _RIDGE * xp.matmul(xp.square(left), weights) + 1e-9
    left = left - xp.matmul(left, weights)[:, None]
    for number in range(len(harmonics)):
        column, left = left[0], left[1:]
        heavy = weights * column
        share = xp.matmul(left, heavy) / (xp.sum(heavy * column) + ridge[number])
        left = left - share[:, None] * column
    fitted = picture - left[0]
    return xp.matmul(xp.matmul(up, xp.reshape(fitted, (NODES, NODES))), up.T)


def _harmonics(frame: Frame) -> list[Array]:
    """Give the pictures but the first, which is one everywhere, `(NODES * NODES,)` each."""
    xp, (x, y, z) = frame.xp, normals(frame)
    second = [x * y, x * z, y * z, xp.square(x) - xp.square(y), 3.0 * xp.square(z) - 1.0]
    return [x, y, z, *second]


@cache
def _up() -> Floats:
    return pigment.interpolation(NODES, (0.0, canonical.SIDE - 1.0))


@cache
def _down() -> Floats:
    up = _up()
    return np.ascontiguousarray(up.T / up.sum(axis=0)[:, None])
