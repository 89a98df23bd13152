"""Dark circles: the skin under the eyes against that of the cheeks."""

from __future__ import annotations

from makeup_ai.vision.cues import gloss, pigment, shading
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.frame import Frame

REGIONS = {"right_under_eye": "right_cheek", "left_under_eye": "left_cheek"}


def dark_circles(frame: Frame) -> Measured:
    """Measure how much darker the skin under the eyes is than that of the cheek on the same side, in Hunter L.

    Medians over the skin of both without gloss, after what the shape of the face and its light explain was taken out.
    Green weighs most in `pigment.light`, which both blood and melanin take, the two sources of dark circles: Ohshima &
    Takiwaki, "Evaluation of dark circles of the lower eyelid", Skin Res. Technol. 14 (2008).
    """
    even = shading.evenly_lit(frame)
    shown = (*REGIONS, *REGIONS.values())
    medians = pigment.medians(frame, even, shown, gloss.matt(frame))
    regions = {name: medians[cheek] - medians[name] for name, cheek in REGIONS.items()}
    return Measured(frame.pooled(regions), regions, heat=lambda: -pigment.doubled(frame, even, shown))
