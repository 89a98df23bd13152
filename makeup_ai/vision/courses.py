"""Where lines of the skin run: the strips that cues of lines are read along."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from makeup_ai.vision.canonical import LEFT_EYE, LINES, RIGHT_EYE, points
from makeup_ai.vision.strip import Polyline, Strip

_LIDS = {  # lower lids, outer corner to inner
    "right": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "left": (263, 249, 390, 373, 374, 380, 381, 382, 362),
}
_FAN_HUB = 14.0  # pixels inside the outer corner of the eye from which lines beside it seem to come
_FAN_REACH = (24.0, 52.0)  # pixels from that hub
_FAN_HALF = 1.0  # radians above and below the level


@cache
def forehead() -> Strip:
    """Lie across the forehead, from below the hairline to the brows."""
    return Strip((((56.0, 10.0), (200.0, 10.0)), ((56.0, 66.0), (200.0, 66.0))), 57, 145, 8)


@cache
def glabella() -> Strip:
    """Stand upright between the brows."""
    return Strip((((104.0, 38.0), (110.0, 78.0)), ((152.0, 38.0), (146.0, 78.0))), 45, 41, 7)


@cache
def bridge() -> Strip:
    """Lie across the bridge of the nose, where glasses rest."""
    return Strip((((108.0, 56.0), (148.0, 56.0)), ((108.0, 112.0), (148.0, 112.0))), 57, 41, 8)


@cache
def crows_feet(side: str) -> Strip:
    """Fan out from the outer corner of an eye, `side` "right" or "left"."""
    eye, out = (RIGHT_EYE[0], -1.0) if side == "right" else (LEFT_EYE[0], 1.0)
    hub = points()[eye] - (out * _FAN_HUB, 0.0)
    rays = (
        np.array([[out * np.cos(angle), np.sin(angle)]]) * np.array(_FAN_REACH)[:, None] + hub
        for angle in np.linspace(-_FAN_HALF, _FAN_HALF, 9)
    )
    return Strip(tuple(_corners(ray) for ray in rays), 67, 29, 9)


@cache
def under_eye(side: str) -> Strip:
    """Follow the lower lid of an eye, from the lashes to the cheek."""
    lid, above, below = points()[list(_LIDS[side])], np.array([0.0, -3.0]), np.array([0.0, 24.0])
    return Strip((_corners(lid + above), _corners(lid + below)), 28, 50, 7)


@cache
def nasolabial(side: str) -> Strip:
    """Follow the fold from a wing of the nose past the corner of the mouth; the first row lies towards the cheek."""
    vertices, width = LINES[f"{side}_nasolabial"]
    course = points()[list(vertices)]
    along = np.gradient(course, axis=0)
    across = np.column_stack([along[:, 1], -along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
    away = across * (width / 2.0 + 6.0) * (1.0 if side == "left" else -1.0)
    return Strip((_corners(course + away), _corners(course - away)), 31, 64, 6)


def _corners(places: npt.NDArray[np.float64]) -> Polyline:
    return tuple((float(x), float(y)) for x, y in places)
