"""Texture: how rough the skin is between its lines and spots."""

from __future__ import annotations

from makeup_ai.vision import statistics
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.filters import blur
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.relief import lightness, matt_skin, put_back

REGIONS = ("right_cheek", "left_cheek", "nose")
_TO_DEVIATION = 1.4826  # standard deviation over median absolute deviation, of a normal distribution


def texture(frame: Frame) -> Measured:
    """Measure the roughness of the skin, as the standard deviation of its L* between two scales.

    The difference of two blurs keeps relief of some millimetres and leaves out noise and the shape of the face; the
    deviation is taken from the median of the absolute values, so that a few spots do not raise it. The forehead, where
    lines may cover more than that, is left to `forehead_lines`. In L*, not in percent of the light: what the surface
    mirrors adds the same light to any skin, so percents read dark skin as rough.
    """
    xp, row = frame.xp, frame.table["cues"]["texture"]
    fine, coarse = row["sigmas"]
    values, heat = {}, {}
    for name in REGIONS:
        picture = lightness(frame, name)
        heat[name] = xp.abs(blur(xp, picture, fine) - blur(xp, picture, coarse))
        seen = xp.cast(matt_skin(frame, name) > 0.5, "float32")
        middle = statistics.median(xp, xp.reshape(heat[name], (-1,)), xp.reshape(seen, (-1,)))
        values[name] = _TO_DEVIATION * middle
    return Measured(frame.pooled(values), values, lambda: put_back(xp, heat))
