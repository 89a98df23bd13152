"""Redness of cheeks and nose."""

from __future__ import annotations

from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame

REGIONS = ("right_cheek", "left_cheek", "nose")
REFERENCE = ("forehead", "chin")


def redness(frame: Frame) -> Measured:
    """Measure how much redder cheeks and nose are than the rest of the same face, in a*.

    A region's value is its median a* less the mean of the median a* of forehead and chin; the cue is the mean of its
    regions. The face is its own reference, so a tint of the light cancels to first order.
    """
    reference = frame.pooled({name: frame.colour(name)[1] for name in REFERENCE})
    regions = {name: frame.colour(name)[1] - reference for name in REGIONS}
    red = frame.xp.reshape(frame.lab[:, 1], frame.lightness.shape)
    return Measured(frame.pooled(regions), regions, heat=red - reference)
