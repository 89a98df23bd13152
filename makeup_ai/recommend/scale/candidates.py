"""Which products need to be summed to the last digit: those that no bound on their sum rules out.

What needs, purchases, popularity and price give is whole numbers that are cheap to add up. Likeness to the question is
not, and has a ceiling: no cosine is more than the lengths of the two vectors allow. So a few of the highest of the
others are summed first; a product that falls short of the last one offered by more than the ceiling cannot be offered
(the threshold algorithm: Fagin, Lotem & Naor 2003, with columns in place of sorted lists). Of those that are left,
likeness in single precision, raised by the most that it can be wrong, rules out nearly all. So what is offered is what
all sums would offer. Only where a question names nothing but words does an index choose, and may miss one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.bits import Bits
from makeup_ai.recommend.scale.sums import Sums

SCANNED = 4096
"""Products that are summed outright: of no more, bounds save nothing."""
GATHERED = 65_536
"""Products whose columns are looked up one by one; of more, all are passed over."""
PROBED, FIRST = 4096, 256
"""Products of the highest columns that are looked at first, and how many of them are summed to learn a bound."""
SAMPLE = 8192
"""Products from which it is guessed how high the columns of so many are."""
ALONE, SHARE = 12_288, 64
"""Neighbours asked for where only words are known, and of how many times as many products that is less work than all
(`benchmarks/recommend_scale.md`)."""
CERTAIN = 512
"""Neighbours that must be left of them once what is masked has been taken out."""

Summed = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows, each once, and their scores."""


def candidates(sums: Sums, kept: Bits, many: int) -> Summed:
    """Choose rows and sum them.

    Args:
        sums: Of the question.
        kept: What is not masked.
        many: How many of the best must be among the rows; no more than are kept.

    Returns:
        Rows that are kept, and their scores.
    """
    found = None
    if len(kept) > GATHERED:
        found = _highest(sums, kept, many) if sums.columns else _nearest(sums, kept, many)
    return narrowed(sums, kept.rows, many) if found is None else found


def narrowed(sums: Sums, rows: NDArray[np.int64], many: int) -> Summed:
    """Rule out rows by what their likeness can add at most, and sum the others.

    Args:
        sums: Of the question.
        rows: Each once.
        many: How many of the best must stay; all do where there are no more.
    """
    if not sums.embedding or len(rows) <= max(SCANNED, many):
        return rows, sums.at(rows)
    base = sums.base(rows)
    probe = _best(base, max(FIRST, many))
    needed = _last(base[probe] + sums.likeness(rows[probe]), many) - sums.ceiling
    left = np.flatnonzero(base >= needed)
    if len(left) < len(rows):
        rows, base = rows[left], base[left]
    most = base + sums.likeness_most(rows)
    probe = _best(most, many)
    needed = int((base[probe] + sums.likeness(rows[probe])).min())
    left = np.flatnonzero(most >= needed)
    rows = rows[left]
    return rows, base[left] + sums.likeness(rows)


def _highest(sums: Sums, kept: Bits, many: int) -> Summed | None:
    """Sum the rows of high columns, all that the highest of them do not rule out."""
    known = sums.known()
    places = np.arange(0, len(known), max(1, len(known) // SAMPLE))
    sample = known[places[kept.has(places)]]
    wanted = len(sample) * max(PROBED, many) // len(kept)
    if not 0 < wanted < len(sample):
        return None
    high = _last(sample, wanted)
    rows = (Bits.from_least(known, high) & kept).rows
    if len(rows) < many:
        return None
    base = sums.base(rows, known)
    probe = _best(base, max(FIRST, many))
    least = _last(base[probe] + sums.likeness(rows[probe]), many)
    needed = least - sums.ceiling - sums.cheapest
    if needed < high:
        rows = (Bits.from_least(known, needed) & kept).rows
    return narrowed(sums, rows, many)


def _nearest(sums: Sums, kept: Bits, many: int) -> Summed | None:
    """Sum the rows nearest to the question, where likeness is all that is known of it."""
    index = sums.tables.index
    if index is None or not sums.embedding or sums.budget is not None or len(kept) < ALONE * SHARE:
        return None  # the index knows nothing of prices
    near = index.nearest(sums.embedding, ALONE, ALONE)
    near = near[kept.has(near)]
    return (near, sums.at(near)) if len(near) >= max(CERTAIN, many) else None


def _best(values: NDArray[np.int64], many: int) -> NDArray[np.int64]:
    """Give the places of the highest values, in any order."""
    cut = max(0, len(values) - many)
    return np.argpartition(values, cut)[cut:]


def _last(values: NDArray[np.int64] | NDArray[np.int16], many: int) -> int:
    """Give the lowest of the highest values."""
    cut = max(0, len(values) - many)
    return int(np.partition(values, cut)[cut])
