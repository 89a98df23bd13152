"""The week: how often each product is used, on which nights, and from which week on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from makeup_ai.recommend.routine.fitting import NIGHTS, Solved
from makeup_ai.recommend.routine.pieces import OWNED, Piece
from makeup_ai.recommend.routine.table import DAYS


@dataclass(frozen=True, slots=True)
class Plan:
    """What the calendar says.

    Args:
        times: Row -> times a week in the end.
        stages: Row -> `(week, times a week)` of what is begun slowly.
        weeks: `(first week, rows of each of seven evenings)`; empty where every evening is the same.
    """

    times: Mapping[int, int]
    stages: Mapping[int, tuple[tuple[int, int], ...]]
    weeks: tuple[tuple[int, tuple[tuple[int, ...], ...]], ...]


def plan_weeks(pieces: Sequence[Piece], solved: Sequence[Solved], settle: int) -> Plan:
    """Spread the evenings over the week.

    What is new and strong is begun slowly, one product after the other; what a person owns is in use already.

    Args:
        pieces: In the order of use.
        solved: Meetings; those of alternate nights keep two rows from one evening.
        settle: Weeks between the beginnings of two slow starts.
    """
    apart = [{one.first, one.second} for one in solved if one.how == NIGHTS]
    begun = [piece for piece in pieces if piece.slow is not None and piece.origin != OWNED]
    stages: dict[int, tuple[tuple[int, int], ...]] = {}
    for place, piece in enumerate(sorted(begun, key=lambda p: (p.irritancy, p.place))):
        if piece.slow is not None:
            weekly = min(piece.weekly, DAYS)
            stages[piece.row] = tuple((week + place * settle, min(t, weekly)) for week, t in piece.slow[1])
    evening = [piece for piece in pieces if "pm" in piece.times]
    firsts = sorted({1, *(week for piece in evening for week, _ in stages.get(piece.row, ()))})
    weeks = []
    for first in firsts:
        wished = {piece.row: _wished(piece, stages.get(piece.row), first) for piece in evening}
        nights = _nights(wished, apart)
        weeks.append((first, tuple(tuple(p.row for p in evening if night in nights[p.row]) for night in range(DAYS))))
    last = weeks[-1][1] if weeks else ()
    times = {piece.row: sum(piece.row in night for night in last) if piece in evening else DAYS for piece in pieces}
    for piece in pieces:
        if piece not in evening:
            times[piece.row] = stages[piece.row][-1][1] if piece.row in stages else piece.weekly
    merged = [week for i, week in enumerate(weeks) if i == 0 or week[1] != weeks[i - 1][1]]
    plain = len(merged) == 1 and len(set(merged[0][1])) == 1
    return Plan(times, stages, () if plain else tuple(merged))


def _wished(piece: Piece, stages: tuple[tuple[int, int], ...] | None, week: int) -> int:
    if stages is None:
        return piece.weekly
    return next((times for first, times in reversed(stages) if first <= week), 0)


def _nights(wished: Mapping[int, int], apart: Sequence[set[int]]) -> dict[int, frozenset[int]]:
    """Give each row its nights: those wanted least choose first, and as far apart as they can."""
    nights: dict[int, frozenset[int]] = {}
    for row in sorted(wished, key=lambda row: (wished[row], list(wished).index(row))):
        others = {other for pair in apart if row in pair for other in pair if other != row}
        free = [n for n in range(DAYS) if not any(n in nights.get(other, ()) for other in others)]
        nights[row] = frozenset(_spread(free, wished[row]))
    return nights


def _spread(free: Sequence[int], times: int) -> list[int]:
    if times >= len(free):
        return list(free)
    return [free[(2 * i + 1) * len(free) // (2 * times)] for i in range(times)]
