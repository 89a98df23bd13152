"""`hierarchies.json`: how far the values of a field can be coarsened, step by step, up to `*` for any value at all."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from makeup_ai.profile.fields import field_table

ANY, UNTOLD, OTHER = "*", "not told", "other"
"""Whatever it is; nothing was said; a value that the table does not have."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The levels of one field.

    Args:
        field: Of the profile.
        leaves: Labels of the finest level, `OTHER` and `UNTOLD` among them; no finer value is ever given away.
        levels: For each level a map of leaf -> label; the last one maps everything to `ANY`.
        leaf: Returns the leaf of a value that was checked.
    """

    field: str
    leaves: tuple[str, ...]
    levels: tuple[Mapping[str, str], ...]
    leaf: Callable[[Any], str]

    def leaf_of(self, value: Any) -> str:
        """Return the leaf of a value as rows have it; one that is a leaf already stays as it is.

        Raises:
            ValueError: It is not a value of the field.
        """
        if isinstance(value, str) and value in self.leaves:
            return value
        return UNTOLD if value is None else self.leaf(field_table().value(self.field, value))

    def loss(self, level: int, leaf: str) -> float:
        """Return how much a level tells less than the leaf, in [0, 1]: the normalised certainty penalty.

        That is the share of the other leaves that carry the same label (Xu et al. 2006, "Utility-Based Anonymization
        Using Local Recoding").
        """
        label = self.levels[level][leaf]
        covered = sum(other == label for other in self.levels[level].values())
        return (covered - 1) / (len(self.leaves) - 1)


@dataclass(frozen=True, slots=True)
class Hierarchies:
    """The whole table.

    Args:
        quasi: Fields that could tell who somebody is, with their levels.
        sensitive: Fields with lists, given away as they are but for rare values.
        contributed: Values of a list that one person adds to counts at most.
    """

    quasi: Mapping[str, Hierarchy]
    sensitive: tuple[str, ...]
    contributed: int


@cache
def hierarchies() -> Hierarchies:
    """Read the table that comes with the package."""
    table = json.loads(files("makeup_ai.profile").joinpath("tables/hierarchies.json").read_text("utf-8"))
    return Hierarchies(
        quasi={name: KINDS[row["kind"]](name, row) for name, row in table["quasi"].items()},
        sensitive=tuple(table["sensitive"]),
        contributed=table["contributed"],
    )


def ita_degrees(lab: Sequence[float]) -> float:
    """Return the individual typology angle of a colour (Chardon et al. 1991): atan2(L* - 50, b*), in degrees.

    Examples:
        >>> round(ita_degrees((60.0, 12.0, 10.0)), 6)
        45.0
    """
    return math.degrees(math.atan2(lab[0] - 50.0, lab[2]))


def _bands(field: str, row: Mapping[str, Any]) -> Hierarchy:
    finest, *coarser = row["bands"]
    leaves = _labels(finest)
    maps = [{leaf: leaf for leaf in leaves}]
    for limits in coarser:
        names = _labels(limits)
        starts = [-math.inf, *finest]
        maps.append({leaf: names[bisect_right(limits, start)] for leaf, start in zip(leaves, starts, strict=True)})
    return _hierarchy(field, leaves, maps, lambda value: leaves[bisect_right(finest, value)])


def _labels(limits: Sequence[float]) -> tuple[str, ...]:
    between = (f"{low:g} to under {high:g}" for low, high in pairwise(limits))
    return (f"under {limits[0]:g}", *between, f"{limits[-1]:g} or more")


def _ita(field: str, row: Mapping[str, Any]) -> Hierarchy:
    above: Mapping[str, float] = row["above_degrees"]
    leaves, lowest = tuple(above), list(above)[-1]

    def leaf(lab: Sequence[float]) -> str:
        degrees = ita_degrees(lab)
        return next((name for name, limit in above.items() if degrees > limit), lowest)

    return _hierarchy(field, leaves, [{name: name for name in leaves}, _group_of(row)], leaf)


def _values(field: str, row: Mapping[str, Any]) -> Hierarchy:
    groups = _group_of(row)
    leaves = tuple(groups)
    return _hierarchy(
        field, leaves, [{leaf: leaf for leaf in leaves}, groups], lambda value: value if value in groups else OTHER
    )


def _group_of(row: Mapping[str, Any]) -> dict[str, str]:
    return {value: group for group, values in row["groups"].items() for value in values}


def _hierarchy(
    field: str, leaves: Sequence[str], maps: Sequence[Mapping[str, str]], leaf: Callable[[Any], str]
) -> Hierarchy:
    every = (*leaves, OTHER, UNTOLD)
    levels = tuple({**level, OTHER: OTHER, UNTOLD: UNTOLD} for level in maps)
    return Hierarchy(field, every, (*levels, dict.fromkeys(every, ANY)), leaf)


KINDS: Mapping[str, Callable[[str, Mapping[str, Any]], Hierarchy]] = {
    # kind of the table: how its levels are made
    "bands": _bands,
    "ita": _ita,
    "values": _values,
}
