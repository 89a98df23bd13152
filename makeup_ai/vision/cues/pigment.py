"""Pictures of light and redness, at half the density of the frame: what colour cues read.

Redness is a logarithm of a ratio. A pigment takes the same share of the light whatever lies below it (Beer & Lambert),
so the same flush gives the same number on every skin, where a* shrinks on dark skin, and the colour and strength of the
light only add a constant: Diffey, Oliver & Farr, "A portable instrument for quantifying erythema", Br. J. Dermatol. 111
(1984); Takiwaki, "Measurement of skin color", J. Med. Invest. 44 (1998).

Light is a square root, Hunter's L: R. S. Hunter, "Photoelectric color difference meter", J. Opt. Soc. Am. 48 (1958). On
it the noise of a camera is equally strong at every level. A logarithm would call dark skin uneven, because the mirrored
light on it is stronger beside its own and cameras deepen shadows; on portraits, that scale followed the lightness of
skin, and this one hardly does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import canonical, filters, statistics
from makeup_ai.vision.canonical import Floats, Ints
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import NUMPY, Array

HALF = canonical.SIDE // 2  # pixels of each side; about 1.4 mm each
MELANIN_RED = 0.3  # how much redder melanin makes what it darkens by one: its absorption falls as wavelength^-3.3
BLOOD_RED = 1.1  # and blood, which takes green and blue but hardly red
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB
_MARGIN = 1.5  # pixels; how far from what hides skin its edge still shows
_DARKEST = 0.004  # linear light; below, a byte of sRGB is mostly noise


def linear(frame: Frame) -> Array:
    """Give linear light as photographed, red, green and blue, `(3, HALF, HALF)`."""
    xp = frame.xp

    def make() -> Array:
        return xp.maximum(xp.halve(xp.reshape(frame.seen, (3, canonical.SIDE, canonical.SIDE))), _DARKEST)

    return frame.once("linear", make)


def light(frame: Frame) -> Array:
    """Give how light the face is, `(HALF, HALF)`, Hunter L from 0 to 100."""
    xp = frame.xp

    def make() -> Array:
        red, green, blue = (linear(frame)[i] * _LUMINANCE[i] for i in range(3))
        return 100.0 * xp.sqrt(red + green + blue)

    return frame.once("light", make)


def red(frame: Frame) -> Array:
    """Give the erythema index, 100 ln(red / green), `(HALF, HALF)`: differences are percent of light."""
    xp = frame.xp
    return frame.once("red", lambda: 100.0 * xp.log(linear(frame)[0] / linear(frame)[1]))


def share_of_light(frame: Frame) -> Array:
    """Give what one step of `light` is in percent of the light at each pixel, `(HALF, HALF)`."""
    return frame.once("share_of_light", lambda: 200.0 / light(frame))


def skin(frame: Frame) -> Array:
    """Give the share of each pixel that shows skin, `(HALF, HALF)` in [0, 1]."""
    xp = frame.xp

    def make() -> Array:
        return xp.halve(xp.reshape(xp.cast(frame.skin, "float32"), (canonical.SIDE, canonical.SIDE)))

    return frame.once("skin", make)


def bends(frame: Frame, name: str, sigma: float) -> tuple[Array, Array]:
    """Give the larger and smaller principal curvature of `"light"` or `"red"` at a scale in its own pixels."""
    picture = {"light": light, "red": red}[name]
    found: tuple[Array, Array] = frame.once(
        (name, sigma), lambda: filters.principal_curvatures(frame.xp, picture(frame), sigma)[:2]
    )
    return found


def medians(frame: Frame, picture: Array, names: Iterable[str], shares: Array = None) -> dict[str, Array]:
    """Give the median of a picture in each region; see `quantiles`."""
    return quantiles(frame, picture, names, 0.5, shares)


def quantiles(
    frame: Frame, picture: Array, names: Iterable[str], part: float, shares: Array = None
) -> dict[str, Array]:
    """Give a quantile of a picture over the pixels of each region whose share (of skin) is over a half.

    Args:
        frame: The face.
        picture: `(HALF, HALF)`, or `(channels, HALF, HALF)`.
        names: Of the regions; all are ordered at once.
        part: Of the pixels that lie below, in [0, 1].
        shares: `(HALF, HALF)` of each pixel, those of skin where `None`.

    Returns:
        Region -> `()` or `(channels,)`.
    """
    xp, names = frame.xp, tuple(names)
    index, inside = _laid_out(names)
    shares = skin(frame) if shares is None else shares
    shown = xp.cast(xp.take(xp.reshape(shares, (-1,)), index, axis=0) * inside > 0.5, "float32")
    many = tuple(picture.shape[:-2])
    values = xp.take(xp.reshape(picture, (*many, HALF * HALF)), index, axis=-1)
    found = statistics.quantile(xp, values, xp.stack([shown] * many[0]) if many else shown, (part,))[..., 0]
    return {name: found[..., number] for number, name in enumerate(names)}


def spread(xp: Any, names: Iterable[str], values: Array) -> Array:
    """Give every pixel the value of its region, `(regions,)` to `(HALF, HALF)`; 0 outside the regions named."""
    rows = xp.concatenate([values, np.zeros(1, np.float32)], axis=0)
    return xp.reshape(xp.take(rows, _labels(tuple(names)), axis=0), (HALF, HALF))


def inner(frame: Frame) -> Array:
    """Give one well within skin, and less towards what hides it (hair, glasses, shadow, glare), `(HALF, HALF)`."""
    xp = frame.xp

    def make() -> Array:
        hidden = filters.blur(xp, (1.0 - skin(frame)) * _in_regions(), _MARGIN)
        return xp.clip(1.25 - 2.5 * hidden, 0.0, 1.0)

    return frame.once("inner", make)


def means(frame: Frame, picture: Array, names: Iterable[str]) -> dict[str, Array]:
    """Give the mean of a picture over the skin of each region, `()` each; a pixel counts by its share of skin."""
    xp, names = frame.xp, tuple(names)
    index, inside = _laid_out(names)
    shown = xp.take(xp.reshape(skin(frame), (-1,)), index, axis=0) * inside
    found = statistics.average(xp, xp.take(xp.reshape(picture, (-1,)), index, axis=0), shown, axis=1)
    return {name: found[number] for number, name in enumerate(names)}


def doubled(frame: Frame, picture: Array, regions: Iterable[str]) -> Array:
    """Bring a picture of some regions to the density of the frame, `(SIDE, SIDE)`, for a heat map; 0 elsewhere."""
    xp = frame.xp
    picture = picture * mask(tuple(regions))
    return xp.reshape(xp.take(xp.reshape(picture, (-1,)), _twice(), axis=0), (canonical.SIDE, canonical.SIDE))


@cache
def half_pixels(region: str) -> Ints:
    """Give the numbers of a region's pixels in the flattened pictures."""
    mask = canonical.region_masks()[region].astype(np.float32)
    return np.flatnonzero(NUMPY.halve(mask).reshape(-1) > 0.6)


