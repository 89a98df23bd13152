"""Putting one more product into a routine: at its own times, at other times, on other nights, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from makeup_ai.recommend.pairs import CLASHES
from makeup_ai.recommend.routine.pieces import Piece, Pieces, Row

SPLIT, NIGHTS, SET_ASIDE = "split_day", "alternate_nights", "set_aside"
"""How a meeting was solved."""
NEVER = CLASHES[0]
"""The kind of rule that no other time of day solves."""
EVENING = frozenset({"pm"})


@dataclass(frozen=True, slots=True)
class Solved:
    """A meeting of two rows, the rule against it, and how it was solved."""

    first: int
    second: int
    rule: Row
    how: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A routine in the making.

    Args:
        pieces: In the order in which they were put in.
        solved: Meetings that were solved.
        value: Ten-thousandths.
        cost: Price of what is to be bought.
        empty: Categories left empty, each with the reason.
    """

    pieces: tuple[Piece, ...] = ()
    solved: tuple[Solved, ...] = ()
    value: int = 0
    cost: float = 0.0
    empty: tuple[tuple[str, str], ...] = ()


def fit(draft: Draft, new: Piece, pieces: Pieces) -> tuple[Draft | None, Solved | None]:
    """Put a piece in.

    Two that must alternate are parted by day: the one that can goes to the other time, or both keep the evening on
    different nights. A piece for every sitting gives way to none.

    Returns:
        The draft with the piece, and `None`; or `None`, and the meeting that kept the piece out.
    """
    kept, solved = list(draft.pieces), list(draft.solved)
    for at, old in enumerate(kept):
        rule = pieces.meeting(old.row, new.row)
        if rule is None:
            continue
        parted = None if rule["kind"] == NEVER else _part(old, new)
        if parted is None:
            return None, Solved(old.row, new.row, rule, SET_ASIDE)
        how, kept[at], new = parted
        if how:
            solved.append(Solved(old.row, new.row, rule, how))
    return replace(draft, pieces=(*kept, new), solved=tuple(solved)), None


def _part(old: Piece, new: Piece) -> tuple[str, Piece, Piece] | None:
    shared = old.times & new.times
    if not shared:
        return (SPLIT if not (old.whole and new.whole) else "", old, new)
    free_old, free_new = not old.daily, not new.daily
    if old.times == new.times and len(shared) > 1 and free_old and free_new:
        old_later = old.irritancy >= new.irritancy  # what is stronger is for the evening
        times = (EVENING, old.times - EVENING)
        return SPLIT, _at(old, times[not old_later]), _at(new, times[old_later])
    if new.times - shared and free_new:
        return SPLIT, old, _at(new, new.times - shared)
    if old.times - shared and free_old:
        return SPLIT, _at(old, old.times - shared), new
    if shared == EVENING and free_old and free_new:
        return NIGHTS, old, new
    return None


def _at(piece: Piece, times: frozenset[str]) -> Piece:
    return replace(piece, times=times, whole=False)
