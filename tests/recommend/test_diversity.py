"""Spreading: places change as maximal marginal relevance says, sums never do, and money buys nothing."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.errors import BundleError
from makeup_ai.recommend.diversity import spread
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.reasons import explained
from makeup_ai.recommend.tables import Tables

drawn = st.builds(
    Needs,
    needs=st.lists(st.sampled_from(("skin_type:oily", "concern:oiliness", "finish:matte")), unique=True).map(tuple),
    budget=st.none() | st.floats(1, 100),
)


def stock(dicts, products, weight=0.1):
    """A catalogue of (id, brand, line, category, ingredients, points) and nothing else."""
    template = dicts["catalogue"]["products"][0]
    dicts["catalogue"]["products"] = [
        {**template, "product_id": id_, "brand": brand, "line": line, "category": category, "ingredients": inside}
        for id_, brand, line, category, inside, _ in products
    ]
    dicts["needs"] |= {"cells": [[0, row, p[-1], 0] for row, p in enumerate(products)]}
    dicts["masks"]["masks"], dicts["shades"]["shades"], dicts["embeddings"] = {}, [], dicts["embeddings"][:0]
    dicts["ranking"] = copy.deepcopy(dicts["ranking"])
    dicts["ranking"]["diversity"]["weight"] = weight
    return Tables.from_dicts(**dicts)


TWINS = [
    ("twin-1", "Aura", "Dew", "serum", ["Aqua", "Niacinamide"], 9000),
    ("twin-2", "Aura", "Dew", "serum", ["Niacinamide", "AQUA"], 8900),
    ("other", "Belle", "", "toner", ["Glycerin"], 8000),
    ("far", "Belle", "", "toner", ["Retinol"], 7000),
]


def shown(tables, top=None):
    ranking = recommend(tables, Needs(needs=("skin_type:oily",)), top=top)
    return [r.product_id for r in ranking.recommendations], ranking


def test_twins_are_spread_if_likeness_costs_more_than_the_gap(dicts):
    ids, ranking = shown(stock(dicts, TWINS))
    assert ids == ["twin-1", "other", "twin-2", "far"]  # 0.89 - 0.1 < 0.80, and 0.79 > 0.70 - what Belle costs
    assert [r.score for r in ranking.recommendations] == [0.9, 0.8, 0.89, 0.7]
    explanation = ranking.explain("twin-2")
    assert (explanation.position, explanation.place, explanation.held_back_by) == (2, 3, "twin-1")
    assert "shown as number 3, as it is much like" in explained(ranking.tables, explanation, 4, "en")[1]
    assert ranking.explain("other").held_back_by is None


def test_the_order_of_the_sum_stays_where_the_gap_is_wide_or_nothing_is_to_be_spread(dicts):
    assert shown(stock(copy.deepcopy(dicts), TWINS, weight=0.05))[0] == ["twin-1", "twin-2", "other", "far"]
    assert shown(stock(copy.deepcopy(dicts), TWINS, weight=0.0))[0] == ["twin-1", "twin-2", "other", "far"]
    del dicts["ranking"]["diversity"]
    assert Tables.from_dicts(**dicts).settings.diversity.weight == 0


def test_a_twin_may_lose_its_place_in_a_short_list_and_is_told_so(dicts):
    ids, ranking = shown(stock(dicts, TWINS), top=2)
    assert ids == ["twin-1", "other"]
    explanation = ranking.explain("twin-2")
    assert (explanation.position, explanation.place, explanation.held_back_by) == (2, None, "twin-1")
    assert "not in the list, as it is much like" in explained(ranking.tables, explanation, 4, "en")[1]


def test_likeness_is_what_it_is_made_of(dicts):
    cost = stock(dicts, TWINS).likeness.cost
    assert cost(0, 1) == cost(1, 0) == 1000  # all that there is
    assert cost(0, 2) == 0
    assert cost(2, 3) == 350  # brand and category; an empty line is no line


def slow(tables, order, scores, top):
    """Maximal marginal relevance as the paper has it, every pair at every step."""
    left, taken = order[: top * tables.settings.diversity.reach].tolist(), []
    while left and len(taken) < top:
        value = {row: scores[row] - max((tables.likeness.cost(row, t) for t in taken), default=0) for row in left}
        best = max(left, key=lambda row: value[row])  # the first of equals
        left.remove(best)
        taken.append(best)
    return taken


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 2)] * 4, st.integers(0, 20)), min_size=1, max_size=14), st.integers(1, 6))
def test_the_quick_way_is_the_papers(shelf, rows, top):
    template = shelf.products[0]
    products = tuple(
        replace(
            template, product_id=f"p{i:02}", brand="ABC"[b], line=["", "x", "y"][k], category="stu"[c],
            ingredients=("Aqua", "Glycerin", "Retinol")[: n + 1],
        )
        for i, (b, k, c, n, _) in enumerate(rows)
    )  # fmt: skip
    tables = replace(shelf, products=products)
    scores = np.array([points * 40 for *_, points in rows], np.int64)
    order = np.lexsort((np.arange(len(rows)), -scores))
    assert list(spread(tables, order, scores, top).rows) == slow(tables, order, scores, top)


@settings(max_examples=40, deadline=None)
@given(drawn, st.sets(st.integers(0, 5)))
def test_what_is_paid_for_is_marked_and_wins_nothing(shelf, needs, paid):
    products = tuple(replace(p, sponsored=i in paid) for i, p in enumerate(shelf.products))
    plain, marked = recommend(shelf, needs), recommend(replace(shelf, products=products), needs)
    assert [replace(r, sponsored=False) for r in marked.recommendations] == list(plain.recommendations)
    expected = {products[i].product_id for i in paid}
    assert {r.product_id for r in marked.recommendations if r.sponsored} == expected & {
        r.product_id for r in plain.recommendations
    }


@pytest.mark.parametrize(("key", "value"), [("weight", -1), ("brand", 1.5), ("reach", 0), ("line", None)])
def test_settings_that_cannot_be_are_refused(dicts, key, value):
    dicts["ranking"]["diversity"][key] = value
    with pytest.raises(BundleError, match=f"diversity.{key}"):
        Tables.from_dicts(**dicts)
