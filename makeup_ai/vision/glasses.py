"""Glasses, told by what only they have: a line that lies across the bridge of the nose."""

from __future__ import annotations

from makeup_ai.vision import courses, statistics
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.relief import percent_of_light
from makeup_ai.vision.space import Array
from makeup_ai.vision.valleys import bend, slope

_SIGMAS = (1.5, 2.5)  # pixels of the frame: rims of 2 to 6 mm
_ALONG = 5.0


def bridge_line(frame: Frame) -> Array:
    """Measure the strongest line across the bridge of the nose, dark or light, in percent of light; `()`.

    At every height the median along the line is taken, so that it must reach across; furrows of the skin stay far
    below a rim. Rimless glasses with a clear bridge are not seen.
    """
    xp, strip = frame.xp, courses.bridge()
    picture = percent_of_light(xp, xp.cast(strip.read(xp, frame.lightness), "float32"))
    found = [xp.abs(bend(xp, picture, sigma, _ALONG)) - xp.abs(slope(xp, picture, sigma, _ALONG)) for sigma in _SIGMAS]
    lines = xp.maximum(*found)[strip.margin : strip.rows - strip.margin]
    return xp.max(statistics.median(xp, lines))
