"""Whether two ingredients go together, read from the conflicts of `knowledge.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CLASHES = ("avoid_together", "alternate")
"""Kinds of a pair that should not meet in one sitting, worst first."""


def pair(knowledge: Mapping[str, Any], first: str, second: str) -> Mapping[str, Any] | None:
    """Find what is known about two ingredients, the row that names them most exactly first, then the worst.

    Args:
        knowledge: The table `knowledge.json`.
        first: Ingredient or group id.
        second: The same.

    Returns:
        A row of `conflicts`, or `None` where nothing is on record.
    """
    severity = {kind: rank for rank, kind in enumerate(CLASHES)}
    ones, others = names_of(knowledge, [first]), names_of(knowledge, [second])
    rows = [row for row in knowledge["conflicts"] if _meets(row, ones, others)]
    exact = {first, second}
    return min(
        rows,
        key=lambda row: (-((row["a"] in exact) + (row["b"] in exact)), severity.get(row["kind"], len(CLASHES))),
        default=None,
    )


def clash(knowledge: Mapping[str, Any], ones: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any of some ingredients should not meet any of the others in one sitting."""
    left, right = names_of(knowledge, ones), names_of(knowledge, others)
    return any(row["kind"] in CLASHES and _meets(row, left, right) for row in knowledge["conflicts"])


def names_of(knowledge: Mapping[str, Any], ingredients: Iterable[str]) -> set[str]:
    """Give the ids themselves and the groups they belong to."""
    known = knowledge["ingredients"]
    ids = set(ingredients)
    return ids | {group for i in ids for group in known.get(i, {}).get("groups", ())}


def _meets(row: Mapping[str, Any], ones: set[str], others: set[str]) -> bool:
    return (row["a"] in ones and row["b"] in others) or (row["b"] in ones and row["a"] in others)
