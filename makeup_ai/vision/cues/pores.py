"""Pores: small dark places on nose and cheeks."""

from __future__ import annotations

from makeup_ai.vision import statistics
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.cues.specks import specks
from makeup_ai.vision.frame import FINE, Frame
from makeup_ai.vision.relief import enlarged, fine_light, matt_skin, put_back

REGIONS = ("nose", "right_cheek", "left_cheek")


def pores(frame: Frame) -> Measured:
    """Measure the light that small dark places take, in percent, averaged over the skin seen, less that of light ones.

    Noise, coding and sharpening make as many light specks as dark ones and so cancel out; pores are dark.
    """
    xp, row = frame.xp, frame.table["cues"]["pores"]
    values, shown = {}, {}
    for name in REGIONS:
        dark, light = specks(xp, fine_light(frame, name), row["sigma"], row["floor"])
        dark, light = xp.minimum(dark, row["dark_cap"]), xp.minimum(light, row["light_cap"])
        seen = enlarged(xp, matt_skin(frame, name), FINE)
        values[name] = statistics.average(xp, dark - light, seen)
        shown[name] = dark, seen
    return Measured(
        frame.pooled(values), values, lambda: put_back(xp, {name: dark * seen for name, (dark, seen) in shown.items()})
    )
