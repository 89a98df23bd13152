"""Where skin mirrors the light, told by colour alone: what must not be taken for the skin's own colour.

Mirrored light has the colour of the lamp, so it lifts blue relatively more than red: the dichromatic model of Shafer,
"Using color to separate reflection components", Color Res. Appl. 10 (1985).
"""

from __future__ import annotations

from makeup_ai.vision.canonical import REGIONS
from makeup_ai.vision.cues import pigment
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array

_MIN_COLOUR = 0.3  # of red light, what red has over blue at least; below, white light and skin look alike
_DARKEST = 1e-3  # linear light of skin
_LEAST = -0.9  # of the light that skin gives: white light that is missing where the skin is browner or redder
_MATT, _GLOSSY = 2.0, 6.0  # Hunter L of added white at which a pixel counts whole as skin, and not at all


def whiter(frame: Frame) -> Array:
    """Estimate from colour how much white light is added to the middle skin of each region, `(HALF, HALF)` Hunter L."""
    xp = frame.xp

    def make() -> Array:
        seen = pigment.linear(frame)
        middle = xp.maximum(xp.stack(list(pigment.medians(frame, seen, REGIONS).values()), axis=1), _DARKEST)
        gains = xp.reshape(xp.cast(frame.gains, "float32"), (3, 1))
        skin = middle * gains  # mirrored light is white only under white light
        over = xp.maximum(skin[0] - skin[2], _MIN_COLOUR * skin[0])
        factor = skin[0] * skin[2] / (over * skin[1])  # over the green light that the skin gives
        rows = (factor / middle[0], 100.0 * xp.sqrt(middle[1]), factor / middle[2])
        red, green, blue = (pigment.spread(xp, REGIONS, row) for row in rows)
        added = seen[2] * blue - seen[0] * red
        return green * (xp.sqrt(1.0 + xp.clip(added, _LEAST, 10.0)) - 1.0)

    return frame.once("whiter", make)


def matt(frame: Frame) -> Array:
    """Give the share of each pixel that shows skin without gloss, `(HALF, HALF)` in [0, 1]."""
    xp = frame.xp

    def make() -> Array:
        return xp.clip((_GLOSSY - whiter(frame)) / (_GLOSSY - _MATT), 0.0, 1.0) * pigment.skin(frame)

    return frame.once("matt", make)
