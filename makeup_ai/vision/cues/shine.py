"""Shine: light that skin mirrors instead of showing its own colour."""

from __future__ import annotations

from makeup_ai.vision.cues import gloss, pigment, shading
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

REGIONS = ("forehead", "nose", "right_cheek", "left_cheek")


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
    """Estimate the light that is mirrored, `(HALF, HALF)` Hunter L above the skin of each region.

    It is as much as the colour has become whiter (`gloss.whiter`), but no more than it is lighter than a matt face of
    that shape would be. The smaller of both counts: pale skin alone is no mirror, and neither is a bulge.
    """
    xp, even, matt = frame.xp, shading.evenly_lit(frame), gloss.matt(frame)
    middle = pigment.spread(xp, REGIONS, xp.stack(list(pigment.medians(frame, even, REGIONS, matt).values())))
    return xp.minimum(gloss.whiter(frame), even - middle)
