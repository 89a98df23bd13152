"""Redness of cheeks and nose."""

from __future__ import annotations

from makeup_ai.vision.cues import gloss, pigment
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame

REGIONS = ("right_cheek", "left_cheek", "nose")
REFERENCE = ("forehead", "chin")


def redness(frame: Frame) -> Measured:
    """Measure how much redder cheeks and nose are than the rest of the same face, by the erythema index.

    A region's value is the median of 100 ln(red / green) over its skin without gloss, less the mean of those of
    forehead and chin; the cue is the mean of its regions. The face is its own reference, so the colour and strength of
    the light cancel, and the same flush counts the same on light and on dark skin, where a* shrinks (see `pigment`).
    """
    index = pigment.red(frame)
    medians = pigment.medians(frame, index, (*REGIONS, *REFERENCE), gloss.matt(frame))
    reference = frame.pooled({name: medians[name] for name in REFERENCE})
    regions = {name: medians[name] - reference for name in REGIONS}
    return Measured(
        frame.pooled(regions), regions, lambda: pigment.doubled(frame, index - reference, (*REGIONS, *REFERENCE))
    )
