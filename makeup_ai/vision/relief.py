"""Relief: what light the unevenness of skin takes away or adds, and the squares of the frame it is looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision.canonical import SIDE, Floats, Ints, region_masks
from makeup_ai.vision.colour import linear_pixels
from makeup_ai.vision.filters import blur
from makeup_ai.vision.frame import FINE, FINE_WINDOWS, Frame
from makeup_ai.vision.space import Array
from makeup_ai.vision.warp import CROP

WINDOWS = {name: (int(left), int(top), int(side)) for name, (left, top, side) in FINE_WINDOWS.items()}
"""Region -> left, top and side of the square around it, in whole pixels of the frame."""

_LUMA = np.array([0.2126729, 0.7151522, 0.0721750], np.float32)  # of sRGB (IEC 61966-2-1)
_DARKEST = 0.005  # linear light below which a pixel tells nothing
_BORDER = 3  # pixels along the sides of a square that filters need and that do not count
_GLARE_SIGMA = 1.5  # pixels around a mirror that do not count either: its rim is an edge of its own
_GLARE_RATE = 4.0


def percent_of_light(xp: Any, lightness: Array) -> Array:
    """Turn L* into percent of light on a logarithmic scale, `300 ln((L* + 16) / 116)`: one more is 1 % more light.

    A slope or a shadow takes a share of the light that falls on skin: the same share of dark skin and of light, under
    any exposure. The light is the cube of L* + 16 (CIE 15:2018, above L* 8), hence the formula.
    """
    return 300.0 * xp.log((xp.maximum(lightness, 0.0) + 16.0) / 116.0)


def fine_light(frame: Frame, region: str) -> Array:
    """Read the square around a region at the crop's own density, `(FINE, FINE)` in percent of light.

    Luma is weighted before the transfer function is undone instead of after, which moves contrasts of skin by less than
    a hundredth of themselves and reads one channel instead of three.
    """
    xp = frame.xp
    luma = frame.once("luma", lambda: xp.matmul(_LUMA, xp.reshape(frame.crop, (3, -1))))
    light = linear_pixels(xp, frame.read(xp.reshape(luma, (1, CROP, CROP)), frame.nodes, *FINE_WINDOWS[region], FINE))
    return 100.0 * xp.log(xp.reshape(xp.maximum(light, _DARKEST), (FINE, FINE)))


def window(picture: Array, region: str) -> Array:
    """Cut the square around a region out of a `(SIDE, SIDE)` picture of the frame, `(side, side)`."""
    left, top, side = WINDOWS[region]
    return picture[top : top + side, left : left + side]


def lightness(frame: Frame, region: str) -> Array:
    """Give the L* of the square around a region, `(side, side)` float32."""
    part: Array = frame.xp.cast(window(frame.lightness, region), "float32")
    return part


def matt_skin(frame: Frame, region: str) -> Array:
    """Weigh the pixels of the square around a region: one where its skin is seen, away from mirrors, `(side, side)`."""

    def make() -> Array:
        xp = frame.xp
        skin, mirror = (
            xp.cast(window(xp.reshape(part, (SIDE, SIDE)), region), "float32") for part in (frame.skin, frame.mirror)
        )
        glare = xp.clip(1.0 - _GLARE_RATE * blur(xp, mirror, _GLARE_SIGMA), 0.0, 1.0)
        return skin * glare * _core(region)

    found: Array = frame.once(("matt", region), make)
    return found


def enlarged(xp: Any, weights: Array, samples: int) -> Array:
    """Repeat the pixels of `(side, side)` weights until there are `(samples, samples)`."""
    at = ((np.arange(samples) * weights.shape[0]) // samples).astype(np.intp)
    return xp.take(xp.take(weights, at, axis=0), at, axis=1)


def put_back(xp: Any, parts: Mapping[str, Array]) -> Array:
    """Put values in the squares of their regions back into the frame, `(SIDE, SIDE)`; 0 elsewhere."""
    flat = xp.concatenate([xp.reshape(part, (-1,)) for part in parts.values()], axis=0)
    source, inside = _sources(tuple((name, part.shape[0]) for name, part in parts.items()))
    return xp.reshape(xp.take(flat, source, axis=0) * inside, (SIDE, SIDE))


@cache
def _core(region: str) -> Floats:
    """Give one where a pixel of the square around a region lies in it and not at the square's border."""
    inside = np.array(window(region_masks()[region], region))
    inside[:_BORDER] = inside[-_BORDER:] = False
    inside[:, :_BORDER] = inside[:, -_BORDER:] = False
    return inside.astype(np.float32)


@cache
def _sources(parts: tuple[tuple[str, int], ...]) -> tuple[Ints, Floats]:
    """Give for each pixel of the frame its place in the squares laid end to end, and one where it has one."""
    source, inside = np.zeros((SIDE, SIDE), np.intp), np.zeros((SIDE, SIDE), np.float32)
    start = 0
    for name, samples in parts:
        at = (np.arange(WINDOWS[name][2]) * samples) // WINDOWS[name][2]
        mask = window(region_masks()[name], name)
        window(source, name)[mask] = (start + at[:, None] * samples + at[None])[mask]
        window(inside, name)[mask] = 1.0
        start += samples * samples
    return source.reshape(-1), inside.reshape(-1)
