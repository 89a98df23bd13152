"""Lipstick and blush beside skin, by the rules of `tables/harmony.json`: every score is a sum, every reason a term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from makeup_ai.schema import Tone
from makeup_ai.vision.colour import Array, chroma, hue_degrees
from makeup_ai.vision.shades.read import ShadeRow
from makeup_ai.vision.shades.shelf import colours_of
from makeup_ai.vision.shades.table import KINDS, Table, harmony_table
from makeup_ai.vision.table import default_table
from makeup_ai.vision.tone import ita_class

Lab = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class HarmonyScore:
    """How well one shade follows the rules.

    Args:
        shade: As its brand lists it.
        score: The sum of the terms: 100 where every rule that applies is met, below 0 where only warnings speak.
        terms: Rule -> what it adds, the largest amount first; rules that add nothing are left out.
        spoke: The rule with the largest amount, or `None` where none adds anything.
        reason: That rule's sentence, by language; empty where none spoke.
    """

    shade: ShadeRow
    score: float
    terms: Mapping[str, float]
    spoke: str | None
    reason: Mapping[str, str]


def score_harmony(
    shades: Sequence[ShadeRow],
    kind: str,
    tone: Tone,
    *,
    contrast: float | None = None,
    lip: Lab | None = None,
    table: Table | None = None,
) -> tuple[HarmonyScore, ...]:
    """Score lipsticks or blushes by the rules that the known facts allow.

    A rule is left out where its fact is unknown: no undertone, no lip colour, no contrast, or an angle whose interval
    reaches over more depths than the rule is for.

    Args:
        shades: In any order.
        kind: One of `KINDS`.
        tone: Measured skin colour.
        contrast: L* of the skin less that of brows or hair.
        lip: CIELAB of the bare lips.
        table: Rules; by default those of the package.

    Returns:
        Best first; of equal scores in the order of brand, product and name.

    Raises:
        ValueError: The kind is unknown, or a colour or the contrast is no finite number.

    Examples:
        >>> tone = Tone((68.0, 12.0, 17.0), 46.6, "light", 3.0, "warm")
        >>> best = score_harmony([ShadeRow("#8E2A4E"), ShadeRow("#C4705A")], "lipstick", tone)[0]
        >>> best.shade.hex, best.spoke, round(best.score)
        ('#C4705A', 'lipstick_warm', 100)
    """
    table = harmony_table() if table is None else table
    if kind not in KINDS:
        raise ValueError(f"Unknown kind. Expected one of {list(KINDS)}. Received: kind={kind!r}")
    numbers = [
        *tone.lab,
        tone.ita_degrees,
        tone.uncertainty_degrees,
        *(lip or ()),
        0.0 if contrast is None else contrast,
    ]
    if not np.isfinite(numbers).all():
        raise ValueError(f"Colours and contrast are finite. Received: lab={tone.lab}, lip={lip}, contrast={contrast}")
    rules = rules_for(kind, tone, contrast=contrast, lip=lip, table=table)
    lab = colours_of(shades)
    whole = sum(rule["weight"] for rule in rules if rule["weight"] > 0) or 1.0
    values = [100.0 * rule["weight"] / whole * _fit(lab, rule, {"skin": tone.lab, "lip": lip}, table) for rule in rules]
    scored = [
        _score(shade, [(rule, float(value[i])) for rule, value in zip(rules, values, strict=True)])
        for i, shade in enumerate(shades)
    ]
    return tuple(sorted(scored, key=lambda s: (-s.score, s.shade.brand, s.shade.product, s.shade.name, s.shade.hex)))


def rules_for(
    kind: str, tone: Tone, *, contrast: float | None, lip: Lab | None, table: Table
) -> tuple[Mapping[str, Any], ...]:
    """Choose the rules of a kind whose conditions are known and met, in the table's order."""
    angles = tone.ita_degrees + tone.uncertainty_degrees * np.linspace(-1.0, 1.0, 41)
    facts = {
        "undertone": {tone.undertone} if tone.undertone else set(),
        "depth": {ita_class(float(angle), default_table()) for angle in angles},
        "contrast": {_contrast_class(contrast, table)} if contrast is not None else set(),
    }
    return tuple(
        rule
        for rule in table["rules"]
        if rule["kind"] == kind
        and all(
            lip is not None if fact == "lip" else bool(facts[fact]) and facts[fact] <= set(allowed)
            for fact, allowed in rule["when"].items()
        )
    )


def _contrast_class(contrast: float, table: Table) -> str:
    return str(next(row["name"] for row in table["contrast"] if row["below"] is None or contrast < row["below"]))


def _fit(lab: Array, rule: Mapping[str, Any], references: Mapping[str, Lab | None], table: Table) -> Array:
    """Give 1 inside the rule's band, falling to 0 at the margins, `(shades,)`; the worst channel decides."""
    reference = references.get(rule.get("relative_to", ""))
    zero = np.zeros(3) if reference is None else np.asarray(reference, np.float64)
    values = {
        "h": hue_degrees(lab) - (float(hue_degrees(zero)) if reference is not None else 0.0),
        "C": chroma(lab) - float(chroma(zero)),
        "L": lab[:, 0] - zero[0],
    }
    fit = np.ones(len(lab))
    for channel, (low, high) in rule["band"].items():
        if channel == "h":
            middle, half = (low + (high - low) % 360.0 / 2.0), (high - low) % 360.0 / 2.0
            outside = np.abs((values["h"] - middle + 180.0) % 360.0 - 180.0) - half
            fit = np.where(chroma(lab) < table["min_chroma"], 0.0, fit)  # a grey has no hue
        else:
            outside = np.maximum(low - values[channel], values[channel] - high)
        fit = np.minimum(fit, np.clip(1.0 - outside / table["margins"][channel], 0.0, 1.0))
    return fit


def _score(shade: ShadeRow, terms: list[tuple[Mapping[str, Any], float]]) -> HarmonyScore:
    spoken = sorted((term for term in terms if term[1]), key=lambda term: -abs(term[1]))  # stable: the table's order
    first = spoken[0][0] if spoken else None
    return HarmonyScore(
        shade=shade,
        score=sum(value for _, value in spoken),
        terms={rule["name"]: value for rule, value in spoken},
        spoke=first["name"] if first else None,
        reason=dict(first["reason"]) if first else {},
    )
