"""`ranking.json`: the weights of the terms and the few limits of ranking, checked once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import BundleError
from makeup_ai.recommend.fixed import UNIT

PACKAGED = Path(__file__).parent / "tables" / "ranking.json"
"""The settings a bundle starts from."""


@dataclass(frozen=True, slots=True)
class Diversity:
    """How much being like a product above costs a product its place in a list, never its score.

    Args:
        weight: The most that likeness holds a product back, in points of the score; zero spreads nothing.
        reach: How many times the length of a list is looked at.
        brand: Likeness in [0, 1] of two products of one brand.
        line: What being of one line of it adds.
        category: What being of one category adds.
        ingredients: Times the share of ingredients in common, what that adds.
    """

    weight: float = 0.0
    reach: int = 1
    brand: float = 0.0
    line: float = 0.0
    category: float = 0.0
    ingredients: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How products are ranked.

    Args:
        top: How many are offered unless the caller says otherwise.
        adult_age: Age in years from which products are marked for adults; 18 in tables that do not name one.
        diversity: How products like those above them are spread; not at all in tables that do not say.
        weights: Term -> weight, zero or above; the most the term can add to a score.
        relevance_floor: Cosine in [0, 1] up to which likeness to the question adds nothing.
        max_delta_e: CIEDE2000 distance from which a shade adds nothing.
        closeness: Limits of CIEDE2000, ascending, each with the word for shades up to it.
        reasons: How many reasons are put in words.
        cues: Cue of a photo -> the need it speaks of, and the score (0 to 100) from which it does.
        patch_test_irritancy: Irritancy (0 to 3) from which a product is offered with the advice to try it first.
        min_intent: Probability in [0, 1] under which an intent is not believed.
        min_slot: Probability in [0, 1] under which a slot is not believed; slots that protect (allergies) always are.
        routine: Categories of a routine when none are named.
        red_flags: Patterns, tried on the text in lower case, of what is for a doctor and not for cosmetics.
        reactions: Patterns of skin that took something badly; none in tables that do not name any.
    """

    top: int
    adult_age: int
    diversity: Diversity
    weights: Mapping[str, float]
    relevance_floor: float
    max_delta_e: float
    closeness: tuple[tuple[float, str], ...]
    reasons: int
    cues: Mapping[str, tuple[str, float]]
    patch_test_irritancy: int
    min_intent: float
    min_slot: float
    routine: tuple[str, ...]
    red_flags: tuple[re.Pattern[str], ...]
    reactions: tuple[re.Pattern[str], ...]

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], *, file: str = "ranking.json") -> Settings:
        """Read the table.

        Raises:
            BundleError: The unit is another one, or a number is missing, negative or not finite.
        """
        if table.get("schema") != 1 or table.get("unit") != UNIT:
            raise BundleError(
                f"{file}: expected schema 1 and unit {UNIT}. "
                f"Received: schema={table.get('schema')!r}, unit={table.get('unit')!r}"
            )
        try:
            closeness = tuple(
                (_number(limit, "shade.words", file), str(word)) for limit, word in table["shade"]["words"]
            )
            settings = cls(
                top=_count(table["top"], "top", file, least=1),
                adult_age=_count(table.get("adult_age", 18), "adult_age", file, least=0),
                diversity=_diversity(table.get("diversity", {}), file),
                weights={str(k): _number(v, f"weights.{k}", file) for k, v in table["weights"].items()},
                relevance_floor=_number(table["relevance_floor"], "relevance_floor", file, most=1.0),
                max_delta_e=_number(table["shade"]["max_delta_e"], "shade.max_delta_e", file),
                closeness=closeness,
                reasons=_count(table["reasons"], "reasons", file, least=0),
                cues={
                    str(cue): (str(row["need"]), _number(row["min_score"], f"cues.{cue}", file, most=100.0))
                    for cue, row in table["cues"].items()
                },
                patch_test_irritancy=_count(table["patch_test_irritancy"], "patch_test_irritancy", file, least=0),
                min_intent=_number(table["min_confidence"]["intent"], "min_confidence.intent", file, most=1.0),
                min_slot=_number(table["min_confidence"]["slot"], "min_confidence.slot", file, most=1.0),
                routine=tuple(str(category) for category in table["routine"]),
                red_flags=_patterns(table["red_flags"]),
                reactions=_patterns(table.get("reactions", {})),
            )
        except (KeyError, TypeError, AttributeError, re.error) as error:
            raise BundleError(f"{file}: a setting is missing or of the wrong kind ({error!r})") from error
        limits = [limit for limit, _ in closeness]
        if settings.max_delta_e <= 0 or not limits or limits != sorted(limits) or limits[-1] < settings.max_delta_e:
            raise BundleError(
                f"{file}: expected shade.max_delta_e above zero and shade.words ascending up to it. "
                f"Received: max_delta_e={settings.max_delta_e}, words={closeness}"
            )
        return settings

    def word(self, delta_e: float) -> str:
        """Name how close a shade is, as the part of a phrase's key after `shade.`."""
        return next((word for limit, word in self.closeness if delta_e <= limit), self.closeness[-1][1])


def packaged() -> dict[str, Any]:
    """Read the settings a bundle starts from, as JSON."""
    table: dict[str, Any] = json.loads(PACKAGED.read_text("utf-8"))
    return table


def _number(value: Any, name: str, file: str, most: float = math.inf) -> float:
    whole = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not whole or not math.isfinite(value) or not 0 <= value <= most:
        raise BundleError(f"{file}: expected {name} between 0 and {most}, and finite. Received: {value!r}")
    return float(value)


def _count(value: Any, name: str, file: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BundleError(f"{file}: expected {name} to be a whole number from {least}. Received: {value!r}")
    return value


def _diversity(table: Mapping[str, Any], file: str) -> Diversity:
    """Read the settings of spreading; a bundle made before there were any spreads nothing."""
    if not table:
        return Diversity()
    parts = {
        name: _number(table[name], f"diversity.{name}", file, most=1.0)
        for name in ("brand", "line", "category", "ingredients")
    }
    weight = _number(table["weight"], "diversity.weight", file)
    return Diversity(weight=weight, reach=_count(table["reach"], "diversity.reach", file, least=1), **parts)


def _patterns(table: Mapping[str, list[str]]) -> tuple[re.Pattern[str], ...]:
    """Compile the patterns of every language; the text's own is not asked."""
    return tuple(re.compile(pattern) for patterns in table.values() for pattern in patterns)
