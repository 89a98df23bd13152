"""Shine: skin that mirrors the light."""

from __future__ import annotations

from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame, pixels

REGIONS = ("forehead", "nose", "right_cheek", "left_cheek")


def shine(frame: Frame) -> Measured:
    """Measure the share of skin that mirrors the light, in percent of the pixels.

    A highlight adds the light's own colour: a pixel counts where it is lighter than its region's median by
    `skin.specular.lighter` (L*) and its chroma is below `chroma_ratio` times the region's, or where it is white.
    """
    xp = frame.xp
    regions = {name: 100.0 * xp.mean(frame.of(frame.mirror, name)) for name in REGIONS}
    value = frame.pooled(regions, {name: float(len(pixels(name))) for name in REGIONS})
    return Measured(value, regions, heat=100.0 * xp.reshape(frame.mirror, frame.lightness.shape))
