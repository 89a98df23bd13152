"""Ingredients of several files merged by INCI name, and what the files do not agree on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.inci import InciNames
from makeup_ai.training.data.ingredients import InciRow

SHOWN = 10


@dataclass(frozen=True, slots=True)
class NameConflict:
    """One name that means two INCI names.

    Args:
        name: The other name, as the first file has it.
        inci: INCI name -> the sources that say so; the first was kept.
    """

    name: str
    inci: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FunctionConflict:
    """One INCI name to which two files give functions that have none in common.

    Args:
        inci: The name.
        functions: Source -> its functions.
    """

    inci: str
    functions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class InventoryReport:
    """What a merge read and what it met; prints itself.

    Args:
        rows: Source -> rows read.
        repeated: Source -> rows whose INCI name it had already.
        names: INCI names after the merge.
        name_conflicts: Other names that mean two INCI names, or that are themselves another's INCI name.
        function_conflicts: INCI names on whose functions no two files agree.
    """

    rows: Mapping[str, int]
    repeated: Mapping[str, int]
    names: int
    name_conflicts: tuple[NameConflict, ...]
    function_conflicts: tuple[FunctionConflict, ...]

    def to_json(self) -> str:
        """Write the whole report as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        read = ", ".join(
            f"{n} of {source} ({self.repeated.get(source, 0)} repeated)" for source, n in self.rows.items()
        )
        lines = [f"{self.names} INCI names from {read}"]
        lines += [f"name {c.name!r}: {_sides(c.inci)}; the first is kept" for c in self.name_conflicts[:SHOWN]]
        lines += [f"functions of {c.inci}: {_sides(c.functions)}" for c in self.function_conflicts[:SHOWN]]
        more = len(self.name_conflicts) + len(self.function_conflicts) - len(lines) + 1
        return "\n".join([*lines, *([f"and {more} more conflict(s); --json tells all"] if more else [])])


@dataclass(frozen=True, slots=True)
class Inventory:
    """The merged names and the report of their merging."""

    names: InciNames
    report: InventoryReport


def merge(rows: Iterable[InciRow]) -> Inventory:
    """Merge ingredients by INCI name: spellings that fold to one key are one ingredient.

    The first row of a name decides how it is written, the first INCI name of another name keeps it, and an INCI name
    is never another's other name.

    Args:
        rows: Of all files, the most trusted file first.

    Raises:
        ValueError: There is no row.

    Examples:
        >>> rows = [InciRow("Aqua", "CosIng"), InciRow("AQUA", "Brand", {"en": ("water",)})]
        >>> merge(rows).names.spellings
        {'aqua': 'Aqua', 'water': 'Aqua'}
    """
    rows = tuple(rows)
    if not rows:
        raise ValueError("Expected at least one ingredient. Received: none; name a file that has some")
    first: dict[str, InciRow] = {}
    repeated: Counter[str] = Counter()
    had: set[tuple[str, str]] = set()
    for row in rows:
        key = fold(row.inci)
        first.setdefault(key, row)
        repeated[row.source] += (row.source, key) in had
        had.add((row.source, key))
    first.pop("", None)
    others, claims = _other_names(rows, first)
    table: dict[str, list[str]] = {row.inci: [] for row in first.values()}
    for name, inci in others.items():
        table[inci].append(name)
    report = InventoryReport(
        rows=dict(Counter(row.source for row in rows)),
        repeated={source: count for source, count in repeated.items() if count},
        names=len(first),
        name_conflicts=tuple(NameConflict(name, inci) for name, inci in claims.items() if len(inci) > 1),
        function_conflicts=tuple(_disagreeing(rows, first)),
    )
    source = " + ".join(dict.fromkeys(row.source for row in rows))
    return Inventory(InciNames.of(source, table), report)


def _other_names(
    rows: tuple[InciRow, ...], first: Mapping[str, InciRow]
) -> tuple[dict[str, str], dict[str, dict[str, tuple[str, ...]]]]:
    """Give other name -> INCI name, and other name -> every INCI name it is said to mean -> sources."""
    kept: dict[str, tuple[str, str]] = {}
    claims: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        inci = first[fold(row.inci)].inci if fold(row.inci) in first else None
        for name in (name for names in row.names.values() for name in names):
            key = fold(name)
            if inci is None or not key or key == fold(inci):
                continue
            owner = first.get(key)
            known, _ = (owner.inci, None) if owner is not None else kept.setdefault(key, (inci, name))
            shown = kept[key][1] if owner is None else name
            sides = claims.setdefault(shown, {known: (owner.source,)} if owner is not None else {})
            sides[inci] = tuple(dict.fromkeys((*sides.get(inci, ()), row.source)))
    return {name: inci for inci, name in kept.values()}, claims


def _disagreeing(rows: tuple[InciRow, ...], first: Mapping[str, InciRow]) -> Iterator[FunctionConflict]:
    by_name: dict[str, dict[str, dict[str, None]]] = {}
    for row in rows:
        if row.functions and row.functions != ("not reported",):
            by_name.setdefault(fold(row.inci), {}).setdefault(row.source, {}).update(dict.fromkeys(row.functions))
    for key, sides in by_name.items():
        words = [set().union(*(_stems(f) for f in functions)) for functions in sides.values()]
        if len(words) > 1 and not set.intersection(*words):
            yield FunctionConflict(first[key].inci, {source: tuple(f) for source, f in sides.items()})


def _stems(function: str) -> set[str]:
    """Give the words of a function without what differs by spelling alone: `emulsifying` and `emulsifier` are one."""
    return {word[:6] for word in function.replace("-", " ").split() if word not in {"skin", "hair", "agent"}}


def _sides(sides: Mapping[str, tuple[str, ...]]) -> str:
    return " | ".join(f"{side}: {', '.join(said)}" for side, said in sides.items())
