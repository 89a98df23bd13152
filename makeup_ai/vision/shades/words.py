"""What a brand says of a shade in its own words: undertone and depth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from makeup_ai.vision.shades.table import Table


def undertones_said(text: str, table: Table) -> tuple[str, ...]:
    """Give the undertones that a shade may have by its brand's words.

    An undertone that is named counts before a colour that hints at it: "neutral golden" is neutral, "golden" is
    neutral or warm. Two neighbours that are both named leave both; cool and warm together say nothing.

    Returns:
        In the order of the classes: one where it is said, two where the words leave it open, none where they are
        silent.

    Examples:
        >>> from makeup_ai.vision.shades.table import shade_table
        >>> table = shade_table()
        >>> undertones_said("medium skin with a neutral golden undertone", table), undertones_said("Golden Sand", table)
        (('neutral',), ('neutral', 'warm'))
    """
    rules = table["undertones"]
    classes: list[str] = rules["classes"]
    named = [name for name in classes if _says(text, tuple(rules["said"][name]))]
    if named:
        return () if {classes[0], classes[-1]} <= set(named) else tuple(named)
    hinted = [set(hint["may_be"]) for hint in rules["hints"] if _says(text, tuple(hint["words"]))]
    left = set(classes).intersection(*hinted) if hinted else set()
    return tuple(name for name in classes if name in left)


def depths_said(text: str, table: Table) -> tuple[str, ...]:
    """Name the depths that a text speaks of, in the table's order ("light to medium" gives two)."""
    return tuple(row["name"] for row in table["depths"] if _says(text, tuple(row["words"])))


def fits_depth(depths: Iterable[str], ita: float, table: Table) -> bool:
    """Tell whether an individual typology angle in degrees is one that some of the named depths can have.

    Without a depth there is nothing to contradict.
    """
    rows = [row for row in table["depths"] if row["name"] in set(depths)]
    return not rows or any(row["ita_from"] <= ita <= row["ita_to"] for row in rows)


def _says(text: str, words: tuple[str, ...]) -> bool:
    return _pattern(words).search(text.lower()) is not None


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # Latin words count whole ("gold" is not in "marigold"); Chinese has no blanks to hold them by.
    return re.compile("|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word for word in words))
