"""Which products need to be summed: those that no bound on their sum rules out.

Needs, what purchases teach and popularity are known for every product as whole columns, so they add up in one pass.
Only likeness to the question and price fit are left, and both have a ceiling: the likeness of the nearest product of
the index, and the cheapest price. A product whose columns fall short of the last one offered by more than both together
cannot be offered (the threshold algorithm: Fagin, Lotem & Naor 2003, with columns in place of sorted lists). Where the
question names no need there is nothing to bound by: the index alone gives the candidates of very many products, and of
fewer all are summed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.bits import Bits
from makeup_ai.recommend.scale.sums import Sums
from makeup_ai.recommend.terms import price, relevance

SCANNED = 16_384
"""Products that are summed outright: from about so many on, bounds cost less (`benchmarks/recommend_scale.md`)."""
GATHERED = 65_536
"""Products whose columns are looked up one by one; of more, all are passed over."""
PROBED, FIRST = 4096, 256
"""Products of the highest columns that are looked at first, and how many of them are summed to learn a bound."""
SAMPLE = 8192
"""Products from which it is guessed how high the columns of so many are."""
MOST = 65_536
"""Products summed at most under a bound: those of the highest columns where it lets more through."""
NEAREST = EXPANSION = 16
"""Neighbours asked for where there are columns to bound by, and how many are looked at on the way."""
ALONE, SHARE = 6144, 64
"""Neighbours asked for where there are none, and of how many times as many products that is less work than all."""
CERTAIN = 512
"""Neighbours that must be left of them once what is masked has been taken out."""


Summed = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows, each once, and their scores."""


def candidates(sums: Sums, kept: Bits, many: int) -> Summed | None:
    """Choose rows and sum them.

    Args:
        sums: Of the question.
        kept: What is not masked.
        many: How many of the best must be among the rows; no more than are kept.

    Returns:
        Rows that are kept, and their scores; `None` where all that are kept have to be summed.
    """
    index = sums.tables.index
    if len(kept) <= SCANNED:
        return _summed(sums, kept.rows)
    if sums.embedding and index is None:
        return None
    if sums.columns:
        return _bounded(sums, kept, many, _nearest(sums, NEAREST, EXPANSION))
    if index is None or not sums.embedding or sums.needs.budget is not None:
        return None  # the index knows nothing of prices
    if len(kept) < ALONE * SHARE:
        return None
    near = _nearest(sums, ALONE, ALONE)
    near = near[kept.has(near)]
    return _summed(sums, near) if len(near) >= max(CERTAIN, many) else None


def _summed(sums: Sums, rows: NDArray[np.int64]) -> Summed:
    return rows, sums.at(rows)


def _nearest(sums: Sums, many: int, expansion: int) -> NDArray[np.int64]:
    index = sums.tables.index
    return (
        np.empty(0, np.int64) if index is None or not sums.embedding else index.nearest(sums.embedding, many, expansion)
    )


def _bounded(sums: Sums, kept: Bits, many: int, near: NDArray[np.int64]) -> Summed | None:
    high, known = -(1 << 62), None
    if len(kept) <= GATHERED:
        rows = kept.rows
        own = sums.known(rows)
    else:
        known = sums.known()
        places = np.arange(0, len(known), max(1, len(known) // SAMPLE))
        sample = known[places[kept.has(places)]]
        wanted = len(sample) * max(PROBED, many) // len(kept)
        if not 0 < wanted < len(sample):
            return None
        high = int(np.partition(sample, len(sample) - wanted)[len(sample) - wanted])
        rows = (Bits.from_least(known, high) & kept).rows
        own = known[rows]
    if len(rows) < many:
        return None
    # The highest of them tell what the last one offered is worth at least; that rules out others among them too.
    cut = max(0, len(own) - max(FIRST, many))
    order = np.argpartition(own, cut)
    probe, others = order[cut:], order[:cut]
    found = [_summed(sums, rows[probe])]
    scores = found[0][1]
    needed = int(np.partition(scores, len(scores) - many)[len(scores) - many]) - _ceiling(sums, near)
    found.append(_summed(sums, rows[others[own[others] >= needed]]))
    if known is not None and needed < high:
        rest = (Bits.where((known >= needed) & (known < high)) & kept).rows
        if len(rest) > MOST:
            needed = int(np.partition(known[rest], len(rest) - MOST)[len(rest) - MOST])
            rest = rest[known[rest] >= needed]
        found.append(_summed(sums, rest))
    # Below the bound, but the index had to be asked anyway, and a bound that was cut short gains by it.
    if known is not None:
        lowest = min(needed, int(own[probe].min()))
        found.append(_summed(sums, near[kept.has(near) & (known[near] < lowest)]))
    every, worth = zip(*found, strict=True)
    return np.concatenate(every), np.concatenate(worth)


def _ceiling(sums: Sums, near: NDArray[np.int64]) -> int:
    """Return the most that likeness and price fit can add to the sum of a product."""
    tables, most = sums.tables, 0
    if sums.embedding and len(near):
        vectors = tables.embeddings.take(near, axis=0)
        most += int(relevance.worth(tables.settings, vectors, sums.embedding)[1].max())
    if sums.needs.budget is not None:
        most += max(0, int(price.worth(tables.settings, np.array([tables.cheapest]), sums.needs.budget)[0]))
    return most
