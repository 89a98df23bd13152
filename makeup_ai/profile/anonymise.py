"""Rows of many people made anonymous for the brand's statistics, with a report of what that cost."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.errors import DataError
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.hierarchies import Hierarchies, hierarchies
from makeup_ai.profile.kanonymity import Coarsening, Holds, classes_of, most_held, recode_alike, recode_apart
from makeup_ai.profile.pseudonyms import Pseudonyms
from makeup_ai.schema import Profile

MAX_SUPPRESSED = 0.05
"""Share of rows that may be left out."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Release:
    """Rows that may leave, in an order drawn at random, and what was done to them.

    Args:
        rows: Field -> label, or list of values; and `pseudonym` where one was asked for.
        report: `rows`, `released`, `suppressed`, `asked` (k, l), `reached` (k, l of each sensitive field, classes),
            `information_loss` in [0, 1], `levels` (field -> share of rows at each level, the finest first),
            `rare_values_removed` and `dropped` (columns that are in no release).
    """

    rows: tuple[Mapping[str, Any], ...]
    report: Mapping[str, Any]


def anonymise(
    rows: Rows,
    k: int = 5,
    diversity: float = 1.0,
    *,
    alike: bool = False,
    max_suppressed: float = MAX_SUPPRESSED,
    pseudonym: str | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> Release:
    """Coarsen rows until each looks like at least k - 1 others.

    Fields that could tell who somebody is (the table's `quasi`) are coarsened; lists (`sensitive`) keep the values that
    at least k people hold; every other column is dropped.

    Args:
        rows: One a person, with fields of a profile.
        k: Rows of a class at least, from 2.
        diversity: The l of l-diversity: no sensitive value is held by more than one row in l of a class; 1 for no
            limit.
        alike: The same labels for all rows, so that groups can be counted; loses more, and leaves rows out.
        max_suppressed: Share of rows in [0, 1] that may be left out so that the others can be alike.
        pseudonym: Column with an id that becomes a salted pseudonym.
        pseudonyms: Under which salt; a fresh one by default.

    Raises:
        ValueError: A limit is out of range, a value is not of its field, an id is missing or there twice, or there is
            no way to reach k and l.
    """
    table = hierarchies()
    _check_limits(k, diversity, max_suppressed)
    if len(rows) < k:
        raise ValueError(f"Expected at least k={k} rows. Received: {len(rows)}")
    ids = _ids(rows, pseudonym)
    lists = {name: [listed(row, name) for row in rows] for name in table.sensitive}
    held = {name: _holds(values) for name, values in lists.items()}
    codes, coarsening = _coded(rows, table)
    most = int(max_suppressed * len(rows))
    if alike:
        recoding = recode_alike(codes, coarsening, k, diversity, list(held.values()), most)
    else:
        recoding = recode_apart(codes, coarsening, k, diversity, list(held.values()))
    if recoding is None:
        raise ValueError(
            f"Expected rows that can be made {k}-anonymous with l={diversity:g}. Received: {len(rows)} rows that "
            "cannot, even with every field hidden. Remedy: a smaller l, more rows, or a greater share to leave out."
        )
    shown = {
        field.field: [field.levels[level][field.leaves[code]] for level, code in zip(levels, leaves, strict=True)]
        for field, levels, leaves in zip(table.quasi.values(), recoding.levels.T, codes.T, strict=True)
    }
    kept = [int(place) for place in recoding.kept.nonzero()[0]]
    common = {name: _common((lists[name][place] for place in kept), k) for name in table.sensitive}
    naming = pseudonyms or Pseudonyms()
    released = []
    for place in kept:
        row: dict[str, Any] = {} if ids is None else {"pseudonym": naming.of(ids[place])}
        row |= {name: labels[place] for name, labels in shown.items()}
        row |= {name: [v for v in lists[name][place] if v in common[name]] for name in table.sensitive}
        released.append(row)
    random.SystemRandom().shuffle(released)  # the order of the file could tell who is who
    known = {*table.quasi, *table.sensitive, *([pseudonym] if pseudonym else [])}
    report = {
        "rows": len(rows),
        "released": len(released),
        "suppressed": len(rows) - len(released),
        "asked": {"k": k, "l": diversity},
        "reached": _reached(shown, kept, held),
        "information_loss": round(recoding.loss, 4),
        "levels": {
            name: [round(float(np.mean(levels == level)), 4) for level in range(len(table.quasi[name].levels))]
            for name, levels in zip(table.quasi, recoding.levels.T, strict=True)
        },
        "rare_values_removed": {
            name: len({value for values in lists[name] for value in values} - common[name]) for name in table.sensitive
        },
        "dropped": sorted({name for row in rows for name in row} - known),
    }
    return Release(tuple(released), report)


def contribution(profile: Profile) -> dict[str, Any]:
    """Return the row that a person adds to the statistics: nothing in it is finer than the table's leaves.

    Args:
        profile: What the policy gives to the consumer `statistics`.
    """
    table = hierarchies()
    row: dict[str, Any] = {name: field.leaf_of(getattr(profile, name)) for name, field in table.quasi.items()}
    return row | {name: list(getattr(profile, name)) for name in table.sensitive}


def read_rows(path: str | Path) -> list[dict[str, Any]]:
    """Read one JSON object a line; empty lines are passed over.

    Raises:
        DataError: A line is no JSON object, or the file is no UTF-8.
    """
    rows = []
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"Expected JSON Lines in UTF-8 ({error.reason})", file=str(path)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"Expected a JSON object a line ({error})", file=str(path), row=number) from error
        if not isinstance(row, dict):
            raise DataError(f"Expected a JSON object. Received: {type(row).__name__}", file=str(path), row=number)
        rows.append(row)
    return rows


