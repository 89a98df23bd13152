"""The name of a colour that a cue describes, from bands of lightness, chroma and hue in its row of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from makeup_ai.vision.colour import chroma, hue_degrees
from makeup_ai.vision.table import Table


def colour_name(lab: Sequence[float], row: Table) -> Mapping[str, str] | None:
    """Name a colour by the first band of `row["colours"]` that holds it, or `None` where none does.

    Bands leave gaps: a colour between two names has none that a photo could tell.

    Args:
        lab: L*, a*, b* under white light.
        row: The cue's; a band has `lightness`, `chroma` and `hue_degrees`, low and high each, and a `name` by language.

    Examples:
        >>> from makeup_ai.vision.table import default_table
        >>> row = default_table()["cues"]["lip_colour"]
        >>> colour_name((42.0, 50.0, 30.0), row)["en"], colour_name((95.0, 0.0, 0.0), row)
        ('red', None)
    """
    measured = {"lightness": float(lab[0]), "chroma": float(chroma(lab)), "hue_degrees": float(hue_degrees(lab))}
    for band in row["colours"]:
        if all(_within(measured[axis], *band[axis], turns=axis == "hue_degrees") for axis in measured):
            name: Mapping[str, str] = band["name"]
            return name
    return None


def _within(value: float, low: float, high: float, *, turns: bool) -> bool:
    return low <= value <= high or (turns and low <= value - 360.0 <= high)
