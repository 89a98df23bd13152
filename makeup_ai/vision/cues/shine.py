"""Shine: light that skin mirrors instead of showing its own colour."""

from __future__ import annotations

from makeup_ai.vision.cues import gloss, pigment, shading
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

REGIONS = ("forehead", "nose", "right_cheek", "left_cheek")
_MATTEST = 0.1  # of a region's pixels: its skin that mirrors least


def shine(frame: Frame) -> Measured:
    """Measure how much light skin mirrors beyond `threshold`, in Hunter L.

    A region's value is the mean over all its pixels; the cue weighs regions by their size.
    """
    xp, row = frame.xp, frame.table["cues"]["shine"]
    glare = xp.clip(mirrored(frame) - row["threshold"], 0.0, row["brightest"])
    regions = {name: xp.mean(xp.take(xp.reshape(glare, (-1,)), pigment.half_pixels(name), axis=0)) for name in REGIONS}
    sizes = {name: float(len(pigment.half_pixels(name))) for name in REGIONS}
    return Measured(frame.pooled(regions, sizes), regions, heat=lambda: pigment.doubled(frame, glare, REGIONS))


def mirrored(frame: Frame) -> Array:
    """Estimate the light that is mirrored, `(HALF, HALF)` Hunter L above the matt skin of each region.

    It is as much as the colour has become whiter (`gloss.whiter`), but no more than it is lighter than a matt face of
    that shape would be. The smaller of both counts: pale skin alone is no mirror, and neither is a bulge. Both begin at
    the lower tenth of a region, since a sheen may lie over the greater part of it and would lift its median.
    """
    white = _above_matt(frame, gloss.whiter(frame), pigment.skin(frame))
    return frame.xp.minimum(white, _above_matt(frame, shading.evenly_lit(frame), gloss.matt(frame)))


def _above_matt(frame: Frame, picture: Array, shares: Array) -> Array:
    xp, lowest = frame.xp, pigment.quantiles(frame, picture, REGIONS, _MATTEST, shares)
    return picture - pigment.spread(xp, REGIONS, xp.stack(list(lowest.values())))
