"""How sharp a face is, told by its eyes, and how much fine texture its skin keeps beside them."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np

from makeup_ai.vision import filters, statistics
from makeup_ai.vision.canonical import Floats, features
from makeup_ai.vision.filters import derivative_matrix, gaussian_matrix
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

MM = 0.7  # of an adult face behind a pixel of the frame
_ROWS, _COLUMNS = (32, 128), (16, 240)  # the band of eyes and brows, with room for the blur
_NEAR, _FAR = 1.5, 4.0  # pixels: two blurs whose effect on an edge tells how wide it was
_LEAST = 1.02  # ratio below which an edge is too wide to be told from a slope
_DETAIL = 1.5  # pixels: what a blur of this size takes away counts as fine structure
_SKIN = ("forehead", "right_cheek", "left_cheek")


def edge_width(frame: Frame) -> Array:
    """Measure the blur of the edges of eyes and brows, as the sigma of a Gaussian in millimetres of the face.

    An edge blurred by s has a gradient that falls with `s^2 + sigma^2` under a further blur of sigma; the ratio of two
    such gradients gives s (Zhuo & Sim, "Defocus map estimation from a single image", Pattern Recognit. 44, 2011).
    Neither contrast nor light nor the size of the face in the photo enters.
    """
    xp = frame.xp
    band = frame.lightness[_ROWS[0] : _ROWS[1], _COLUMNS[0] : _COLUMNS[1]]
    near, far = (statistics.average(xp, _slope4(xp, band, sigma), _eyes()) for sigma in (_NEAR, _FAR))
    ratio = xp.power(xp.maximum(near / xp.maximum(far, 1e-9), _LEAST), 2.0 / 3.0)
    return MM * xp.sqrt(xp.maximum((_FAR**2 - ratio * _NEAR**2) / (ratio - 1.0), 0.0))


def _slope4(xp: Any, band: Array, sigma: float) -> Array:
    """Give the fourth power of the gradient after a blur: it is led by the strongest edges."""
    rows, columns = band.shape
    across = xp.matmul(xp.matmul(gaussian_matrix(rows, sigma), band), derivative_matrix(columns, sigma, 1).T) / sigma
    down = xp.matmul(xp.matmul(derivative_matrix(rows, sigma, 1), band), gaussian_matrix(columns, sigma).T) / sigma
    return xp.square(xp.square(across) + xp.square(down))


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
    detail = xp.abs(frame.lightness - filters.blur(xp, frame.lightness, _DETAIL))
    skin, weights = frame.of(xp.reshape(detail, (-1,)), *_SKIN), frame.of(frame.skin, *_SKIN)
    band = detail[_ROWS[0] : _ROWS[1], _COLUMNS[0] : _COLUMNS[1]]
    eyes = statistics.average(xp, band, _eyes())
    return 100.0 * statistics.median(xp, skin, weights) / xp.maximum(eyes, 1e-3)
