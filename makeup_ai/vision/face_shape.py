"""Where the parts of one face lie in a levelled window, and how likely each place is skin before a colour is seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE, FaceMesh
from makeup_ai.vision.patch import crop_window
from makeup_ai.vision.window import Window

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

SIDE = 200  # pixels of the window
_MARGIN = 2.2  # window over the crop that is measured: hair, neck and some of the scene

# Vertices of MediaPipe's 468-point face mesh; "right" is the person's right.
_TOP, _CHIN = 10, 152
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_SEEDS = (  # low forehead, cheeks, ridge and tip of the nose: skin on almost everybody
    (69, 108, 151, 337, 299, 296, 336, 9, 107, 66),
    (117, 118, 101, 36, 205, 187, 123),
    (346, 347, 330, 266, 425, 411, 352),
    (6, 351, 419, 456, 363, 275, 4, 45, 134, 236, 196, 122),
)
_BROWS = ((70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276))
_EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398),
)
_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
_NOSTRILS = ((79, 218, 237, 44, 19, 125, 241), (309, 438, 457, 274, 19, 354, 461))
_BEARD = (98, 327, 216, 436, 210, 430, 169, 394, 152, 176, 400)  # moustache, chin and what joins them
_CHIN_PAD = (18, 313, 418, 262, 369, 396, 175, 171, 140, 32, 194, 83)

# How far skin may go on beyond the mesh: half extents of the reach over those of the mesh, from its middle.
_ASIDE, _UP, _DOWN = 1.15, 1.8, 1.6
_GAP = 0.07  # around eyes, brows and lips, over the distance between the eyes' outer corners times 0.7
_GAP_OF_CORNERS = 0.7  # distance between the irises over that between the outer corners

# Log odds of skin by place.
_INSIDE, _OUTSIDE = 2.0, -4.0
_ABOVE = (1.0, -2.0)  # next to the mesh and at the reach: hair begins somewhere between
_BELOW = (1.5, -1.0)  # the neck
_NECK = (0.45, 0.15)  # heights over the chin, in heights of the mesh, between which `_ABOVE` becomes `_BELOW`


@dataclass(frozen=True, slots=True, eq=False)
class FaceShape:
    """One face in a levelled window.

    Args:
        window: Where the planes lie in the photo.
        height: From hairline to chin, in pixels of the window.
        log_odds: `(SIDE, SIDE)` float32 of skin, by place alone.
        seeds: `(SIDE, SIDE)` bool, skin on almost everybody.
        brows: `(SIDE, SIDE)` bool.
        holes: `(SIDE, SIDE)` bool, eyes with brows, lips and mouth, nostrils: never skin.
        cheeks: `(SIDE, SIDE)` bool, those of the seeds.
        chin: `(SIDE, SIDE)` bool, its middle: dark where there is a beard.
        beard: `(SIDE, SIDE)` bool, where beards grow.
        oval: `(SIDE, SIDE)` bool, the outline of the mesh.
        reach: `(SIDE, SIDE)` bool, no skin of this face is outside.
    """

    window: Window
    height: float
    log_odds: Plane
    seeds: Mask
    brows: Mask
    holes: Mask
    cheeks: Mask
    chin: Mask
    beard: Mask
    oval: Mask
    reach: Mask


def face_shape(mesh: FaceMesh) -> FaceShape:
    """Lay out the parts of a face.

    Examples:
        >>> import numpy as np
        >>> from makeup_ai.vision.face import FaceMesh
        >>> grid = np.random.default_rng(0).uniform(100, 200, (468, 3))
        >>> shape = face_shape(FaceMesh((100, 100, 100, 100), 1.0, 1, grid, np.zeros((2, 5, 2)), 40.0, 1.0))
        >>> shape.oval.shape, bool((shape.reach | ~shape.oval).all())
        ((200, 200), True)
    """
    window = crop_window(mesh)
    window = replace(window, side=max(1.0, window.side * _MARGIN))
    points = window.from_photo(mesh.points[:, :2]) * SIDE
    up = points[_TOP] - points[_CHIN]
    height = max(1.0, float(np.hypot(*up)))
    oval = _filled([points[list(OVAL)]])
    reach = oval | _filled([_reach(points, up / height)])
    return FaceShape(
        window=window,
        height=height,
        log_odds=_log_odds(oval, reach, _height_over_chin(points, up) / height),
        seeds=_filled(points[list(vertices)] for vertices in _SEEDS),
        brows=_filled(_hull(points, vertices) for vertices in _BROWS),
        holes=_holes(points),
        cheeks=_filled(points[list(vertices)] for vertices in _SEEDS[1:3]),
        chin=_filled([_hull(points, _CHIN_PAD)]),
        beard=_filled([_hull(points, _BEARD)]),
        oval=oval,
        reach=reach,
    )


def _filled(polygons: Iterable[Points]) -> Mask:
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    for corners in polygons:
        cv2.fillPoly(canvas, [np.round(corners * 16.0).astype(np.int32)], (1,), shift=4)  # four binary digits
    return canvas.astype(np.bool_)


def _hull(points: Points, vertices: Iterable[int]) -> Points:
    hull: Points = cv2.convexHull(points[list(vertices)].astype(np.float32))[:, 0].astype(np.float64)
    return hull


def _holes(points: Points) -> Mask:
    parts = [_hull(points, (*eye, *brow)) for eye, brow in zip(_EYES, _BROWS, strict=True)]
    gap = _GAP * _GAP_OF_CORNERS * float(np.hypot(*(points[LEFT_EYE[0]] - points[RIGHT_EYE[0]])))
    wide = _away(_filled([*parts, _hull(points, _LIPS)])) < gap
    return wide | _filled(_hull(points, nostril) for nostril in _NOSTRILS)


def _reach(points: Points, up: Points) -> Points:
    """Stretch the outline of the mesh along the face's own axes."""
    middle = (points[_TOP] + points[_CHIN]) / 2.0
    across = np.array([-up[1], up[0]])
    outline = points[list(OVAL)] - middle
    along = outline @ up
    stretched = np.where(along > 0.0, _UP, _DOWN) * along
    end: Points = middle + _ASIDE * (outline @ across)[:, None] * across + stretched[:, None] * up
    return end


def _height_over_chin(points: Points, up: Points) -> Plane:
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    direction = up / max(1.0, float(np.hypot(*up)))
    height: Plane = (columns - points[_CHIN, 0]) * direction[0] + (rows - points[_CHIN, 1]) * direction[1]
    return height


def _away(mask: Mask) -> Plane:
    """Give the distance of each pixel from a mask, 0 within."""
    away: Plane = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3).astype(np.float32)
    return away


def _log_odds(oval: Mask, reach: Mask, height: Plane) -> Plane:
    from_oval, from_end = _away(oval), _away(~reach)
    near = from_end / (from_end + from_oval + 1e-6)  # 1 at the mesh, 0 at the reach
    neck = np.clip((_NECK[0] - height) / (_NECK[0] - _NECK[1]), 0.0, 1.0)
    above = _ABOVE[1] + (_ABOVE[0] - _ABOVE[1]) * near
    below = _BELOW[1] + (_BELOW[0] - _BELOW[1]) * np.sqrt(near)
    odds = np.where(reach, above * (1.0 - neck) + below * neck, _OUTSIDE)
    return np.where(oval, _INSIDE, odds).astype(np.float32)
