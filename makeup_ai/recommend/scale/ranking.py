"""Ranking a large catalogue: the same sums, order and words, of fewer products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.bits import Bits
from makeup_ai.recommend.diversity import HeldBack, Spread
from makeup_ai.recommend.masks import Masked, masked
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import Ranking, ranked
from makeup_ai.recommend.scale.candidates import candidates
from makeup_ai.recommend.scale.sums import BY_ROW, Sums, first, sliced
from makeup_ai.recommend.scale.take import take
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms import TERMS


class LargeRanking(Ranking):
    """A ranking whose whole order, scores and summands are worked out when they are asked for.

    What was offered stands; the whole is exact, and the two agree wherever the candidates held the best.
    """

    def __getattr__(self, name: str) -> Any:
        """Work out the whole ranking, once, for the fields that hold it."""
        if name not in ("order", "scores", "summands"):
            raise AttributeError(name)
        whole = self.__dict__["_whole"]()
        for field in ("order", "scores", "summands"):
            object.__setattr__(self, field, getattr(whole, field))
        return self.__dict__[name]


def rank_large(
    tables: Tables,
    needs: Needs,
    embedding: tuple[float, ...],
    language: str,
    top: int,
    whole: Callable[[Masked], Ranking],
) -> Ranking:
    """Rank for a person's needs without summing every product.

    Args:
        tables: Of a large catalogue.
        needs: From `gather`.
        embedding: Of the question, or empty.
        language: Of names and reasons.
        top: How many to offer.
        whole: Ranks all products, for those who ask for the whole order.

    Raises:
        ValueError: The embedding does not fit the tables'.
    """
    out = masked(tables, needs)
    sums = Sums(tables, needs, embedding)
    kept = ~out.hides
    offered = len(kept)
    many = min(offered, top * max(1, tables.settings.diversity.reach))
    rows, _ = best(sums, kept, many)
    few = take(tables, rows)
    summands = tuple(s for name in TERMS if name in BY_ROW for s in TERMS[name](few, needs, embedding))
    ranking = ranked(few, needs, Masked.none(few), summands + sliced(sums.others, rows), language, top)
    found = LargeRanking.__new__(LargeRanking)
    spread = ranking.spread
    facts = {
        "recommendations": ranking.recommendations,
        "masked": out,
        "considered": offered,
        "tables": tables,
        "language": language,
        "needs": needs,
        "spread": Spread(
            tuple(int(rows[place]) for place in spread.rows),
            {int(rows[p]): HeldBack(int(rows[held.row]), held.by) for p, held in spread.held_back.items()},
        ),
        "_whole": lambda: whole(out),
    }
    found.__dict__.update(facts)
    return found


def best(sums: Sums, kept: Bits, many: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the best rows of those kept, with their scores, best first."""
    return first(*candidates(sums, kept, many), many, sums.tables.id_order)