def _check_limits(k: int, diversity: float, max_suppressed: float) -> None:
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise ValueError(f"Expected k as a whole number from 2. Received: {k!r}")
    if not 1 <= diversity <= k:
        raise ValueError(f"Expected l from 1 to k={k}. Received: {diversity!r}")
    if not 0 <= max_suppressed <= 1:
        raise ValueError(f"Expected the share of rows that may be left out from 0 to 1. Received: {max_suppressed!r}")


def _ids(rows: Rows, column: str | None) -> list[str] | None:
    """One row a person: a second one would count them twice towards k."""
    if column is None:
        return None
    ids = [row.get(column) for row in rows]
    whole = [id_ for id_ in ids if isinstance(id_, str) and id_]
    if len(whole) != len(rows) or len(set(whole)) != len(whole):
        raise ValueError(
            f"Expected one row a person, with an id in column {column!r}. "
            f"Received: {len(rows)} rows, {len(whole)} ids, {len(set(whole))} different ones"
        )
    return whole


def listed(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the values of a list in a row, each once.

    Raises:
        ValueError: It is no list, or a value is not of the field.
    """
    given = row.get(name) or ()
    if not isinstance(given, list | tuple):
        raise ValueError(f"Expected {name} as a list of values. Received: {given!r}")
    return tuple(dict.fromkeys(str(field_table().value(name, value)) for value in given))


def _common(lists: Iterable[Sequence[str]], k: int) -> set[str]:
    """Return the values that at least k people hold: a rarer one could tell who somebody is."""
    holders = Counter(value for values in lists for value in values)
    return {value for value, count in holders.items() if count >= k}


def _coded(rows: Rows, table: Hierarchies) -> tuple[Any, Coarsening]:
    """Return the leaf of each value as a number, and the table in numbers."""
    fields = list(table.quasi.values())
    leaves = [{leaf: place for place, leaf in enumerate(field.leaves)} for field in fields]
    codes = np.array(
        [[leaves[i][field.leaf_of(row.get(field.field))] for i, field in enumerate(fields)] for row in rows], np.int64
    )
    maps, losses = [], []
    for field in fields:
        names = [{label: place for place, label in enumerate(dict.fromkeys(level.values()))} for level in field.levels]
        maps.append(
            np.array([[names[at][level[leaf]] for leaf in field.leaves] for at, level in enumerate(field.levels)])
        )
        losses.append(np.array([[field.loss(at, leaf) for leaf in field.leaves] for at in range(len(field.levels))]))
    return codes, Coarsening(maps, losses)


def _holds(lists: Sequence[Sequence[str]]) -> Holds:
    values = {value: place for place, value in enumerate(dict.fromkeys(value for row in lists for value in row))}
    holds = np.zeros((len(lists), len(values)), bool)
    for row, held in enumerate(lists):
        holds[row, [values[value] for value in held]] = True
    return holds


def _reached(shown: Mapping[str, Sequence[str]], kept: Sequence[int], held: Mapping[str, Holds]) -> dict[str, Any]:
    """Return k and l as they are in what is released, counted anew from its labels."""
    if not kept:
        return {"k": None, "l": dict.fromkeys(held), "classes": 0}
    classes = classes_of([np.array([labels[place] for place in kept]) for labels in shown.values()])
    sizes = np.bincount(classes)
    diverse = {
        name: round(float((sizes / np.maximum(most_held(classes, holds[kept]), 1)).min()), 4)
        for name, holds in held.items()
    }
    return {"k": int(sizes.min()), "l": diverse, "classes": len(sizes)}
