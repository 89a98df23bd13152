"""How far a shade is from skin, and which way, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from makeup_ai.schema import LANGUAGES
from makeup_ai.vision.shades.table import Table

Lab = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Direction:
    """One way in which a shade differs from skin.

    Args:
        axis: `"depth"`, `"hue"` or `"chroma"`.
        name: `"lighter"`, `"darker"`; `"warmer"`, `"cooler"`, `"redder"`; `"more vivid"`, `"more muted"`.
        amount: `"a little"`, `"plain"` or `"much"`.
        difference: Shade less skin in CIELAB units: L*, the metric hue difference (CIE 15), or C*ab.
        words: Amount and name, by language.
    """

    axis: str
    name: str
    amount: str
    difference: float
    words: Mapping[str, str]


def distance_word(distance: float, table: Table) -> tuple[str, Mapping[str, str]]:
    """Name a CIEDE2000 distance, and say it by language.

    Examples:
        >>> from makeup_ai.vision.shades.table import shade_table
        >>> [distance_word(d, shade_table())[0] for d in (0.0, 1.0, 1.1, 5.1)]
        ['indistinguishable', 'indistinguishable', 'very close', 'far']
    """
    for row in table["distances"]:
        if row["up_to"] is None or distance <= row["up_to"]:
            return row["name"], row["words"]
    raise ValueError("The last row of `distances` is for all that is farther: its up_to is null. Correct the table.")


def directions(skin: Lab, shade: Lab, table: Table) -> tuple[Direction, ...]:
    """Say which way a shade lies from skin, an axis at a time; differences below the table's first step are not named.

    Warmer is a hue angle turned towards yellow. Away from yellow it is redder where more a* did it, and cooler where
    less b* did.

    Examples:
        >>> from makeup_ai.vision.shades.table import shade_table
        >>> [d.words["en"] for d in directions((60.0, 12.0, 16.0), (64.0, 12.0, 16.0), shade_table())]
        ['lighter']
    """
    (l1, a1, b1), (l2, a2, b2) = skin, shade
    c1, c2 = float(np.hypot(a1, b1)), float(np.hypot(a2, b2))
    turned = (np.degrees(np.arctan2(b2, a2) - np.arctan2(b1, a1)) + 180.0) % 360.0 - 180.0
    hue = float(2.0 * np.sqrt(c1 * c2) * np.sin(np.radians(turned) / 2.0))
    values = {"depth": l2 - l1, "hue": hue, "chroma": c2 - c1}
    found = []
    for axis in table["directions"]["axes"]:
        value = values[axis["axis"]]
        step = sum(abs(value) >= limit for limit in axis["from"])
        if not step:
            continue
        side = axis["above"] if value > 0 else axis["below"]
        if value < 0 and "below_by_red" in axis and abs(a2 - a1) >= abs(b2 - b1) and a2 > a1:
            side = axis["below_by_red"]
        amount = table["directions"]["amounts"][step - 1]
        words = {language: amount["words"][language] + side["words"][language] for language in LANGUAGES}
        found.append(Direction(axis["axis"], side["name"], amount["name"], value, words))
    return tuple(found)


def direction_words(found: Sequence[Direction], table: Table) -> dict[str, str]:
    """Join directions to one phrase a language."""
    joint, none = table["directions"]["joint"], table["directions"]["none"]
    return {
        language: joint[language].join(d.words[language] for d in found) if found else none[language]
        for language in LANGUAGES
    }
