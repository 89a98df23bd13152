"""A turned square looking onto a photo: what a model sees, and where its answers lie in the photo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

MAX_STEP = 16.0  # photo pixels per sample; beyond it, sampling skips too much and the photo is averaged first


@dataclass(frozen=True, slots=True)
class Window:
    """A square in a photo.

    Args:
        x: Centre, in pixels from the left edge.
        y: Centre, in pixels from the top edge.
        side: In pixels.
        angle: Clockwise turn as seen, in radians.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, width: int, height: int) -> Window:
        """Take in a whole photo of the given size, with bars where it is not square."""
        return cls(width / 2.0, height / 2.0, float(max(width, height)))

    def matrix(self) -> npt.NDArray[np.float64]:
        """Return the `(2, 3)` affine map from [0, 1] window coordinates to photo pixels."""
        c, s = math.cos(self.angle) * self.side, math.sin(self.angle) * self.side
        return np.array([[c, -s, self.x - (c - s) / 2.0], [s, c, self.y - (s + c) / 2.0]])

    def to_photo(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Map `(..., 2)` points in [0, 1] of the window to photo pixels."""
        matrix = self.matrix()
        mapped: npt.NDArray[np.float64] = np.asarray(points, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]
        return mapped

    def from_photo(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Map `(..., 2)` photo pixels to [0, 1] of the window."""
        matrix = self.matrix()
        moved = np.asarray(points, dtype=np.float64) - matrix[:, 2]
        mapped: npt.NDArray[np.float64] = moved @ np.linalg.inv(matrix[:, :2]).T
        return mapped

    def crop(
        self, pixels: npt.NDArray[Any], size: int, *, replicate: bool = False, max_step: float = MAX_STEP
    ) -> npt.NDArray[Any]:
        """Sample the window from a photo.

        Args:
            pixels: `(rows, columns)` or `(rows, columns, channels)`.
            size: Side of the result in pixels.
            replicate: Whether the photo's edge goes on beyond it; black otherwise.
            max_step: Photo pixels per sample from which the photo is averaged before it is sampled.

        Returns:
            `(size, size)` or `(size, size, channels)`, same type.
        """
        step = self.side / size
        matrix = self.matrix()
        if step > max_step:
            pixels, offset, factor = self._reduced(pixels, int(step))
            matrix[:, 2] -= offset - 0.5  # a reduced pixel's centre is that of its block
            matrix /= factor
            matrix[:, 2] -= 0.5
        matrix[:, :2] /= size
        border = cv2.BORDER_REPLICATE if replicate else cv2.BORDER_CONSTANT
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(pixels, matrix, (size, size), flags=flags, borderMode=border)

    def _reduced(
        self, pixels: npt.NDArray[Any], factor: int
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Average the photo under the window by a whole factor; returns it, its corner and `(2, 1)` true factors."""
        rows, columns = pixels.shape[:2]
        corners = self.to_photo([[0, 0], [1, 0], [0, 1], [1, 1]])
        left, top = np.floor(np.clip(corners.min(axis=0) - factor, 0, (columns - 1, rows - 1))).astype(int)
        right, bottom = np.ceil(np.clip(corners.max(axis=0) + factor, (left + 1, top + 1), (columns, rows))).astype(int)
        part = pixels[top:bottom, left:right]
        size = max(1, round((right - left) / factor)), max(1, round((bottom - top) / factor))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        true = np.array([[(right - left) / size[0]], [(bottom - top) / size[1]]])
        return small, np.array([left, top], dtype=np.float64), true
