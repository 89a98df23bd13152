"""Facial regions as polygons over the face mesh, and the pixels in them that show skin as it is.

"Right" is the person's right. Numbers are vertices of MediaPipe's 468-point face mesh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision.patch import FacePatch

Mask = npt.NDArray[np.bool_]

SKIN_REGIONS: Mapping[str, tuple[int, ...]] = {
    "forehead": (104, 69, 108, 151, 337, 299, 333, 296, 336, 9, 107, 66),
    "right_cheek": (117, 118, 101, 36, 205, 187, 123),
    "left_cheek": (346, 347, 330, 266, 425, 411, 352),
    "nose": (122, 6, 351, 419, 456, 363, 275, 4, 45, 134, 236, 196),
    "chin": (194, 18, 418, 262, 428, 199, 208, 32),
    "right_under_eye": (228, 229, 230, 231, 232, 121, 120, 119, 118, 117),
    "left_under_eye": (448, 449, 450, 451, 452, 350, 349, 348, 347, 346),
}
FEATURES: Mapping[str, tuple[int, ...]] = {
    "right_eye": (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    "left_eye": (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
    "lips": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
}
MOUTH = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)


def polygon_mask(points: npt.NDArray[np.float64], vertices: Iterable[int], side: int) -> Mask:
    """Rasterise one polygon of mesh vertices, given the `(468, 2)` mesh in pixels, to a `(side, side)` mask."""
    canvas = np.zeros((side, side), dtype=np.uint8)
    corners = np.round(points[list(vertices)] * 16.0).astype(np.int32)  # fixed point with four binary digits
    cv2.fillPoly(canvas, [corners], (1,), shift=4)
    mask: Mask = canvas.astype(np.bool_)
    return mask


def region_masks(patch: FacePatch) -> dict[str, Mask]:
    """Rasterise every region of a patch: the skin regions, both eyes, the lips without the open mouth, and `"face"`.

    Returns:
        Region name -> `(SIDE, SIDE)` bool.
    """
    side = len(patch.lab)
    masks = {
        name: polygon_mask(patch.points, vertices, side)
        for name, vertices in {**SKIN_REGIONS, **FEATURES, "face": OVAL}.items()
    }
    masks["lips"] &= ~polygon_mask(patch.points, MOUTH, side)
    return masks


def specular_mask(lab: npt.NDArray[np.float64], mask: Mask, limits: Mapping[str, Any]) -> Mask:
    """Mark the pixels of a region that mirror the light instead of showing skin.

    A highlight adds the light's own colour: it is lighter than the region's median by `lighter` (L*), and its chroma is
    below `chroma_ratio` times the region's.

    Args:
        lab: `(rows, columns, 3)` CIELAB.
        mask: `(rows, columns)` bool, the region.
        limits: The table's `skin.specular`.

    Returns:
        `(rows, columns)` bool, within `mask`.
    """
    if not mask.any():
        return mask
    lightness, colour = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    lighter = lightness > np.median(lightness[mask]) + limits["lighter"]
    pale = colour < np.median(colour[mask]) * limits["chroma_ratio"]
    white = lightness > limits["white"]
    mirrors: Mask = mask & ((lighter & pale) | white)
    return mirrors


def skin_mask(lab: npt.NDArray[np.float64], mask: Mask, limits: Mapping[str, Any]) -> Mask:
    """Keep the pixels of a region that are neither specular nor in deep shadow (hair, nostrils, creases).

    Args:
        lab: `(rows, columns, 3)` CIELAB.
        mask: `(rows, columns)` bool, the region.
        limits: The table's `skin`: `specular`, and `shadow.darker`, L* below the region's median.
    """
    if not mask.any():
        return mask
    lightness = lab[..., 0]
    shadow = lightness < np.median(lightness[mask]) - limits["shadow"]["darker"]
    kept: Mask = mask & ~shadow & ~specular_mask(lab, mask, limits["specular"])
    return kept
