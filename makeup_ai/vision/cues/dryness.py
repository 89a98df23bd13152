"""Dryness: small light flakes."""

from __future__ import annotations

from makeup_ai.vision import statistics
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.cues.specks import specks
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.relief import lightness, matt_skin, percent_of_light, put_back

REGIONS = ("forehead", "right_cheek", "left_cheek", "nose")


def dryness(frame: Frame) -> Measured:
    """Measure the light that small light places add, in percent, averaged over matt skin, less what dark ones take.

    Flakes are lighter than all around them and lie on matt skin: mirrors and what is beside them do not count. Noise,
    coding and roughness make as many dark specks as light ones and so cancel out; below 0 there are no flakes.
    """
    xp, row = frame.xp, frame.table["cues"]["dryness"]
    values, shown = {}, {}
    for name in REGIONS:
        dark, light = specks(xp, percent_of_light(xp, lightness(frame, name)), row["sigma"], row["floor"])
        seen = matt_skin(frame, name)
        values[name] = statistics.average(xp, light - xp.minimum(dark, row["dark_cap"]), seen)
        shown[name] = light, seen
    return Measured(
        frame.pooled(values),
        values,
        lambda: put_back(xp, {name: light * seen for name, (light, seen) in shown.items()}),
    )
