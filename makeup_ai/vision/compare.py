"""Two photos of one face: what changed by more than photos differ anyway, and whether they can be compared at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from makeup_ai.schema import Capture, Cue, Tone
from makeup_ai.vision.analyse import Examined
from makeup_ai.vision.canonical import Floats
from makeup_ai.vision.table import Table, default_table

CHANGED, WITHIN = "changed", "within noise"

_IRISES = (468, 473)  # right and left centre, in `FacePatch.points`
_LIPS = (13, 14)  # inner edge of the upper and of the lower lip
_MOUTH = (61, 291)  # its corners
_LIDS = ((159, 145), (386, 374))  # upper and lower, right and left
_BROWS = ((105, 159), (334, 386))  # brow and upper lid


@dataclass(frozen=True, slots=True)
class Change:
    """One measurement in two photos.

    Args:
        before: In the first.
        after: In the second.
        change: The second less the first.
        unit: Of all three.
        noise: Of the change: for a score, the standard deviation of a difference; for the tone, the half width of the
            interval around it.
        verdict: `CHANGED` or `WITHIN`.
    """

    before: float
    after: float
    change: float
    unit: str
    noise: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Something in which two photos differ so much that it may show as a change of the skin.

    Args:
        name: What differs: a check of the gate, or of the expression (`"mouth_open"`).
        before: In the first photo.
        after: In the second.
        warning: One sentence, by language.
    """

    name: str
    before: float
    after: float
    warning: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two photos of one face tell together.

    Args:
        accepted: Whether both passed the capture gate; nothing is compared otherwise.
        captures: The verdicts of the gate on the first photo and on the second.
        conditions: In what the photos differ as photos.
        cues: Cue -> change of its score, for the cues that both can tell.
        tone: Change of the individual typology angle, or `None` where one photo withholds it.
        only_one: Cues that only one of the photos can tell.
    """

    accepted: bool
    captures: tuple[Capture, Capture]
    conditions: tuple[Condition, ...]
    cues: Mapping[str, Change]
    tone: Change | None
    only_one: tuple[str, ...]


def compare(before: Examined, after: Examined, table: Table) -> Comparison:
    """Compare two photos.

    Args:
        before: The earlier photo.
        after: The later one.
        table: Its section `compare` holds how sure a change must be, and in what photos may differ.
    """
    limits = table.get("compare") or default_table()["compare"]  # bundles made before there were comparisons
    captures = (before.report.capture, after.report.capture)
    conditions = tuple(
        Condition(row["name"], first, second, row["warning"])
        for row in limits["conditions"]
        for first, second in _both(_conditions(before), _conditions(after), row["name"])
        if _differ(first, second, row)
    )
    if not all(capture.accepted for capture in captures):
        return Comparison(False, captures, conditions, {}, None, ())
    first, second = before.report.cues, after.report.cues
    cues = {
        name: cue_change(first[name], second[name], float(limits["sure"]))
        for name in first
        if name in second and first[name].level != "description"
    }
    tones = before.report.tone, after.report.tone
    tone = None if tones[0] is None or tones[1] is None else tone_change(tones[0], tones[1])
    return Comparison(True, captures, conditions, cues, tone, tuple(sorted(set(first) ^ set(second))))


def cue_change(before: Cue, after: Cue, sure: float) -> Change:
    """Compare a score; the noise of two photos adds up as variances do.

    Args:
        before: In the first photo.
        after: In the second.
        sure: Standard deviations of the difference beyond which a change is called one.

    Examples:
        >>> found = cue_change(Cue(3.0, "a*", 20.0, {}, noise=3.0), Cue(6.0, "a*", 40.0, {}, noise=3.0), sure=2.6)
        >>> found.change, round(found.noise, 2), found.verdict
        (20.0, 4.24, 'changed')
    """
    noise = math.hypot(before.noise, after.noise)
    change = after.score - before.score
    return Change(before.score, after.score, change, "score points", noise, _verdict(change, sure * noise))


def tone_change(before: Tone, after: Tone) -> Change:
    """Compare the individual typology angle; it changed where the difference leaves both intervals together."""
    noise = math.hypot(before.uncertainty_degrees, after.uncertainty_degrees)
    change = after.ita_degrees - before.ita_degrees
    return Change(before.ita_degrees, after.ita_degrees, change, "degrees", noise, _verdict(change, noise))


def _verdict(change: float, limit: float) -> str:
    return CHANGED if abs(change) > limit else WITHIN


def expression(points: Floats) -> dict[str, float]:
    """Measure a face's expression, in distances between the eyes.

    Args:
        points: `(478, 3)` mesh and irises.

    Returns:
        `mouth_open`, `mouth_width`, `eyes_open` and `brows`, the height of the brows over the lids.
    """

    def apart(pair: tuple[int, int]) -> float:
        return float(np.hypot(*(points[pair[0], :2] - points[pair[1], :2])))

    unit = max(apart(_IRISES), 1e-6)
    return {
        "mouth_open": apart(_LIPS) / unit,
        "mouth_width": apart(_MOUTH) / unit,
        "eyes_open": (apart(_LIDS[0]) + apart(_LIDS[1])) / 2.0 / unit,
        "brows": (apart(_BROWS[0]) + apart(_BROWS[1])) / 2.0 / unit,
    }


def _conditions(examined: Examined) -> dict[str, float]:
    values = {check.name: check.value for check in examined.report.capture.checks}
    return values if examined.patch is None else values | expression(examined.patch.points)


def _both(first: Mapping[str, float], second: Mapping[str, float], name: str) -> list[tuple[float, float]]:
    return [(first[name], second[name])] if name in first and name in second else []


def _differ(first: float, second: float, row: Table) -> bool:
    limit = float(row["limit"])
    if row["kind"] == "ratio":
        low, high = sorted((abs(first), abs(second)))
        return high > limit * max(low, 1e-9)
    return abs(second - first) > limit
