"""Drawn faces told from photographed ones: paint has one colour, skin in light never has."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision.window import Window

MAX_EVEN = 0.45  # share; 0.41 is the most seen in photos, as JPEG of quality 5; flat drawings have 0.46 and more
_SIDE = 96  # pixels of the crop that is looked at
_ONE_TONE = 0.02  # of the face's range of luma: as far apart tones count as one
_CLIPPED = (4, 250)  # luma at and beyond which a photo, too, is even


def evenness(pixels: npt.NDArray[np.uint8], points: npt.NDArray[np.float64]) -> float:
    """Give the largest share of a face that has one tone.

    The tone is as wide as a fiftieth of the face's own range of luma, so that hazy and dark photos are not even.

    Args:
        pixels: `(rows, columns, 3)` uint8 sRGB.
        points: `(468, 2+)` x, y of the face's mesh.

    Returns:
        In [0, 1]; black and burnt-out parts count as not even.

    Examples:
        >>> corners = np.random.default_rng(0).uniform(10, 90, (468, 2))
        >>> evenness(np.full((100, 100, 3), 180, np.uint8), corners)
        1.0
    """
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    x, y = ((low + high) / 2.0).tolist()
    window = Window(x, y, max(1.0, float(max(high - low))))
    luma = cv2.cvtColor(window.crop(pixels, _SIDE, replicate=True), cv2.COLOR_RGB2GRAY)
    hull = cv2.convexHull((window.from_photo(points[:, :2]) * _SIDE).astype(np.float32))
    inside = np.zeros((_SIDE, _SIDE), dtype=np.uint8)
    cv2.fillConvexPoly(inside, np.round(hull).astype(np.int32), (1,))
    counts = np.bincount(luma[inside > 0], minlength=256)
    below = np.cumsum(counts)
    if below[-1] == 0:
        return 0.0
    dark, light = np.searchsorted(below, np.array([0.02, 0.98]) * below[-1])
    width = int(_ONE_TONE * float(light - dark)) + 1
    counts[: _CLIPPED[0] + 1] = counts[_CLIPPED[1] :] = 0
    return float(np.convolve(counts, np.ones(width)).max() / below[-1])
