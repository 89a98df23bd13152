"""How sharp a face is, told by its eyes, and how much fine texture its skin keeps beside them."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np

from makeup_ai.vision import statistics
from makeup_ai.vision.canonical import SIDE, Floats, features
from makeup_ai.vision.filters import derivative_matrix, gaussian_matrix
from makeup_ai.vision.frame import Frame, pixels
from makeup_ai.vision.space import Array

MM = 0.7  # of an adult face behind a pixel of the frame
_ROWS, _COLUMNS = (32, 128), (16, 240)  # the band of eyes and brows, with room for the blur
_NEAR, _FAR = 1.5, 4.0  # pixels: two blurs whose effect on an edge tells how wide it was
_LEAST = 1.02  # ratio below which an edge is too wide to be told from a slope
_DETAIL = 1.5  # pixels: what a blur of this size takes away counts as fine structure
_SKIN = ("forehead", "right_cheek", "left_cheek")
_SEEN = (16, 160)  # rows of the frame that hold them and the band, with room for that blur


def edge_width(frame: Frame) -> Array:
    """Measure the blur of the edges of eyes and brows, as the sigma of a Gaussian in millimetres of the face.

    An edge blurred by s has a gradient that falls with `s^2 + sigma^2` under a further blur of sigma; the ratio of two
    such gradients gives s (Zhuo & Sim, "Defocus map estimation from a single image", Pattern Recognit. 44, 2011).
    Neither contrast nor light nor the size of the face in the photo enters.
    """
    xp = frame.xp
    band = frame.lightness[_ROWS[0] : _ROWS[1], _COLUMNS[0] : _COLUMNS[1]]
    eyes = _eyes()[slice(*_inner())]
    near, far = (statistics.average(xp, _slope4(xp, band, sigma), eyes) for sigma in (_NEAR, _FAR))
    ratio = xp.power(xp.maximum(near / xp.maximum(far, 1e-9), _LEAST), 2.0 / 3.0)
    return MM * xp.sqrt(xp.maximum((_FAR**2 - ratio * _NEAR**2) / (ratio - 1.0), 0.0))


def _slope4(xp: Any, band: Array, sigma: float) -> Array:
    """Give the fourth power of the gradient after a blur, in the rows of eyes and brows: it is led by strong edges."""
    (rows, columns), inner = band.shape, slice(*_inner())
    smooth, slope = gaussian_matrix(rows, sigma)[inner], derivative_matrix(rows, sigma, 1)[inner]
    across = xp.matmul(xp.matmul(smooth, band), derivative_matrix(columns, sigma, 1).T) / sigma
    down = xp.matmul(xp.matmul(slope, band), gaussian_matrix(columns, sigma).T) / sigma
    return xp.square(xp.square(across) + xp.square(down))


@cache
def _inner() -> tuple[int, int]:
    """Give the first row of the band that holds eyes or brows, and the one after the last."""
    rows = np.flatnonzero(_eyes().any(axis=1))
    return int(rows[0]), int(rows[-1]) + 1


@cache
def _eyes() -> Floats:
    """Give one where eyes and brows are, with their surroundings."""
    shapes = features()
    mask = shapes["right_eye"] | shapes["left_eye"] | shapes["right_brow"] | shapes["left_brow"]
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8))
    return wide[_ROWS[0] : _ROWS[1], _COLUMNS[0] : _COLUMNS[1]].astype(np.float32)


def texture(frame: Frame) -> Array:
    """Measure the finest structure of the skin beside that of the eyes, in percent.

    Both are the same band of detail, so a soft lens lowers both; a smoothing filter, or thick make-up, lowers the
    skin's alone. The skin's is the median over cheeks and forehead, so that a mole or a hair does not stand for it.
    """
    xp = frame.xp
    part = frame.lightness[slice(*_SEEN)]
    down, across = (gaussian_matrix(side, _DETAIL) for side in part.shape)
    detail = xp.abs(part - xp.matmul(xp.matmul(down, part), across.T))
    skin = xp.take(xp.reshape(detail, (-1,)), pixels(*_SKIN) - _SEEN[0] * SIDE, axis=0)
    band = detail[_ROWS[0] - _SEEN[0] : _ROWS[1] - _SEEN[0], _COLUMNS[0] : _COLUMNS[1]]
    eyes = statistics.average(xp, band, _eyes())
    return 100.0 * statistics.median(xp, skin, frame.of(frame.skin, *_SKIN)) / xp.maximum(eyes, 1e-3)
