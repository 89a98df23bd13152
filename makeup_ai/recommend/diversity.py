"""Spreading near-duplicates over the list that is shown: places change, sums never do.

Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998), with the score in place of relevance: each place goes to
the product whose score, less `weight` times its likeness to the most alike product above it, is highest.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heapreplace

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.tables import Tables


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What held a product back.

    Args:
        row: Of the product above that it is most like.
        by: How much, in ten-thousandths of a point.
    """

    row: int
    by: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A list to show.

    Args:
        rows: In the order shown.
        held_back: Row -> what held it back, of the products that stand lower than their sum, or no longer in the list.
    """

    rows: tuple[int, ...]
    held_back: dict[int, HeldBack]


def spread(tables: Tables, order: NDArray[np.int64], scores: NDArray[np.int64], top: int) -> Spread:
    """Choose and order what is shown of a ranking.

    The first by the sum is always first. A product is held against those above it only when it would be next: what it
    was held back by before can only have grown, so whoever is still ahead after that is next indeed.

    Args:
        tables: Whose settings say how much likeness counts.
        order: `(considered,)` rows, best first.
        scores: `(products,)` int64 ten-thousandths.
        top: How many to show, above zero.
    """
    settings = tables.settings.diversity
    looked_at = order[: top * settings.reach].tolist()
    if not settings.weight or len(looked_at) < 2:
        return Spread(tuple(looked_at[:top]), {})
    cost = tables.likeness.cost
    waiting = [(-score, place) for place, score in enumerate(scores[looked_at].tolist())]  # sorted: a heap
    by, above, seen = ([0] * len(waiting) for _ in range(3))
    shown: list[int] = []  # places in the order
    while waiting and len(shown) < top:
        ahead, place = waiting[0]
        if seen[place] == len(shown):
            heappop(waiting)
            shown.append(place)
            continue
        before, row = by[place], looked_at[place]
        for other in shown[seen[place] :]:
            if (found := cost(row, looked_at[other])) > by[place]:
                by[place], above[place] = found, other
        seen[place] = len(shown)
        heapreplace(waiting, (ahead + by[place] - before, place))
    places = {place: i for i, place in enumerate(shown)}
    lower = [place for place in range(len(looked_at)) if by[place] and places.get(place, top) > place]
    held_back = {looked_at[place]: HeldBack(looked_at[above[place]], by[place]) for place in lower}
    return Spread(tuple(looked_at[place] for place in shown), held_back)
