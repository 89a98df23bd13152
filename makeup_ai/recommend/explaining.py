"""Why a product stands where it stands, or why it is not offered: its whole sum, and what each term of it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.masks import Mask
from makeup_ai.recommend.reasons import reason
from makeup_ai.schema import Recommendation, Term

if TYPE_CHECKING:
    from makeup_ai.recommend.rank import Ranking


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a sum.

    Args:
        term: With its evidence.
        reason: It, in words.
        position_without: Where the product would stand if the term were taken away from every product, from 1.
    """

    term: Term
    reason: str
    position_without: int


@dataclass(frozen=True, slots=True)
class Gap:
    """One term in which two products differ.

    Args:
        name: Of the term.
        difference: What the other has and this one has not; below zero where this one has more.
        reason: The larger of the two, in words.
    """

    name: str
    difference: float
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a product stands where it stands.

    Args:
        product_id: In the catalogue.
        position: By its sum, from 1 among all products offered; `None` where it is masked.
        would_be: The same, or the position that a masked product would have had.
        place: In the list shown, from 1; `None` where it is not in it.
        recommendation: Its whole sum; of a masked product, what it would have been.
        masks: Every reason why it is not offered; empty where it is.
        parts: The terms of the sum, largest first.
        held_back_by: Id of the product above that it is much like, where that cost it its place; else `None`.
        beside: Id of the last product shown, where this one is not shown; else `None`.
        gaps: The terms in which that one differs, what is lacked most first; they add up to the difference of scores.
    """

    product_id: str
    position: int | None
    would_be: int
    place: int | None
    recommendation: Recommendation
    masks: tuple[Mask, ...]
    parts: tuple[Part, ...]
    held_back_by: str | None
    beside: str | None
    gaps: tuple[Gap, ...]


def explain(ranking: Ranking, product_id: str) -> Explanation:
    """Give everything that a ranking says of one product.

    Raises:
        ValueError: The product is not in the catalogue.
    """
    tables = ranking.tables
    row = tables.row_of.get(product_id)
    if row is None:
        raise ValueError(f"Expected the id of a product in the catalogue. Received: product_id={product_id!r}")
    masks, shown = ranking.masked.of(product_id), ranking.spread.rows
    would_be, held_back = ranking.position(row), ranking.spread.held_back.get(row)
    last = None if row in shown or not shown else shown[-1]
    return Explanation(
        product_id=product_id,
        position=None if masks else would_be,
        would_be=would_be,
        place=shown.index(row) + 1 if row in shown else None,
        recommendation=ranking.recommendation(row),
        masks=masks,
        parts=tuple(_parts(ranking, row)),
        held_back_by=None if held_back is None else tables.products[held_back.row].product_id,
        beside=None if last is None else tables.products[last].product_id,
        gaps=() if last is None else tuple(sorted(_gaps(ranking, row, last), key=lambda gap: -gap.difference)),
    )


def _parts(ranking: Ranking, row: int) -> Iterator[Part]:
    product = ranking.tables.products[row]
    for summand in sorted(ranking.summands, key=lambda summand: -int(summand.values[row])):
        term = ranking.term(summand, row)
        if term is not None:
            words = reason(ranking.tables, product, term, ranking.language)
            yield Part(term, words, ranking.position(row, ranking.scores - summand.values))


def _gaps(ranking: Ranking, row: int, other: int) -> Iterator[Gap]:
    for summand in ranking.summands:
        difference = int(summand.values[other]) - int(summand.values[row])
        if difference:
            # What is larger says more; where the larger is nothing at all, the other is below it and speaks.
            first, second = (other, row) if difference > 0 else (row, other)
            teller = first if summand.values[first] else second
            term = ranking.term(summand, teller)
            if term is not None:
                words = reason(ranking.tables, ranking.tables.products[teller], term, ranking.language)
                yield Gap(summand.name, difference / UNIT, words)
