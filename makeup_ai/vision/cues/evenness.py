"""Uneven tone and radiance: how colour and light lie on the skin at a distance of millimetres to centimetres."""

from __future__ import annotations

from makeup_ai.vision import filters
from makeup_ai.vision.cues import gloss, pigment, shading
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

REGIONS = ("forehead", "nose", "chin", "right_cheek", "left_cheek")
HIGH = ("forehead", "nose", "right_cheek", "left_cheek")
LOW = ("right_nasolabial", "left_nasolabial", "chin")


def uneven_tone(frame: Frame) -> Measured:
    """Measure how the lightness of skin varies within a few centimetres, in Hunter L.

    Light is taken without what shape and lamp explain and where nothing is mirrored; brown and red patches both take
    light. Those between `fine` and `coarse` (pixels) remain. A region's value is the mean distance from even.
    Evenness of chromophores is what faces are judged by: Matts, Fink, Grammer & Burquest, "Color homogeneity and visual
    perception of age, health, and attractiveness of female facial skin", J. Am. Acad. Dermatol. 57 (2007).
    """
    away = frame.once("patches", lambda: _patches(frame))
    regions = pigment.means(frame, away, REGIONS)
    sizes = {name: float(len(pigment.half_pixels(name))) for name in REGIONS}
    return Measured(frame.pooled(regions, sizes), regions, heat=lambda: pigment.doubled(frame, away, REGIONS))


def _patches(frame: Frame) -> Array:
    """Give the distance from even of every pixel, `(HALF, HALF)` Hunter L."""
    xp, row = frame.xp, frame.table["cues"]["uneven_tone"]
    shares = gloss.matt(frame) * pigment.inner(frame) * pigment.mask(REGIONS)
    even = shading.evenly_lit(frame)
    fine, coarse = (filters.blur_within(xp, even, shares, row[scale]) for scale in ("fine", "coarse"))
    return xp.abs(fine - coarse)


def radiance(frame: Frame) -> Measured:
    """Measure how the skin glows: how its high points stand out in a broad, soft light, less `patches` of them.

    A region's value is the median light of the region less that of the low points, in Hunter L of red light, which
    flushes and spots hardly change. Medians do not see small hot highlights. Skin that looks radiant reflects softly
    and evenly: Petitjean et al., "Skin radiance: how to quantify?", Skin Res. Technol. 13 (2007). Light from above adds
    to it, so only photos in alike light compare.
    """
    xp, row = frame.xp, frame.table["cues"]["radiance"]
    red = 100.0 * xp.sqrt(pigment.linear(frame)[0])
    medians = pigment.medians(frame, red, (*HIGH, *LOW), gloss.matt(frame))
    low = frame.pooled({name: medians[name] for name in LOW})
    regions = {name: medians[name] - low for name in HIGH}
    value = frame.pooled(regions) - row["patches"] * uneven_tone(frame).value
    return Measured(value, regions, heat=lambda: pigment.doubled(frame, red - low, HIGH))
