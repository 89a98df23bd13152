"""The face cut out upright at one fixed size, so that every measurement costs and means the same on any photo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from makeup_ai.vision.colour import lab_from_srgb
from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE, FaceMesh
from makeup_ai.vision.window import Window

SIDE = 256  # pixels of the patch
_MARGIN = 1.1  # patch over the longer extent of the mesh


@dataclass(frozen=True, slots=True, eq=False)
class FacePatch:
    """One face, eyes level, filling a square.

    Args:
        pixels: `(SIDE, SIDE, 3)` uint8 sRGB.
        lab: `(SIDE, SIDE, 3)` float64 CIELAB of `pixels`.
        points: `(468, 2)` mesh in pixels of the patch.
        irises: `(2, 5, 2)` irises in pixels of the patch.
    """

    pixels: npt.NDArray[np.uint8]
    lab: npt.NDArray[np.float64]
    points: npt.NDArray[np.float64]
    irises: npt.NDArray[np.float64]


def cut_patch(pixels: npt.NDArray[np.uint8], mesh: FaceMesh) -> FacePatch:
    """Cut the face out of the photo its mesh was found in."""
    right, left = mesh.points[RIGHT_EYE[0], :2], mesh.points[LEFT_EYE[0], :2]
    angle = math.atan2(left[1] - right[1], left[0] - right[0])
    unit = Window(0.5, 0.5, 1.0, angle)  # turned about a point: gives the extent of the levelled face
    level = unit.from_photo(mesh.points[:, :2])
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = unit.to_photo((low + high) / 2.0).tolist()
    window = Window(x, y, float(max(high - low)) * _MARGIN, angle)
    patch = window.crop(pixels, SIDE, replicate=True, max_step=2.0)
    return FacePatch(
        pixels=patch,
        lab=lab_from_srgb(patch),
        points=window.from_photo(mesh.points[:, :2]) * SIDE,
        irises=window.from_photo(mesh.irises) * SIDE,
    )
