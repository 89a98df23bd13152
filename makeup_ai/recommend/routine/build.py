"""Building a routine: what is owned and picked first, the gaps chosen together, then the week."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import Ranking
from makeup_ai.recommend.reasons import why_not
from makeup_ai.recommend.routine.choosing import choose, gaps
from makeup_ai.recommend.routine.fitting import Draft, Solved, fit
from makeup_ai.recommend.routine.pieces import OWNED, PICKED, Piece, Pieces
from makeup_ai.recommend.routine.table import RoutineTable
from makeup_ai.recommend.routine.week import Plan, plan_weeks
from makeup_ai.schema.planned import Meeting, Missing, PlannedStep, Routine, SetAside, SlowStart, Week

HARMFUL = ("need", "text")
"""Kinds of masks that keep even an owned product out of a routine."""


def build_routine(
    ranking: Ranking,
    needs: Needs,
    knowledge: Mapping[str, Any],
    table: RoutineTable,
    *,
    picked: Iterable[str] = (),
    without: Collection[str] = (),
    total: float | None = None,
) -> Routine:
    """Plan mornings and evenings.

    What the person owns takes its steps first, then what they picked; only steps that stay empty are filled from the
    ranking, all together. The steps are the categories asked for, else those of the person's habits; a product that
    makes skin sensitive to light brings sunscreen with it.

    Args:
        ranking: Of the needs.
        needs: With what is owned, and the habits.
        knowledge: The table `knowledge.json`.
        table: How routines are made.
        picked: Product ids that the person wants in it and is going to buy.
        without: Categories that are not wanted.
        total: The most that all that is to be bought may cost, in the catalogue's currency.

    Raises:
        ValueError: The total is not above zero.
    """
    if total is not None and not total > 0:
        raise ValueError(f"Expected a total budget above zero, or None. Received: total={total!r}")
    pieces = Pieces(ranking.tables, knowledge, table)
    start, aside, refused = _take(ranking, needs, pieces, tuple(picked))
    asked = needs.filters.get("category") or table.plan(needs.habits)
    wanted = [category for category in dict.fromkeys(asked) if pieces.has_step(category) and category not in without]
    draft = _fill(start, wanted, ranking, pieces, total)
    if any(piece.sun for piece in draft.pieces) and pieces.has_step(table.sun) and table.sun not in wanted:
        draft = _fill(start, [*wanted, table.sun], ranking, pieces, total)
    return _write(draft, aside, refused, ranking, pieces, total)


def _take(
    ranking: Ranking, needs: Needs, pieces: Pieces, picked: Sequence[str]
) -> tuple[Draft, list[SetAside], list[Solved]]:
    """Put in what is owned and picked; what was put in earlier stays."""
    draft, aside, refused = Draft(), [], []
    origins = dict.fromkeys(needs.owned, OWNED) | {i: PICKED for i in picked if i not in needs.owned}
    for product_id, origin in origins.items():
        row = ranking.tables.row_of.get(product_id)
        if row is None:
            continue  # of another shop, or no longer sold
        masks = [mask for mask in ranking.masked.of(product_id) if mask.kind in HARMFUL]
        if masks:
            aside.append(SetAside(product_id, "masked", why_not(ranking.tables, masks[0], ranking.language)))
        elif not pieces.has_step(ranking.tables.products[row].category):
            aside.append(SetAside(product_id, "no_step"))
        else:
            fitted, against = fit(draft, replace(pieces.of(row), origin=origin), pieces)
            if fitted is not None:
                cost = 0.0 if origin == OWNED else float(ranking.tables.prices[row])
                draft = replace(fitted, cost=round(draft.cost + cost, 2))
            elif against is not None:
                aside.append(SetAside(product_id, "clash"))
                refused.append(against)
    return draft, aside, refused


def _fill(start: Draft, wanted: Sequence[str], ranking: Ranking, pieces: Pieces, total: float | None) -> Draft:
    filled = {piece.category for piece in start.pieces}
    empty = sorted((c for c in dict.fromkeys(wanted) if c not in filled), key=lambda c: (pieces.order(c), c))
    return choose(start, gaps(ranking, empty, pieces), ranking, pieces, total)


def _write(
    draft: Draft, aside: list[SetAside], refused: list[Solved], ranking: Ranking, pieces: Pieces, total: float | None
) -> Routine:
    tables, language = ranking.tables, ranking.language
    ordered = sorted(draft.pieces, key=lambda piece: piece.place)
    plan = plan_weeks(ordered, draft.solved, pieces.table.settle_weeks)
    id_of = {piece.row: tables.products[piece.row].product_id for piece in ordered}
    bought = [piece for piece in ordered if piece.origin != OWNED]
    sun = {care["id"]: str(care["text"].get(language, "")) for piece in ordered for care in piece.sun}
    return Routine(
        steps=tuple(_step(piece, plan, ranking, pieces) for piece in ordered),
        meetings=tuple(_meeting(one, ranking) for one in (*refused, *draft.solved)),
        set_aside=tuple(aside),
        missing=tuple(Missing(category, because) for category, because in draft.empty),
        weeks=tuple(_week(first, nights, id_of) for first, nights in plan.weeks),
        to_buy=tuple(id_of[piece.row] for piece in bought),
        total=draft.cost,
        currency=tables.products[ordered[0].row].currency if ordered else "",
        budget=total,
        sun=tuple(dict.fromkeys(sun.values())),
        value=draft.value / UNIT,
    )


def _week(first: int, nights: Sequence[Sequence[int]], id_of: Mapping[int, str]) -> Week:
    return Week(first, tuple(tuple(id_of[row] for row in night) for night in nights))


def _step(piece: Piece, plan: Plan, ranking: Ranking, pieces: Pieces) -> PlannedStep:
    slow = None
    if piece.row in plan.stages and piece.slow is not None:
        care = piece.slow[0]
        text = str(care["text"].get(ranking.language, ""))
        slow = SlowStart(care["id"], text, str(care.get("source", "")), plan.stages[piece.row])
    return PlannedStep(
        category=piece.category,
        phase=pieces.table.phases[piece.place[0]],
        when=tuple(when for when in ("am", "pm") if when in piece.times),
        product=ranking.recommendation(piece.row),
        origin=piece.origin,
        times=plan.times[piece.row],
        slow_start=slow,
    )


def _meeting(solved: Solved, ranking: Ranking) -> Meeting:
    products = ranking.tables.products
    ids = (products[solved.first].product_id, products[solved.second].product_id)
    why = str(solved.rule.get("why", {}).get(ranking.language, ""))
    return Meeting(ids, str(solved.rule["kind"]), why, str(solved.rule.get("source", "")), solved.how)
