"""Whether two ingredients go together, read from the conflicts of `knowledge.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

CLASHES = ("avoid_together", "alternate")
"""Kinds of a pair that should not meet in one sitting."""
FAMILY, GROUP = 1, 2
"""How far off an ingredient's family and groups are: the nearer rule is believed."""


def pair(knowledge: Mapping[str, Any], first: str, second: str) -> Mapping[str, Any] | None:
    """Find the rule about two ingredients that names them most nearly, the first of the table among equals.

    Args:
        knowledge: The table `knowledge.json`.
        first: Ingredient or group id.
        second: The same.

    Returns:
        A row of `conflicts`, or `None` where nothing is on record.
    """
    near, far = standing(knowledge, first), standing(knowledge, second)
    best, least = None, float("inf")
    for row in knowledge["conflicts"]:
        for a, b in ((row["a"], row["b"]), (row["b"], row["a"])):
            if a in near and b in far and near[a] + far[b] < least:
                best, least = row, near[a] + far[b]
    return best


def clash(knowledge: Mapping[str, Any], ones: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any of some ingredients should not meet any of the others in one sitting."""
    left = {one: standing(knowledge, one) for one in ones}
    right = {other: standing(knowledge, other) for other in others}
    for row in knowledge["conflicts"]:
        if row["kind"] not in CLASHES:
            continue
        for a, b in ((row["a"], row["b"]), (row["b"], row["a"])):
            meeting = product((i for i in left if a in left[i]), [i for i in right if b in right[i]])
            # A nearer rule may say that these two are fine.
            if any(rule is not None and rule["kind"] in CLASHES for rule in (pair(knowledge, *two) for two in meeting)):
                return True
    return False


def standing(knowledge: Mapping[str, Any], ingredient: str) -> dict[str, int]:
    """Give what an id stands for and how far off that is: its groups, its family, itself."""
    entry = knowledge["ingredients"].get(ingredient, {})
    family = {entry["family"]: FAMILY} if entry.get("family") else {}
    return {**dict.fromkeys(entry.get("groups", ()), GROUP), **family, ingredient: 0}
