"""Choosing for all steps together: a beam over the best products of each, under one budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.rank import Ranking
from makeup_ai.recommend.routine.fitting import NIGHTS, Draft, fit
from makeup_ai.recommend.routine.pieces import Pieces

NONE, CLASH, TOTAL = "none", "clash", "total"
"""Why a step stays empty."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A step to be filled: its category, and the rows looked at, best first."""

    category: str
    rows: tuple[int, ...]


def gaps(ranking: Ranking, categories: Sequence[str], pieces: Pieces) -> list[Gap]:
    """Find the candidates of each step: the best, and the cheapest of those that may be offered, for a small purse.

    For a step of every sitting only products count that can be used at each of its times, and every day.
    """
    found = []
    for category in categories:
        rows = ranking.best(category) or _filtered_out(ranking, category)
        if pieces.table.steps[category].daily:
            rows = tuple(row for row in rows if pieces.of(row).whole and pieces.of(row).slow is None)
        best = rows[: pieces.table.candidates]
        cheapest = sorted(rows, key=lambda row: (ranking.tables.prices[row], rows.index(row)))[:1]
        found.append(Gap(category, tuple(dict.fromkeys((*best, *cheapest)))))
    return found


def _filtered_out(ranking: Ranking, category: str) -> tuple[int, ...]:
    """Rows that only the filters hide, best first: for a step not asked for, as sunscreen beside a retinoid."""
    tables = ranking.tables
    rows = [row for row in ranking.masked.only("filter").tolist() if tables.products[row].category == category]
    return tuple(sorted(rows, key=lambda row: (-int(ranking.scores[row]), int(tables.id_order[row]))))


def choose(start: Draft, steps: Sequence[Gap], ranking: Ranking, pieces: Pieces, budget: float | None) -> Draft:
    """Fill the steps so that nothing clashes, the budget holds, and the sum is the greatest that the beam finds.

    The sum is that of the scores and of what filling each step is worth, less what alternating takes. Beside the best
    unfinished routines the cheapest are kept, so that a budget is not met by empty steps alone.
    """
    drafts = [start]
    for gap in steps:
        grown = [draft for old in drafts for draft in _grow(old, gap, ranking, pieces, budget)]
        drafts = _prune(grown, ranking, pieces.table.beam)
    return min(drafts, key=lambda draft: _standing(draft, ranking))


def _grow(old: Draft, gap: Gap, ranking: Ranking, pieces: Pieces, budget: float | None) -> list[Draft]:
    grown, why = [], [NONE]  # why the step would stay empty
    worth = int(pieces.table.steps[gap.category].worth * UNIT)
    for row in gap.rows:
        cost = round(old.cost + float(ranking.tables.prices[row]), 2)
        if budget is not None and cost > budget:
            why.append(TOTAL)
            continue
        draft, _ = fit(old, pieces.of(row), pieces)
        if draft is None:
            why.append(CLASH)
            continue
        parted = sum(solved.how == NIGHTS for solved in draft.solved[len(old.solved) :])
        value = old.value + worth + int(ranking.scores[row]) - parted * int(pieces.table.alternating * UNIT)
        grown.append(replace(draft, value=value, cost=cost))
        why.append(CLASH if budget is None else TOTAL)  # left empty for the sake of a later step
    because = max(why, key=(NONE, CLASH, TOTAL).index)
    return [*grown, replace(old, empty=(*old.empty, (gap.category, because)))]


def _prune(drafts: list[Draft], ranking: Ranking, beam: int) -> list[Draft]:
    best = sorted(drafts, key=lambda draft: _standing(draft, ranking))[:beam]
    cheap = sorted(drafts, key=lambda draft: (len(draft.empty), draft.cost, _standing(draft, ranking)))[: beam // 2]
    kept = {id(draft): draft for draft in (*best, *cheap)}
    return list(kept.values())


def _standing(draft: Draft, ranking: Ranking) -> tuple[int, float, tuple[int, ...]]:
    ids = tuple(int(ranking.tables.id_order[piece.row]) for piece in draft.pieces)
    return (-draft.value, draft.cost, ids)
