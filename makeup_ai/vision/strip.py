"""Strips of the canonical frame straightened along what the anatomy knows of a line's course.

Where a strip lies is a constant, so reading it is a gather, and a line that follows the strip is a level line in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision.canonical import SIDE, Floats, Ints, Mask, features
from makeup_ai.vision.space import Array

Polyline = tuple[tuple[float, float], ...]
"""Corners x, y in pixels of the frame."""

ENDS = 3  # columns at both ends that filters need and that are not measured
_AROUND = 7  # pixels: the square by which features are widened


@dataclass(frozen=True, slots=True)
class Strip:
    """A band of the frame in which lines of one kind run alike.

    Args:
        courses: Two polylines or more, in one sense; the rows lie evenly between the first and the last.
        rows: Samples across the lines.
        columns: Samples along them.
        margin: Rows at both sides that filters need and that are not measured.
    """

    courses: tuple[Polyline, ...]
    rows: int
    columns: int
    margin: int

    def read(self, xp: Any, picture: Array) -> Array:
        """Read `(..., SIDE, SIDE)` pictures of the frame along the strip (bilinear), `(..., rows, columns)`."""
        if _is_upright(self):
            left, top = (int(place) for place in self.courses[0][0])
            rows, columns = slice(top, top + self.rows), slice(left, left + self.columns)
            # An ellipsis that stands for no axis at all is misread on the way to ONNX.
            return picture[rows, columns] if len(picture.shape) == 2 else picture[..., rows, columns]
        index, weights = _gather(self)
        many = tuple(picture.shape[:-2])
        near = xp.take(xp.reshape(picture, (*many, SIDE * SIDE)), index, axis=-1) * weights
        near = xp.reshape(near, (*many, 4, self.rows * self.columns))
        return xp.reshape(xp.sum(near, axis=-2), (*many, self.rows, self.columns))

    def spread(self, xp: Any, values: Array) -> Array:
        """Put `(rows, columns)` values back where they lie in the frame, `(SIDE, SIDE)`; 0 outside the strip."""
        source, inside = _back(self)
        return xp.reshape(xp.take(xp.reshape(values, (-1,)), source, axis=0) * inside, (SIDE, SIDE))

    def measured(self) -> Floats:
        """Give `(rows, columns)`: one where a sample is no margin, and the face is skin by its anatomy."""
        return _measured(self)


@cache
def _places(strip: Strip) -> npt.NDArray[np.float64]:
    """Give the `(rows, columns, 2)` places of the samples in the frame."""
    courses = np.stack([_resample(corners, strip.columns) for corners in strip.courses])
    at = np.linspace(0.0, len(courses) - 1.0, strip.rows)
    shares = np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(len(courses))[None]))
    places: npt.NDArray[np.float64] = np.einsum("rc,cpx->rpx", shares, courses)
    return places


def _resample(corners: Polyline, samples: int) -> npt.NDArray[np.float64]:
    """Place samples evenly along a polyline, `(samples, 2)`."""
    points = np.array(corners, dtype=np.float64)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0.0, length[-1], samples)
    return np.stack([np.interp(at, length, points[:, axis]) for axis in (0, 1)], axis=1)


@cache
def _is_upright(strip: Strip) -> bool:
    """Tell whether the samples are pixels of the frame, row by row, so that reading them is cutting them out."""
    columns, rows = np.meshgrid(np.arange(strip.columns), np.arange(strip.rows))
    corner = np.array(strip.courses[0][0])
    whole = bool((corner == np.round(corner)).all())
    return whole and np.allclose(_places(strip), np.stack([columns, rows], axis=-1) + corner, atol=1e-6)


@cache
def _gather(strip: Strip) -> tuple[Ints, Floats]:
    """Give the four pixels around every sample and their shares, `(4 * rows * columns,)` each."""
    places = _places(strip).reshape(-1, 2).clip(0.0, SIDE - 1.001)
    corner = np.floor(places).astype(np.intp)
    right, down = (places - corner).T
    start = corner[:, 1] * SIDE + corner[:, 0]
    index = np.concatenate([start, start + 1, start + SIDE, start + SIDE + 1])
    weights = np.concatenate([(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down])
    return index.astype(np.intp), weights.astype(np.float32)


@cache
def _measured(strip: Strip) -> Floats:
    x, y = np.round(_places(strip)).astype(int).clip(0, SIDE - 1).transpose(2, 0, 1)
    inside = _bare()[y, x]
    inside[: strip.margin] = inside[strip.rows - strip.margin :] = False
    inside[:, :ENDS] = inside[:, strip.columns - ENDS :] = False
    measured: Floats = inside.astype(np.float32)
    return measured


@cache
def _bare() -> Mask:
    """Give the pixels of the face that are in no feature nor beside one."""
    taken = np.logical_or.reduce([mask for name, mask in features().items() if name != "face"])
    wide = cv2.dilate(taken.astype(np.uint8), np.ones((_AROUND, _AROUND), np.uint8)).astype(np.bool_)
    bare: Mask = features()["face"] & ~wide
    return bare


@cache
def _back(strip: Strip) -> tuple[Ints, Floats]:
    """Give the sample nearest to every pixel of the frame, and one where that is measured and close by."""
    places = _places(strip).reshape(-1, 2)
    source, inside = np.zeros(SIDE * SIDE, np.intp), np.zeros(SIDE * SIDE, np.float32)
    low, high = np.floor(places.min(axis=0)).astype(int), np.ceil(places.max(axis=0)).astype(int)
    for y in range(max(0, low[1]), min(SIDE, high[1] + 1)):
        x = np.arange(max(0, low[0]), min(SIDE, high[0] + 1))
        away = np.square(places[:, 0][None] - x[:, None]) + np.square(places[:, 1] - y)[None]
        nearest = away.argmin(axis=1)
        source[y * SIDE + x] = nearest
        inside[y * SIDE + x] = (away.min(axis=1) < 1.0) & (strip.measured().reshape(-1)[nearest] > 0.0)
    return source, inside
