"""Which pixels of the canonical frame show the skin of this face, and which show hair, a beard, a mask or a mirror.

The face is its own reference: each region casts one vote for the colour of its skin, so neither a mask nor sunglasses
nor a fringe outvotes the rest. A pixel is judged by how far it is from that colour in chromaticity, which shade does
not change, and by how much darker it is. Nothing asks whether a colour is "like skin", so no tone is favoured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision import canonical, filters, statistics
from makeup_ai.vision.canonical import REGIONS, SIDE, Ints
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

_HALF = SIDE // 2
_HIDDEN = 0.25  # of the mean stretch: skin seen at a steeper angle is not measured
_VOTERS = tuple(name for name in REGIONS if "nasolabial" not in name)  # those lines lie under a mask and a beard alike
_SMOOTH = 1.0  # pixels of the halved frame
_TURNS = 0.4  # of `less_red`, from which a darker pixel is hair rather than shade
_BLACK = 0.01  # linear light added to each pixel's sum: what is nearly black has no chromaticity


@dataclass(frozen=True, slots=True, eq=False)
class SkinPixels:
    """What each pixel of the frame shows.

    Args:
        skin: `(SIDE * SIDE,)` one where a pixel of a region shows skin as it is.
        mirror: `(SIDE * SIDE,)` one where a pixel of a region mirrors the light instead.
        strange: `(SIDE * SIDE,)` squared distance from this face's skin, 1 where a pixel stops counting as skin.
        covered: `(regions,)` how far each region as a whole is from the skin of the others, 0 to 1.
    """

    skin: Array
    mirror: Array
    strange: Array
    covered: Array


def find_skin(xp: Any, lab: Array, white: Array, turned: Array, table: Table) -> SkinPixels:
    """Mark the pixels of regions that show skin: no mirrors, no deep shadow, nothing turned away, nothing strange.

    Args:
        xp: The array namespace.
        lab: `(3, SIDE * SIDE)` CIELAB under white light.
        white: `(3, SIDE * SIDE)` the same in linear light.
        turned: `(SIDE, SIDE)` of `warp.stretch`.
        table: Its section `skin`.
    """
    limits = table["skin"]
    chroma = xp.sqrt(xp.square(lab[1]) + xp.square(lab[2]))
    light = xp.halve(xp.reshape(white, (3, SIDE, SIDE)))
    total = light[0] + light[1] + light[2] + _BLACK
    plain = (xp.halve(xp.reshape(picture, (SIDE, SIDE))) for picture in (lab[0], chroma))
    small = xp.stack([*plain, light[0] / total, light[2] / total])
    medians = _medians(xp, xp.reshape(small, (4, _HALF * _HALF)))  # (4, regions)
    mirror, shadow = _lit(xp, lab[0], chroma, medians, limits)
    own = statistics.median(xp, xp.take(medians, _voters(), axis=1))
    strange = xp.take(xp.reshape(_strangeness(xp, small, own, limits["strange"]), (-1,)), _doubled(), axis=0)
    faced = xp.where(xp.reshape(turned, (-1,)) > _HIDDEN, 1.0, 0.0)
    same = xp.where(strange < 1.0, 1.0, 0.0)
    skin = faced * same * shadow * (1.0 - mirror) * _in_regions()
    return SkinPixels(skin, mirror, strange, _covered(xp, medians, own, limits["covered"]))


def _lit(xp: Any, lightness: Array, chroma: Array, medians: Array, limits: Any) -> tuple[Array, Array]:
    """Tell what mirrors the light, and what is not in deep shadow, beside the median of its region."""
    middle, colour = (xp.take(medians[row], _numbers(), axis=0) for row in range(2))
    specular = limits["specular"]
    pale = xp.logical_and(lightness > middle + specular["lighter"], chroma < colour * specular["chroma_ratio"])
    mirror = xp.where(xp.logical_or(pale, lightness > specular["white"]), 1.0, 0.0)
    return mirror, xp.where(lightness >= middle - limits["shadow"]["darker"], 1.0, 0.0)


def _strangeness(xp: Any, small: Array, own: Array, scales: Any) -> Array:
    """Give the squared distance of the halved frame's pixels from the skin of the face, `(_HALF, _HALF)`.

    Shade makes skin darker and leaves its chromaticity; hair is darker and less red. So darkness counts as far as red
    is lost with it. Glare is lighter and less red, and is half forgiven.
    """
    smooth = filters.blur(xp, xp.stack([small[0], small[2], small[3]]), _SMOOTH)
    darker, red, blue = own[0] - smooth[0], smooth[1] - own[2], smooth[2] - own[3]
    paler, redder = xp.maximum(-red, 0.0) / scales["less_red"], xp.maximum(red, 0.0) / scales["more_red"]
    glare = xp.clip(-darker / scales["darker"], 0.0, 1.0)
    hair = xp.maximum(darker, 0.0) / scales["darker"] * xp.clip(paler / _TURNS, 0.0, 1.0)
    return (
        xp.square(paler * (1.0 - 0.5 * glare)) + xp.square(redder) + xp.square(blue / scales["blue"]) + xp.square(hair)
    )


def _covered(xp: Any, medians: Array, own: Array, scales: Any) -> Array:
    """Tell how far regions as a whole are from the skin of the face, by chromaticity alone: 0 to 1, `(regions,)`."""
    red, blue = medians[2] - own[2], medians[3] - own[3]
    paler, redder = xp.maximum(-red, 0.0) / scales["less_red"], xp.maximum(red, 0.0) / scales["more_red"]
    away = xp.square(paler) + xp.square(redder) + xp.square(blue / scales["blue"])
    return xp.clip(away - scales["from"], 0.0, 1.0)


def _medians(xp: Any, planes: Array) -> Array:
    """Give the median of every region in every `(planes, pixels)` of the halved frame, `(planes, regions)`."""
    found = []
    for place in _small_regions():
        values = xp.take(planes, place, axis=1)
        found.append(statistics.median(xp, values))
    return xp.stack(found, axis=1)


@cache
def _small_regions() -> tuple[Ints, ...]:
    """Give the pixels of each region in the flattened halved frame."""
    masks = canonical.region_masks()
    return tuple(np.flatnonzero(masks[name][0::2, 0::2].reshape(-1)) for name in REGIONS)


@cache
def _voters() -> Ints:
    return np.array([REGIONS.index(name) for name in _VOTERS], np.intp)


@cache
def _doubled() -> Ints:
    """Give, for each pixel of the flattened frame, its pixel in the flattened halved one."""
    half = np.arange(SIDE) // 2
    return (half[:, None] * _HALF + half[None]).reshape(-1).astype(np.intp)


@cache
def _numbers() -> Ints:
    """Give the number of each pixel's region, that of the first outside them."""
    return (canonical.labels().reshape(-1) % len(REGIONS)).astype(np.intp)


@cache
def _in_regions() -> Any:
    return (canonical.labels().reshape(-1) < len(REGIONS)).astype(np.float32)
