"""Skin colour from cheeks and forehead, or why it is withheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from makeup_ai.schema import Capture, Tone
from makeup_ai.vision.colour import hue_degrees, ita_degrees
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

TONE_REGIONS = ("forehead", "right_cheek", "left_cheek")
_CAST_CHECKS = {"colour_cast", "skin_hue"}
_EXPOSURE_CHECKS = {"exposure", "overexposure", "contrast", "clipped", "light_asymmetry"}


def ita_class(degrees: float, table: Table) -> str:
    """Name the class of an individual typology angle (Del Bino & Bernerd, Br. J. Dermatol. 169, 2013).

    Examples:
        >>> from makeup_ai.vision.table import default_table
        >>> ita_class(41.0, default_table()), ita_class(41.1, default_table())
        ('intermediate', 'light')
    """
    for row in table["ita_classes"]:
        if degrees > row["above_degrees"]:
            return str(row["name"])
    return str(table["ita_classes"][-1]["name"])


def undertone(hues: npt.ArrayLike, table: Table) -> str | None:
    """Name the undertone that all given hue angles share, or `None`.

    The bands of the table do not touch: a hue between two of them cannot be told from a photo, and neither can a face
    whose regions disagree.

    Args:
        hues: h_ab of each region in degrees.
        table: Its section `undertones` holds the bands.
    """
    angles = np.atleast_1d(np.asarray(hues, dtype=np.float64))
    for row in table["undertones"]:
        if ((angles >= row["from_degrees"]) & (angles <= row["to_degrees"])).all():
            return str(row["name"])
    return None


def tone_values(frame: Frame) -> dict[str, Array]:
    """Measure the colour of skin on forehead and cheeks, as medians over the pixels that show skin.

    Returns:
        `l`, `a`, `b` of all three together, and `REGION.l`, `REGION.a`, `REGION.b` of each.
    """
    values = dict(zip("lab", _channels(frame.colour(*TONE_REGIONS)), strict=True))
    for name in TONE_REGIONS:
        values |= {f"{name}.{axis}": value for axis, value in zip("lab", _channels(frame.colour(name)), strict=True)}
    return values


def _channels(lab: Array) -> tuple[Array, Array, Array]:
    return lab[0], lab[1], lab[2]


def read_tone(values: Mapping[str, float], table: Table) -> Tone | None:
    """Read the tone out of what was measured.

    The uncertainty is the largest difference between a region's angle and the whole's, which both uneven skin and light
    from one side widen.

    Returns:
        The tone, or `None` where one of the regions shows too little skin.
    """
    if not all(values[f"usable.{name}"] for name in TONE_REGIONS):
        return None
    lightness, a, b = (values[f"tone.{axis}"] for axis in "lab")
    regions = np.array([[values[f"tone.{name}.{axis}"] for axis in "lab"] for name in TONE_REGIONS])
    angle = float(ita_degrees((lightness, a, b)))
    away = float(np.abs(ita_degrees(regions) - angle).max())
    return Tone(
        lab=(lightness, a, b),
        ita_degrees=angle,
        ita_class=ita_class(angle, table),
        uncertainty_degrees=max(away, table["tone"]["min_uncertainty_degrees"]),
        undertone=undertone(hue_degrees(regions), table),
    )


def tone_or_reason(
    values: Mapping[str, float], capture: Capture, table: Table, *, greyscale: bool
) -> tuple[Tone | None, Mapping[str, Any]]:
    """Read the tone where the photo allows it.

    Returns:
        The tone and an empty mapping, or `None` and why, by language.
    """
    failed = {check.name for check in capture.checks if not check.passed}
    if greyscale:
        reason = "greyscale"
    elif failed & _CAST_CHECKS:
        reason = "cast"
    elif failed & _EXPOSURE_CHECKS:
        reason = "exposure"
    elif failed:
        reason = "capture"
    else:
        tone = read_tone(values, table)
        if tone is not None and tone.uncertainty_degrees <= table["tone"]["max_uncertainty_degrees"]:
            return tone, {}
        reason = "skin" if tone is None else "exposure"
    return None, dict(table["withheld"][reason])
