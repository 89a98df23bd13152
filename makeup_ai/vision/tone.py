"""Skin colour from cheeks and forehead, or why it is withheld."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from makeup_ai.schema import Capture, Tone
from makeup_ai.vision.colour import chroma, hue_degrees, ita_degrees
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.monk import read_monk
from makeup_ai.vision.space import Array
from makeup_ai.vision.table import Table

TONE_REGIONS = ("forehead", "right_cheek", "left_cheek")


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

    The uncertainty adds, as squares, how far the regions' angles are from the whole's, and what an error of the
    estimated light would do to the angle. The undertone is told only where the hue of every region, with what the
    light leaves open of it, lies within one band.

    Returns:
        The tone, or `None` where one of the regions shows too little skin.
    """
    if not all(values[f"usable.{name}"] for name in TONE_REGIONS):
        return None
    lightness, a, b = (values[f"tone.{axis}"] for axis in "lab")
    regions = np.array([[values[f"tone.{name}.{axis}"] for axis in "lab"] for name in TONE_REGIONS])
    angle = float(ita_degrees((lightness, a, b)))
    apart = float(np.sqrt(np.mean(np.square(ita_degrees(regions) - angle))))
    uncertainty = math.hypot(apart, light_error((lightness, a, b), values, table))
    colourful = float(chroma((lightness, a, b)))
    tint = math.degrees(math.atan2(_cast_error(values, table), max(colourful, 1e-6)))
    hues = hue_degrees(regions)
    return Tone(
        lab=(lightness, a, b),
        ita_degrees=angle,
        ita_class=ita_class(angle, table),
        uncertainty_degrees=uncertainty,
        undertone=undertone([hues.min() - tint, hues.max() + tint], table),
        monk=read_monk(angle, uncertainty, table),
        hue_degrees=float(hue_degrees((lightness, a, b))),
        chroma=colourful,
    )


def light_error(lab: tuple[float, float, float], values: Mapping[str, float], table: Table) -> float:
    """Give the error of the angle, in degrees, that the estimate of the light leaves open.

    Args:
        lab: Of the skin.
        values: `light.stops_apart` and `light.cast_apart` say how far the estimators disagree on this photo.
        table: Its section `tone` holds the error that remains where they agree: `light_stops` and `light_cast`.
    """
    lightness, a, b = lab
    stops = math.hypot(table["tone"]["light_stops"], values["light.stops_apart"])
    brighter = np.array([2.0 ** (stops / 3.0), 2.0 ** (-stops / 3.0)])  # of the cube roots behind L*, a* and b*
    away = [ita_degrees((factor * (lightness + 16.0) - 16.0, a, factor * b)) for factor in brighter]
    tint = _cast_error(values, table) * (lightness + 16.0) / 68.0  # from a mid grey to this lightness
    bluer, yellower = (ita_degrees((lightness, a, b + sign * tint)) for sign in (-1.0, 1.0))
    return math.hypot(float(away[0] - away[1]) / 2.0, float(bluer - yellower) / 2.0)


def _cast_error(values: Mapping[str, float], table: Table) -> float:
    """Give the error of the light's colour, in C*ab of a mid grey: what is usual, and what the estimators differ by."""
    share = float(table["light"]["colour"]["sclera"])
    return math.hypot(table["tone"]["light_cast"], share * values["light.cast_apart"])


def tone_or_reason(
    values: Mapping[str, float], capture: Capture, table: Table, *, greyscale: bool
) -> tuple[Tone | None, Mapping[str, Any]]:
    """Read the tone where the photo allows it; a check that only warns withholds nothing.

    Returns:
        The tone and an empty mapping, or `None` and why, by language.
    """
    reasons = {row["name"]: row.get("reason", "capture") for row in table["gate"]}
    failed = {reasons[name] for name in capture.failed("refuse", "colour")}
    if greyscale:
        reason = "greyscale"
    elif failed:
        reason = next(name for name in ("cast", "exposure", "covered", "capture") if name in failed)
    else:
        tone = read_tone(values, table)
        if tone is not None and tone.uncertainty_degrees <= table["tone"]["max_uncertainty_degrees"]:
            return tone, {}
        reason = "skin" if tone is None else "exposure"
    return None, dict(table["withheld"][reason])
