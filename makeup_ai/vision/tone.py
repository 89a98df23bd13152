"""Skin colour from cheeks and forehead, or why it is withheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from makeup_ai.schema import Capture, Tone
from makeup_ai.vision.colour import hue_degrees, ita_degrees
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.regions import Mask, skin_mask
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


def measure_tone(patch: FacePatch, masks: Mapping[str, Mask], table: Table) -> Tone | None:
    """Measure the colour of skin on forehead and cheeks.

    The colour is the median over the skin pixels of all three; the uncertainty is the largest difference between a
    region's angle and the whole's, which both uneven skin and light from one side widen.

    Returns:
        The tone, or `None` where a region shows fewer than `skin.min_pixels` pixels of skin.
    """
    skin, colours = [], []
    for name in TONE_REGIONS:
        mask = skin_mask(patch.lab, masks[name], table["skin"])
        if int(mask.sum()) < table["skin"]["min_pixels"]:
            return None
        skin.append(patch.lab[mask])
        colours.append(np.median(skin[-1], axis=0))
    lab = np.median(np.concatenate(skin), axis=0)
    angle = float(ita_degrees(lab))
    away = float(np.abs(ita_degrees(np.array(colours)) - angle).max())
    lightness, a, b = lab.tolist()
    return Tone(
        lab=(lightness, a, b),
        ita_degrees=angle,
        ita_class=ita_class(angle, table),
        uncertainty_degrees=max(away, table["tone"]["min_uncertainty_degrees"]),
        undertone=undertone(hue_degrees(np.array(colours)), table),
    )


def tone_or_reason(
    patch: FacePatch, masks: Mapping[str, Mask], capture: Capture, table: Table, *, greyscale: bool
) -> tuple[Tone | None, Mapping[str, Any]]:
    """Measure the tone where the photo allows it.

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
        tone = measure_tone(patch, masks, table)
        if tone is not None and tone.uncertainty_degrees <= table["tone"]["max_uncertainty_degrees"]:
            return tone, {}
        reason = "skin" if tone is None else "exposure"
    return None, dict(table["withheld"][reason])
