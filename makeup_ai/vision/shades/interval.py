"""The colours that an uncertain skin tone may have."""

from __future__ import annotations

import numpy as np

from makeup_ai.schema import Tone
from makeup_ai.vision.colour import Array, ita_degrees


def tone_interval(tone: Tone, samples: int) -> Array | None:
    """Spread a tone over the interval of its individual typology angle.

    What a photo knows least is its exposure. A gain `k` in linear light scales L* + 16, a* and b* alike by
    `g = cbrt(k)` (CIE 15, above 0.9 % of white), so an angle `t` is that of the gain where

        tan t = ((L* + 16) g - 66) / (b* g)   or   g = 66 / (L* + 16 - b* tan t)

    Args:
        tone: Its `lab`, with b* above 0, and its `uncertainty_degrees` around the angle of that colour.
        samples: Odd, so that the middle one is the colour itself.

    Returns:
        `(samples, 3)` CIELAB from the darkest to the lightest, with L* within [0, 100]; or `None` for a colour that
        skin does not have (b* of 0 or less, L* of 0 or 100).

    Raises:
        ValueError: A number is not finite, the uncertainty is below 0, or the samples are not odd.

    Examples:
        >>> tone = Tone((60.0, 12.0, 10.0), 45.0, "light", 3.0, None)
        >>> ita_degrees(tone_interval(tone, 3)).round(6).tolist()
        [42.0, 45.0, 48.0]
    """
    colour, half = np.asarray(tone.lab, np.float64), float(tone.uncertainty_degrees)
    if colour.shape != (3,) or not np.isfinite([*colour, half]).all() or half < 0:
        raise ValueError(
            "A tone has three finite numbers and an uncertainty of 0 degrees or more. "
            f"Received: lab={tone.lab!r}, uncertainty_degrees={tone.uncertainty_degrees!r}"
        )
    if samples < 1 or samples % 2 == 0:
        raise ValueError(f"The samples of an interval are an odd number. Received: samples={samples!r}")
    lightness, _, b = colour.tolist()
    if b <= 0.0 or not 0.0 < lightness < 100.0:
        return None
    angle = float(ita_degrees(colour))
    angles = angle + half * np.linspace(-1.0, 1.0, samples)
    # The gain grows without end towards this angle; white (L* = 100) is reached before it.
    bright, dark = np.degrees(np.arctan(np.array([lightness + 16.0 - 66.0 * (lightness + 16.0) / 116.0, -(1e9)]) / b))
    angles = np.clip(angles, dark, bright)
    gains = 66.0 / (lightness + 16.0 - b * np.tan(np.radians(angles)))
    gains = np.maximum(gains, 16.0 / (lightness + 16.0))  # black
    spread: Array = (colour + np.array([16.0, 0.0, 0.0])) * gains[:, None] - np.array([16.0, 0.0, 0.0])
    spread[:, 0] = np.clip(spread[:, 0], 0.0, 100.0)
    spread[samples // 2] = colour  # exactly
    return spread
