"""What to ask: the missing need whose answer is expected to change the top products most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from makeup_ai.dialogue.rules import Asking
from makeup_ai.dialogue.state import State
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import Ranking, recommend
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Profile

Shown = Callable[[Ranking], Sequence[int]]
"""A ranking in, the rows that the conversation would show out."""
CATEGORY, BUDGET = "category", "budget"


@dataclass(frozen=True, slots=True)
class Expected:
    """A question and what its answer is worth.

    Args:
        slot: Asked for.
        change: Share of the top products (or of the better half, where few are offered), in [0, 1], that an answer is
            expected to replace.
        values: The likeliest answers, those of most products first.
    """

    slot: str
    change: float
    values: tuple[str, ...]


def best_question(
    tables: Tables,
    needs: Needs,
    embedding: tuple[float, ...],
    state: State,
    profile: Profile,
    rules: Asking,
    shown: Shown,
) -> Expected | None:
    """Choose what to ask, or nothing.

    For each need that is missing, the plausible answers are tried; each counts by the products that offer it. Nothing
    is asked twice, nor what the words, the profile or a photo told, nor more than `rules.most` questions, nor where
    the answer would change little.
    """
    if len(state.asked) >= rules.most:
        return None
    now = list(shown(recommend(tables, needs, embedding)))
    missing = [slot for slot in rules.slots if slot not in state.asked and not _known(slot, needs, profile)]
    expected = [_expected(slot, tables, needs, embedding, now, rules, shown) for slot in missing]
    worth = [one for one in expected if one is not None and one.change >= rules.least]
    return max(worth, key=lambda one: (one.change, -rules.slots.index(one.slot)), default=None)


def _known(slot: str, needs: Needs, profile: Profile) -> bool:
    if slot == BUDGET:
        return needs.budget is not None or profile.budget is not None
    own = {"skin_type": profile.skin_type, "concern": profile.concerns}.get(slot)
    return bool(own) or slot in needs.filters or any(need.startswith(f"{slot}:") for need in needs.needs)


def _expected(
    slot: str,
    tables: Tables,
    needs: Needs,
    embedding: tuple[float, ...],
    now: Sequence[int],
    rules: Asking,
    shown: Shown,
) -> Expected | None:
    if slot != BUDGET and slot not in tables.slots:
        return None
    answers = sorted(_answers(slot, tables, needs, now, rules), key=lambda answer: (-answer[2], answer[0]))
    answers = answers[: rules.values]
    total = sum(weight for _, _, weight in answers)
    if len(answers) < 2 or not total:
        return None
    depth = min(rules.top, (len(now) + 1) // 2)  # where few are offered, all are near the top
    top = set(now[:depth])
    change = 0.0
    for _, answered, weight in answers:
        then = list(shown(recommend(tables, answered, embedding)))[:depth]
        change += weight / total * (1 - len(top & set(then)) / max(len(top), len(then), 1))
    return Expected(slot, change, tuple(value for value, _, _ in answers))


def _answers(
    slot: str, tables: Tables, needs: Needs, now: Sequence[int], rules: Asking
) -> Iterator[tuple[str, Needs, float]]:
    """Give each plausible answer, the needs with it, and the products among those offered that it has."""
    offered = set(now)
    if slot == BUDGET:
        prices = tables.prices[list(now)] if now else np.empty(0)
        for share in rules.prices if prices.size else ():
            price = float(np.quantile(prices, share, method="nearest"))
            yield f"{price:g}", replace(needs, budget=price), 1.0
        return
    for value in tables.values.get(slot, {}):
        rows = tables.offering(slot).get(value.lower())
        count = 0 if rows is None else len(offered.intersection(rows.tolist()))
        if slot == CATEGORY:
            answered = replace(needs, filters={**needs.filters, slot: (value,)})
        else:
            answered = replace(needs, needs=(*needs.needs, f"{slot}:{value}"))
        if count:
            yield value, answered, float(count)
