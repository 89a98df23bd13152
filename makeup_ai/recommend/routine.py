"""A routine: the best product for each step, in order, whose ingredients go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.pairs import clash
from makeup_ai.recommend.rank import Ranking
from makeup_ai.schema import Recommendation


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a routine.

    Args:
        category: What it is.
        when: `"am"`, `"pm"` or both.
        recommendation: The product for it, or `None` where nothing suitable is left.
    """

    category: str
    when: tuple[str, ...]
    recommendation: Recommendation | None


def routine(ranking: Ranking, needs: Needs, knowledge: Mapping[str, Any]) -> tuple[Step, ...]:
    """Fill the steps in the order of `knowledge["steps"]`.

    The steps are the categories asked for, else those of the settings. Each takes the best product that does not clash
    with one already taken for the same time of day.
    """
    steps, tables = knowledge["steps"], ranking.tables
    wanted = needs.filters.get("category") or tables.settings.routine
    taken: list[tuple[set[str], int]] = []
    filled = []
    for category in sorted((c for c in wanted if c in steps), key=lambda c: (steps[c]["order"], c)):
        when = set(steps[category]["when"])
        for row in ranking.best(category):
            beside = [tables.ingredients_of[other] for times, other in taken if times & when]
            if not any(clash(knowledge, tables.ingredients_of[row], ingredients) for ingredients in beside):
                taken.append((when, row))
                filled.append(Step(category, tuple(steps[category]["when"]), ranking.recommendation(row)))
                break
        else:
            filled.append(Step(category, tuple(steps[category]["when"]), None))
    return tuple(filled)
