"""From what was measured to what is reported: cues on their scales, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping

from makeup_ai.schema import Capture, Cue
from makeup_ai.vision.cues.naming import colour_name
from makeup_ai.vision.table import Table


def section(values: Mapping[str, float], name: str) -> dict[str, float]:
    """Take the values whose names begin with `name.`, without that."""
    start = f"{name}."
    return {key.removeprefix(start): value for key, value in values.items() if key.startswith(start)}


def read_cues(values: Mapping[str, float], capture: Capture, table: Table, *, greyscale: bool) -> dict[str, Cue]:
    """Put the cues on their scales of 0 to 100, and leave out what this photo cannot tell.

    A cue is left out where the capture was refused, where it is one of colour and the photo has none or the gate
    withholds it, and where fewer than `min_regions` of its regions show enough skin; a region that does not is left
    out of its regions. It is left out too where the eyes are fewer than `min_eye_distance` pixels of the photo apart
    (`values["eye_distance"]`, where known), or where something measured passes a limit of `hidden_by`, as glasses do.
    """
    cues: dict[str, Cue] = {}
    if not capture.accepted:
        return cues
    for name, row in table["cues"].items():
        if row["colour"] and (greyscale or capture.failed("colour")):
            continue
        if not _shown(values, row):
            continue
        regions = {
            region: value for region, value in section(values, name).items() if values.get(f"usable.{region}", 1.0)
        }
        if len(regions) < row["min_regions"] or not all(values[f"usable.{region}"] for region in row["needs"]):
            continue
        score = score_of(values[name], row)
        level, named = level_of(score, row), _named(values, name, row)
        cues[name] = Cue(values[name], row["unit"], score, regions, float(row["noise"]), level, named)
    return cues


def _named(values: Mapping[str, float], name: str, row: Table) -> Mapping[str, str]:
    """Name the colour that a cue describes; nothing where its row names none, or this one cannot be told."""
    if "colours" not in row:
        return {}
    return dict(colour_name([values[f"colour.{name}.{axis}"] for axis in "lab"], row) or {})


def _shown(values: Mapping[str, float], row: Table) -> bool:
    """Tell whether a photo is fine enough for a cue, and nothing lies before it."""
    if values.get("eye_distance", math.inf) < row.get("min_eye_distance", 0.0):
        return False
    return all(values[name] <= limit for name, limit in row.get("hidden_by", {}).items())


def score_of(value: float, row: Table) -> float:
    """Put a measurement on the scale of its cue: 0 at `none`, 100 at `strong`, straight between them."""
    none, strong = float(row["none"]), float(row["strong"])
    return min(100.0, max(0.0, 100.0 * (value - none) / (strong - none)))


def level_of(score: float, row: Table) -> str:
    """Tell whether a score is a strength, a need or neither; a cue without such limits only describes.

    Where `good` is the higher limit (radiance), more is better.
    """
    if "good" not in row:
        return "description"
    sign = 1.0 if row["good"] <= row["noticeable"] else -1.0
    if sign * score <= sign * row["good"]:
        return "strength"
    return "need" if sign * score >= sign * row["noticeable"] else "usual"
