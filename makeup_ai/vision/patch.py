"""What formulas are given of a photo: the face, upright and at one size, its mesh, and the scene in small."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE, FaceMesh
from makeup_ai.vision.warp import CROP
from makeup_ai.vision.window import Window

SCENE = 96  # pixels of the side of the scene
_MARGIN = 1.1  # crop over the longer extent of the mesh
_AROUND = 1.35  # scene over crop: as much as a photo of a face always shows, so that cropping it changes nothing
_BELOW = 0.15  # of the crop's side, by which the scene lies lower: a collar is often white


@dataclass(frozen=True, slots=True, eq=False)
class FacePatch:
    """One face, eyes level, filling a square.

    Args:
        crop: `(CROP, CROP, 3)` uint8 sRGB.
        points: `(478, 3)` float32 x, y and depth in pixels of the crop: the mesh, the right iris, the left (no depth).
        scene: `(SCENE, SCENE, 3)` uint8 sRGB, the face and what is around it: hair, collar, background.
    """

    crop: npt.NDArray[np.uint8]
    points: npt.NDArray[np.float32]
    scene: npt.NDArray[np.uint8]


def crop_window(mesh: FaceMesh) -> Window:
    """Place the square that holds a face, eyes level."""
    right, left = mesh.points[RIGHT_EYE[0], :2], mesh.points[LEFT_EYE[0], :2]
    angle = math.atan2(left[1] - right[1], left[0] - right[0])
    unit = Window(0.5, 0.5, 1.0, angle)  # turned about a point: gives the extent of the levelled face
    level = unit.from_photo(mesh.points[:, :2])
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = unit.to_photo((low + high) / 2.0).tolist()
    return Window(x, y, float(max(high - low)) * _MARGIN, angle)


def scene_window(mesh: FaceMesh) -> Window:
    """Place the square that the light is read from: the face with its surroundings, eyes level."""
    face = crop_window(mesh)
    x, y = face.to_photo([0.5, 0.5 + _BELOW]).tolist()
    return Window(x, y, face.side * _AROUND, face.angle)


def cut_patch(pixels: npt.NDArray[np.uint8], mesh: FaceMesh) -> FacePatch:
    """Cut the face out of the photo its mesh was found in, `(rows, columns, 3)` uint8 sRGB."""
    window = crop_window(mesh)
    scale = CROP / window.side
    mesh_points = np.column_stack([window.from_photo(mesh.points[:, :2]) * CROP, mesh.points[:, 2] * scale])
    irises = window.from_photo(mesh.irises.reshape(-1, 2)) * CROP
    points = np.concatenate([mesh_points, np.column_stack([irises, np.zeros(len(irises))])])
    return FacePatch(
        crop=window.crop(pixels, CROP, replicate=True, max_step=2.0),
        points=points.astype(np.float32),
        scene=scene_window(mesh).crop(pixels, SCENE, replicate=True, max_step=1.0),
    )
