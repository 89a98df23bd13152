"""Differentially private counts: exact integer noise from the system's random source, and a budget that runs out."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from makeup_ai.profile.anonymise import Rows, listed
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.hierarchies import OTHER, UNTOLD, hierarchies

Draw = Callable[[int], int]
"""Returns a whole number under its argument, each as likely as the others."""


@dataclass(frozen=True, slots=True)
class PrivateCounts:
    """Counts of one field that may leave.

    Args:
        field: Of the profile.
        counts: Label -> count with noise; it may be below zero, and is then best read as none.
        epsilon: What was spent.
        scale: Of the noise, in people: discrete Laplace, P(x) proportional to exp(-|x| / scale).
        remaining: Of the ledger's budget.
    """

    field: str
    counts: Mapping[str, int]
    epsilon: Fraction
    scale: Fraction
    remaining: Fraction


def private_counts(
    rows: Rows,
    field: str,
    epsilon: Fraction,
    ledger: Ledger,
    *,
    values: Sequence[str] = (),
    level: int = 0,
    draw: Draw = secrets.randbelow,
) -> PrivateCounts:
    """Count people by a field's labels with epsilon-differential privacy (Dwork et al. 2006).

    Neighbours are rows with and without one person; each person has one row. Labels come from the table or from
    `values`, never from the rows, so that whether somebody has a rare value does not show. One person changes one count
    of a single field, and at most the table's `contributed` of a list, by one.

    Args:
        rows: One a person.
        field: Single ones with levels (`age`, `tone`, ...), or lists (`concerns`, `habits`).
        epsilon: Above zero; smaller is more private.
        ledger: Pays for it, before anything is given.
        values: Labels of a list whose values the table of fields does not name.
        level: Of the field's levels, 0 the finest.
        draw: Source of randomness.

    Raises:
        ValueError: The field is in no statistics, has no labels or no such level, a row's value is not of it, or the
            budget is spent.
    """
    labels, of_row, sensitivity = _labels(field, values, level)
    exact = dict.fromkeys(labels, 0)
    for row in rows:
        for label in of_row(row):
            exact[label] += 1
    remaining = ledger.spend(epsilon, f"{field}, level {level}")
    scale = Fraction(sensitivity) / epsilon
    noisy = {label: count + discrete_laplace(scale, draw) for label, count in exact.items()}
    return PrivateCounts(field, noisy, epsilon, scale, remaining)


def _labels(
    field: str, values: Sequence[str], level: int
) -> tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Sequence[str]], int]:
    table = hierarchies()
    if field in table.quasi:
        quasi = table.quasi[field]
        if not 0 <= level < len(quasi.levels):
            raise ValueError(f"Expected a level of {field} from 0 to {len(quasi.levels) - 1}. Received: {level!r}")
        names = tuple(dict.fromkeys(quasi.levels[level].values()))
        return names, lambda row: [quasi.levels[level][quasi.leaf_of(row.get(field))]], 1
    if field not in table.sensitive:
        raise ValueError(
            f"Unknown field of statistics. Expected one of {sorted([*table.quasi, *table.sensitive])}. "
            f"Received: {field!r}"
        )
    known = tuple(dict.fromkeys(values)) or (field_table().habits if field == "habits" else ())
    if not known:
        raise ValueError(f"Expected the values of {field} that are counted. Received: none. Remedy: name them")

    def of_row(row: Mapping[str, Any]) -> Sequence[str]:
        held = listed(row, field)
        return list(dict.fromkeys(v if v in known else OTHER for v in held))[: table.contributed] or [UNTOLD]

    return (*known, OTHER, UNTOLD), of_row, table.contributed


def discrete_laplace(scale: Fraction, draw: Draw = secrets.randbelow) -> int:
    """Draw a whole number x with probability proportional to exp(-|x| / scale), exactly.

    Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for Differential Privacy", algorithm 2: whole numbers
    alone, so that no rounding of floating point gives anything away (Mironov 2012).

    Args:
        scale: Above zero.
        draw: Source of randomness.
    """
    s, t = scale.denominator, scale.numerator  # the paper's: probability proportional to exp(-|x| s / t)
    while True:
        u = draw(t)
        if not _bernoulli_exp(Fraction(u, t), draw):
            continue
        v = 0
        while _bernoulli_exp(Fraction(1), draw):
            v += 1
        magnitude, negative = (u + t * v) // s, draw(2) == 1
        if not (negative and magnitude == 0):
            return -magnitude if negative else magnitude


def _bernoulli_exp(gamma: Fraction, draw: Draw) -> bool:
    """Return true with probability exp(-gamma), for gamma in [0, 1] (algorithm 1 of the same paper)."""
    k = 1
    while draw(gamma.denominator * k) < gamma.numerator:
        k += 1
    return k % 2 == 1


class Ledger:
    """A budget of epsilon in one SQLite file: what is spent adds up (basic composition), and stays spent.

    Args:
        path: Made where it is not.
        total: Of a new ledger; an old one has its own, which must be the same where it is given.

    Raises:
        ValueError: There is no total for a new ledger, it is not above zero, an old one has another, or the
            file is something else.
    """

    def __init__(self, path: str | Path, total: Fraction | None = None):
        if total is not None and total <= 0:
            raise ValueError(f"Expected a total epsilon above zero. Received: {float(total):g}")
        if total is None and not Path(path).is_file():
            raise ValueError(f"Expected a total epsilon for a new ledger. Received: {str(path)!r}, where there is none")
        try:
            kept = self._open(path, total)
        except sqlite3.Error as error:
            raise ValueError(f"Expected a ledger of epsilon. Received: {str(path)!r} ({error})") from error
        self.total = Fraction(kept)
        if total is not None and total != self.total:
            raise ValueError(f"Expected the ledger's own total, {float(self.total):g}. Received: {float(total):g}")

    def _open(self, path: str | Path, total: Fraction | None) -> str:
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        self._connection.execute("PRAGMA synchronous=EXTRA")
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("CREATE TABLE IF NOT EXISTS spent (time REAL, what TEXT, epsilon TEXT)")
        kept = self._connection.execute("SELECT epsilon FROM spent WHERE what = 'total'").fetchone()
        if kept is None and total is not None:
            self._connection.execute("INSERT INTO spent VALUES (?, 'total', ?)", (time.time(), str(total)))
        self._connection.execute("COMMIT")
        if kept is None and total is None:
            raise ValueError(f"Expected a ledger with a total. Received: {str(path)!r}, which has none")
        return str(kept[0] if kept else total)

    @property
    def spent(self) -> Fraction:
        """What has been spent."""
        rows = self._connection.execute("SELECT epsilon FROM spent WHERE what != 'total'")
        return sum((Fraction(epsilon) for (epsilon,) in rows), Fraction(0))

    def spend(self, epsilon: Fraction, what: str) -> Fraction:
        """Spend some of the budget, on the disk before this returns, and return what remains.

        Raises:
            ValueError: It is not above zero, or more than remains; then nothing is spent.
        """
        if epsilon <= 0:
            raise ValueError(f"Expected epsilon above zero. Received: {float(epsilon):g}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            remaining = self.total - self.spent - epsilon
            if remaining < 0:
                raise ValueError(
                    f"The budget is spent: {float(self.spent):g} of epsilon {float(self.total):g} is gone. "
                    f"Received: a count for {float(epsilon):g} more. What was counted before can be used again freely."
                )
            self._connection.execute("INSERT INTO spent VALUES (?, ?, ?)", (time.time(), what, str(epsilon)))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        return remaining

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
