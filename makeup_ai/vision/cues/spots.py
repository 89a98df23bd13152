"""Spots: small places of skin that are browner or redder than what is around them.

A spot is a blob: both principal curvatures of the picture point the same way, where a hair, a wrinkle or the rim of
glasses bends across alone (Lindeberg, "Feature detection with automatic scale selection", Int. J. Comput. Vis. 30,
1998; Frangi et al., MICCAI 1998). So the weaker of the two is taken. Over a Gaussian blob of the same scale it is a
quarter of its height, which is why it is multiplied by four.
"""

from __future__ import annotations

from typing import Any

from makeup_ai.vision import filters
from makeup_ai.vision.cues import pigment
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

DARK_REGIONS = ("forehead", "right_cheek", "left_cheek", "nose")
RED_REGIONS = ("forehead", "right_cheek", "left_cheek", "nose", "chin")
_BROADER, _PATCHES = 2.0, 2.25  # scale at which patches are told from spots, and what share of them is taken away
_PEAK = 4.0  # height of a blob over its weaker curvature, at its own scale


def dark_spots(frame: Frame) -> Measured:
    """Measure how dark skin is in brownish spots of about 3 to 6 mm, averaged over all skin.

    Depth of every blob beyond `threshold`, in Hunter L, times the share of it that melanin explains. What a wider patch
    bends at this scale, told from its bend at twice the scale, is taken away before. The chin is left out: stubble
    looks the same at the resolution of a portrait.
    """
    xp, row = frame.xp, frame.table["cues"]["dark_spots"]
    found, share = [], pigment.share_of_light(frame)
    for sigma in row["sigmas"]:
        larger, smaller = pigment.bends(frame, "light", sigma)
        broad = xp.maximum(pigment.bends(frame, "light", _BROADER * sigma)[1], 0.0) / _BROADER**2
        red = filters.bend_sum(xp, pigment.red(frame), sigma)
        brown = _brown(xp, (larger + smaller) * share, -red)
        found.append(xp.maximum(_PEAK * (smaller - _PATCHES * broad) * brown - row["threshold"], 0.0))
    return _spots(frame, _largest(xp, found), DARK_REGIONS)


def blemishes(frame: Frame) -> Measured:
    """Measure how red skin is in spots of about 4 to 9 mm, averaged over all skin.

    Height of every blob of 100 ln(red / green) beyond `threshold`, in percent, less the redness that goes with its
    darkness where it is a brown spot.
    """
    xp, row = frame.xp, frame.table["cues"]["blemishes"]
    found, share = [], pigment.share_of_light(frame)
    for sigma in row["sigmas"]:
        larger, _ = pigment.bends(frame, "red", sigma)
        light = filters.bend_sum(xp, pigment.light(frame), sigma)
        brown = pigment.MELANIN_RED * xp.maximum(light, 0.0) * 0.5 * share
        found.append(xp.maximum(_PEAK * (-larger - brown) - row["threshold"], 0.0))
    return _spots(frame, _largest(xp, found), RED_REGIONS)


def _brown(xp: Any, dark: Array, red: Array) -> Array:
    """Give the share of a darkening that is not blood, in [0, 1]: blood reddens it, melanin hardly, shadow not."""
    ratio = red / xp.maximum(dark, 1.0)
    return xp.clip((pigment.BLOOD_RED - ratio) / (pigment.BLOOD_RED - pigment.MELANIN_RED), 0.0, 1.0)


def _largest(xp: Any, pictures: list[Array]) -> Array:
    return xp.max(xp.stack(pictures), axis=0)


def _spots(frame: Frame, picture: Array, names: tuple[str, ...]) -> Measured:
    """Average a picture of spots over the skin of each region, and over regions by their size."""
    picture = picture * pigment.inner(frame)
    regions = pigment.means(frame, picture, names)
    sizes = {name: float(len(pigment.half_pixels(name))) for name in names}
    return Measured(frame.pooled(regions, sizes), regions, heat=lambda: pigment.doubled(frame, picture, names))
