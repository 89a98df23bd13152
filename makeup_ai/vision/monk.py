"""A place on the Monk Skin Tone scale, calibrated instead of read off the nearest swatch.

Photos rarely show the swatches' colours: the nearest swatch of real portraits is nearly always 5 to 7. So the place is
a straight line over the individual typology angle, fitted to readings by eye, and comes with the interval that held
nine in ten of them. The scale: Monk, "Monk Skin Tone Scale" (2019), https://skintone.google.
"""

from __future__ import annotations

from makeup_ai.schema import Monk
from makeup_ai.vision.table import Table

LIGHTEST, DARKEST = 1.0, 10.0


def read_monk(ita_degrees: float, uncertainty_degrees: float, table: Table) -> Monk:
    """Place an angle on the scale, with the interval it lies in nine times of ten.

    Args:
        ita_degrees: Of the skin under white light.
        uncertainty_degrees: Of that angle; where it is larger than usual, the interval widens with it.
        table: Its section `monk` holds the line, the half width and the usual uncertainty.

    Examples:
        >>> table = {"monk": {"at_zero": 7.0, "per_degree": -0.07, "half_width": 1.0, "usual_degrees": 20.0}}
        >>> read_monk(50.0, 10.0, table)
        Monk(value=3.5, low=2.5, high=4.5)
    """
    row = table["monk"]
    place = row["at_zero"] + row["per_degree"] * ita_degrees
    half = row["half_width"] * max(1.0, uncertainty_degrees / row["usual_degrees"])
    value, low, high = (min(max(round(x, 2), LIGHTEST), DARKEST) for x in (place, place - half, place + half))
    return Monk(value, low, high)
