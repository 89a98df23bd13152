"""The canonical face: one fixed frame in which every face's forehead, cheeks and nose lie at the same pixels.

Regions are polygons over the mean mesh and so constants; a photo is brought to them, not they to the photo. "Right" is
the person's right, which lies on the left of the frame. Numbers are vertices of MediaPipe's 468-point face mesh.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.integer[Any]]

SIDE = 256  # pixels of the frame; about 0.7 mm each on an adult face
NODES = 64  # nodes of the warp's grid along each side

LINES: Mapping[str, tuple[tuple[int, ...], int]] = {
    "right_nasolabial": ((64, 203, 206, 216, 212), 18),
    "left_nasolabial": ((294, 423, 426, 436, 432), 18),
}
"""Regions along a line of vertices, with their width in pixels of the frame."""

POLYGONS: Mapping[str, tuple[int, ...]] = {
    "right_under_eye": (228, 229, 230, 231, 232, 121, 120, 119, 118, 117),
    "left_under_eye": (448, 449, 450, 451, 452, 350, 349, 348, 347, 346),
    "right_crows_feet": (226, 113, 124, 156, 139, 143, 116, 111, 31),
    "left_crows_feet": (446, 342, 353, 383, 368, 372, 345, 340, 261),
    "glabella": (107, 9, 336, 285, 417, 168, 193, 55),
    "forehead": (104, 69, 108, 151, 337, 299, 333, 296, 336, 9, 107, 66),
    "right_cheek": (117, 118, 101, 36, 205, 187, 123),
    "left_cheek": (346, 347, 330, 266, 425, 411, 352),
    "nose": (122, 6, 351, 419, 456, 363, 275, 4, 45, 134, 236, 196),
    "chin": (194, 18, 418, 262, 428, 199, 208, 32),
}
"""Regions of skin; where two overlap, the pixel belongs to the first, and to those of `LINES` before all."""

REGIONS = (*LINES, *POLYGONS)
"""Every region of skin, in the order in which formulas number them."""

LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
MOUTH = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
RIGHT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
LEFT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_ANCHORS = (33, 263, 152)  # what lies outside the mesh goes with the outer corners of the eyes and the chin


@cache
def points() -> npt.NDArray[np.float64]:
    """Give the `(468, 2)` mean mesh in pixels of the frame."""
    return np.array(_table()["points"], dtype=np.float64)


@cache
def triangles() -> Ints:
    """Give the `(triangles, 3)` int32 vertices of the triangles over the mean mesh."""
    return np.array(_table()["triangles"], dtype=np.int32)


@cache
def _table() -> Mapping[str, list[list[float]]]:
    table: Mapping[str, list[list[float]]] = json.loads(
        files("makeup_ai.vision").joinpath("tables/canonical.json").read_text("utf-8")
    )
    return table


@cache
def grid() -> tuple[Ints, Floats]:
    """Give the warp: where each node of the frame lies in a photo, as weights over the mesh of that photo.

    A node inside a triangle is the weighted mean of its corners (barycentric coordinates); one outside the mesh moves
    with the nearest one inside, by the affine map of three anchors.

    Returns:
        `(NODES * NODES, 6)` vertices and float32 weights that sum to one.
    """
    axis = np.linspace(0.0, SIDE - 1.0, NODES)
    nodes = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    vertices, weights = _barycentric(nodes)
    inside = vertices[:, 0] >= 0
    source = _nearest(inside.reshape(NODES, NODES))
    corners = np.column_stack([points()[list(_ANCHORS)], np.ones(3)])
    moved = np.column_stack([nodes - nodes[source], np.zeros(len(nodes))]) @ np.linalg.inv(corners)
    index = np.column_stack([vertices[source], np.broadcast_to(_ANCHORS, (len(nodes), 3))])
    return index.astype(np.intp), np.column_stack([weights[source], moved]).astype(np.float32)


def _nearest(inside: Mask) -> npt.NDArray[np.intp]:
    """Give for each cell of a grid the number of the nearest that is inside; its own, where it is."""
    outside = np.where(inside, 0, 1).astype(np.uint8)
    _, labels_ = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    number = np.zeros(labels_.max() + 1, np.intp)
    number[labels_[inside]] = np.flatnonzero(inside)
    found: npt.NDArray[np.intp] = number[labels_].reshape(-1)
    return found


def _barycentric(nodes: npt.NDArray[np.float64]) -> tuple[Ints, npt.NDArray[np.float64]]:
    vertices = np.full((len(nodes), 3), -1, np.int32)
    weights = np.zeros((len(nodes), 3))
    columns = np.column_stack([nodes, np.ones(len(nodes))])
    for corners in triangles():
        matrix = np.column_stack([points()[corners], np.ones(3)])
        if abs(np.linalg.det(matrix)) < 1e-6:
            continue
        found = columns @ np.linalg.inv(matrix)
        inside = (found >= -1e-9).all(axis=1) & (vertices[:, 0] < 0)
        vertices[inside], weights[inside] = corners, found[inside]
    return vertices, weights


def polygon(vertices: Iterable[int]) -> Mask:
    """Rasterise one polygon of mesh vertices over the frame, `(SIDE, SIDE)` bool."""
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    corners = np.round(points()[list(vertices)] * 16.0).astype(np.int32)  # fixed point with four binary digits
    cv2.fillPoly(canvas, [corners], (1,), shift=4)
    mask: Mask = canvas.astype(np.bool_)
    return mask


def line(vertices: Iterable[int], width: int) -> Mask:
    """Rasterise one line of mesh vertices over the frame, `width` pixels wide, `(SIDE, SIDE)` bool."""
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    corners = np.round(points()[list(vertices)]).astype(np.int32)
    cv2.polylines(canvas, [corners], False, (1,), thickness=width)
    mask: Mask = canvas.astype(np.bool_)
    return mask


@cache
def features() -> Mapping[str, Mask]:
    """Give what is not skin: eyes, brows, lips (without the open mouth), mouth, and `"face"`, the whole outline."""
    mouth = polygon(MOUTH)
    return {
        "right_eye": polygon(RIGHT_EYE),
        "left_eye": polygon(LEFT_EYE),
        "right_brow": polygon(RIGHT_BROW),
        "left_brow": polygon(LEFT_BROW),
        "lips": polygon(LIPS) & ~mouth,
        "mouth": mouth,
        "face": polygon(OVAL),
    }


@cache
def region_masks() -> Mapping[str, Mask]:
    """Give the `(SIDE, SIDE)` mask of every region of `REGIONS`; no pixel is in two, and none in a feature."""
    masks = {name: line(*LINES[name]) if name in LINES else polygon(POLYGONS[name]) for name in REGIONS}
    taken = np.logical_or.reduce([mask for name, mask in features().items() if name != "face"])
    taken = cv2.dilate(taken.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_) | ~features()["face"]
    for name, mask in masks.items():
        masks[name] = mask & ~taken
        taken |= mask
    return masks


@cache
def labels() -> Ints:
    """Give `(SIDE, SIDE)` int32: the number of each pixel's region in `REGIONS`, and `len(REGIONS)` elsewhere."""
    numbers = np.full((SIDE, SIDE), len(REGIONS), np.int32)
    for number, name in enumerate(REGIONS):
        numbers[region_masks()[name]] = number
    return numbers
