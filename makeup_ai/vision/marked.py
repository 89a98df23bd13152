"""A patch of skin that a person marks: for close-ups and crops of an eye, where no face can be found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from makeup_ai.vision.window import Window

SIDE = 256  # pixels of the patch
MIN_SIDE = 48  # pixels kept of the shorter side of a mark; below it, grain and skin cannot be told apart


@dataclass(frozen=True, slots=True, eq=False)
class MarkedPatch:
    """A marked rectangle at one size, its shape kept.

    Args:
        pixels: `(SIDE, SIDE, 3)` uint8 sRGB; the mark fills it along its longer side, the photo goes on around it.
        mask: `(SIDE, SIDE)` bool, the mark.
        scale: Pixels of the patch per pixel of the upright photo.
    """

    pixels: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.bool_]
    scale: float


def parse_region(text: str) -> tuple[float, float, float, float]:
    """Read `LEFT,TOP,WIDTH,HEIGHT` as a command line gives it.

    Raises:
        ValueError: Not four numbers.

    Examples:
        >>> parse_region("120, 80, 200, 150")
        (120.0, 80.0, 200.0, 150.0)
    """
    try:
        left, top, width, height = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(
            "A region is LEFT,TOP,WIDTH,HEIGHT in pixels, or in parts of the photo from 0 to 1. "
            f"Received: {text[:80]!r}. Give four numbers, as in 120,80,200,150 or 0.2,0.1,0.5,0.4."
        ) from error
    return left, top, width, height


def cut_region(pixels: npt.NDArray[np.uint8], region: Sequence[float], scale: float = 1.0) -> MarkedPatch:
    """Cut a marked rectangle out of a photo.

    Args:
        pixels: `(rows, columns, 3)` uint8 sRGB, upright.
        region: Left, top, width and height: in pixels of the upright photo, or, where none is above 1, as parts of its
            width and height.
        scale: Pixels of the upright photo per pixel of `pixels`; `Photo.scale`.

    Raises:
        ValueError: Not four finite numbers, a side is not positive, reaches outside the photo, or keeps fewer than
            `MIN_SIDE` pixels.

    Examples:
        >>> import numpy as np
        >>> patch = cut_region(np.full((300, 400, 3), 90, np.uint8), (100, 50, 128, 64))
        >>> patch.pixels.shape, patch.scale, float(patch.mask.mean())
        ((256, 256, 3), 2.0, 0.5)
    """
    left, top, width, height = _in_kept_pixels(pixels.shape[0], pixels.shape[1], region, scale)
    window = Window(left + width / 2.0, top + height / 2.0, max(width, height))
    return MarkedPatch(
        pixels=window.crop(pixels, SIDE, replicate=True, max_step=2.0),
        mask=_centred(width / window.side, height / window.side),
        scale=SIDE / (window.side * scale),
    )


def _in_kept_pixels(rows: int, columns: int, region: Sequence[float], scale: float) -> tuple[float, ...]:
    """Check a region and convert it to pixels of the array."""
    values = [float(value) for value in region]
    photo = f"a photo of {columns * scale:.0f} x {rows * scale:.0f} pixels"
    if len(values) != 4 or not all(math.isfinite(value) for value in values):
        raise ValueError(f"A region is left, top, width and height. Received: {values}. Give four numbers.")
    sizes = (columns, rows, columns, rows)
    if max(values) <= 1.0:
        kept = [value * size for value, size in zip(values, sizes, strict=True)]
    else:
        kept = [value / scale for value in values]
    left, top, width, height = kept
    if min(left, top) < -0.5 or left + width > columns + 0.5 or top + height > rows + 0.5:  # half a pixel is rounding
        raise ValueError(f"A region lies within {photo}. Received: {_named(values)}. Mark a part of the photo.")
    if min(width, height) < MIN_SIDE:
        raise ValueError(
            f"A region needs at least {math.ceil(MIN_SIDE * scale)} pixels on each side in {photo}. "
            f"Received: {_named(values)}, which has {width * scale:.0f} x {height * scale:.0f}. "
            "Mark a larger part, or come closer to the skin."
        )
    return left, top, width, height


def _named(values: Sequence[float]) -> str:
    return ", ".join(f"{name} {v:g}" for name, v in zip(("left", "top", "width", "height"), values, strict=True))


def _centred(width: float, height: float) -> npt.NDArray[np.bool_]:
    """Mark a rectangle of the given parts in the middle of the patch, by the centres of its pixels."""
    away = np.abs((np.arange(SIDE) + 0.5) / SIDE - 0.5)
    mask: npt.NDArray[np.bool_] = (away <= height / 2.0)[:, None] & (away <= width / 2.0)[None]
    return mask