@cache
def _laid_out(names: tuple[str, ...]) -> tuple[Ints, Floats]:
    """Give the pixels of each region in a row as long as the longest, and one where it is so long."""
    rows = [half_pixels(name) for name in names]
    longest = max(len(row) for row in rows)
    index, inside = np.zeros((len(rows), longest), np.intp), np.zeros((len(rows), longest), np.float32)
    for number, row in enumerate(rows):
        index[number, : len(row)], inside[number, : len(row)] = row, 1.0
    return index, inside


@cache
def mask(regions: tuple[str, ...]) -> Floats:
    """Give one at the pixels of some regions, `(HALF, HALF)`."""
    return (_labels(regions) < len(regions)).astype(np.float32).reshape(HALF, HALF)


@cache
def interpolation(samples: int, places: tuple[float, float]) -> Floats:
    """Give the `(HALF, samples)` linear interpolation to pixels from samples spread between two pixels of the frame."""
    apart = (2.0 * np.arange(HALF)[:, None] + 0.5 - places[0]) / (places[1] - places[0]) * (samples - 1.0)
    held = apart.clip(0.0, samples - 1.0)
    return np.maximum(0.0, 1.0 - np.abs(held - np.arange(samples)[None])).astype(np.float32)


@cache
def _labels(names: tuple[str, ...]) -> Ints:
    """Give the number of each pixel's region in `names`, and their count elsewhere."""
    numbers = np.full(HALF * HALF, len(names), np.intp)
    for number, name in enumerate(names):
        numbers[half_pixels(name)] = number
    return numbers


@cache
def _twice() -> Ints:
    half = np.arange(canonical.SIDE) // 2
    return (half[:, None] * HALF + half[None]).reshape(-1).astype(np.intp)


@cache
def _in_regions() -> Floats:
    inside = (canonical.labels() < len(canonical.REGIONS)).astype(np.float32)
    return np.asarray(NUMPY.halve(inside), np.float32)
