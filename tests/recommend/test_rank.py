"""Ranking: sums worked by hand, and what must hold whatever the tables say."""

import copy
import json
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms import TERMS
from makeup_ai.vision.colour import ciede2000

UNIT = 10_000


def terms_of(recommendation):
    return {(t.name, t.evidence.get("need")): round(t.value * UNIT) for t in recommendation.terms}


def test_sum_worked_by_hand(tables):
    needs = Needs(needs=("skin_type:oily", "concern:oiliness", "ingredient:niacinamide"), budget=40.0)
    best = recommend(tables, needs, embedding=(0.6, 0.8)).recommendations[0]
    assert best.product_id == "c-serum"
    assert terms_of(best) == {
        ("suitability", "skin_type:oily"): 4000,  # 1.0 * 1.0 * 0.8 / 2 needs of the term
        ("suitability", "concern:oiliness"): 3000,  # 0.6 / 2
        ("preference", "ingredient:niacinamide"): 8000,  # weight 0.8, alone in its term
        ("relevance", None): 2100,  # 0.35 * 0.6
        ("price", None): 500,  # 0.1 * (40 - 20) / 40
    }
    assert best.score == 1.76
    assert best.reasons == (
        "contains niacinamide",
        "niacinamide → sebum control → oily skin",
        "niacinamide → sebum control → shine",
    )


def test_halves_are_rounded_up_and_what_speaks_against_is_a_negative_term(tables):
    needs = Needs(needs=("skin_type:oily", "concern:oiliness"))
    ranking = recommend(tables, needs)
    assert terms_of(ranking.explain("b-serum").recommendation) == {("suitability", "concern:oiliness"): 1001}  # 1000.5
    against = ranking.explain("a-serum").recommendation
    assert terms_of(against) == {("suitability", "skin_type:oily"): -1500}
    assert against.reasons == ()
    assert ranking.recommendations[-1].product_id == "a-serum"


def test_slot_weight_and_needs_that_no_table_lists(tables):
    ranking = recommend(tables, Needs(needs=("finish:matte", "finish:satin")))
    assert terms_of(ranking.recommendations[0]) == {("preference", "finish:matte"): 6400}  # 0.8 * 0.8 * 1.0 / 1


def test_cosine_opposite_to_the_question_adds_nothing(tables):
    ranking = recommend(tables, Needs(), embedding=(0.0, 1.0))
    assert terms_of(ranking.explain("d-base").recommendation) == {}
    assert terms_of(ranking.explain("a-serum").recommendation) == {("relevance", None): 3500}


def test_best_shade_is_offered_with_its_distance(tables):
    tone = (73.0, 12.0, 22.0)
    offered = recommend(tables, Needs(tone=tone)).recommendations[0]
    distance = float(ciede2000((74.0, 12.0, 22.0), tone))
    assert offered.product_id == "d-base"
    assert offered.shade.shade_id == "n2"
    assert round(offered.score * UNIT) == int(0.6 * (1 - distance / 12) * UNIT + 0.5)
    assert offered.reasons == (f"shade Sand is very close to your skin tone (ΔE {distance:.1f})",)


def test_shade_too_far_is_not_suggested(tables):
    assert all(r.shade is None for r in recommend(tables, Needs(tone=(20.0, 5.0, 5.0))).recommendations)


def test_ties_are_ordered_by_product_id(dicts):
    del dicts["ranking"]["diversity"]
    ids = [r.product_id for r in recommend(Tables.from_dicts(**dicts), Needs()).recommendations]
    assert ids == ["a-serum", "b-serum", "c-serum", "d-base", "e-lip"]


def test_reasons_in_chinese_have_no_english(tables):
    needs = Needs(needs=("skin_type:oily", "finish:matte", "ingredient:niacinamide"), tone=(73, 12, 22), budget=99.0)
    ranking = recommend(tables, needs, embedding=(0.6, 0.8), language="zh")
    words = " ".join(reason for r in ranking.recommendations for reason in r.reasons)
    assert "烟酰胺 → 控油 → 油性肌肤" in words
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(words.replace("ΔE", ""))


@pytest.mark.parametrize("embedding", [(1.0,), (float("nan"), 0.0), (float("inf"), 0.0)])
def test_embedding_that_does_not_fit_is_refused(tables, embedding):
    with pytest.raises(ValueError, match="embedding of 2 finite numbers"):
        recommend(tables, Needs(), embedding=embedding)


def test_explain_knows_position_mask_and_stranger(tables):
    ranking = recommend(tables, Needs(masks=("avoid:fragrance",), needs=("skin_type:oily",)))
    assert ranking.explain("c-serum").position == 1
    why_not = ranking.explain("a-serum")
    assert (why_not.position, why_not.place, why_not.would_be) == (None, None, 4)
    assert terms_of(why_not.recommendation) == {("suitability", "skin_type:oily"): -3000}
    assert [(m.kind, m.subject, m.node, m.printed) for m in why_not.masks] == [
        ("need", "avoid:fragrance", "ingredient:parfum", "Parfum")
    ]
    with pytest.raises(ValueError, match="catalogue"):
        ranking.explain("nobody")


def test_empty_catalogue_offers_nothing(dicts):
    dicts["catalogue"]["products"] = []
    dicts["needs"]["cells"], dicts["masks"]["masks"], dicts["shades"]["shades"] = [], {}, []
    dicts["embeddings"] = np.empty(0, np.int8)
    ranking = recommend(Tables.from_dicts(**dicts), Needs(masks=("avoid:fragrance",), budget=3.0), (0.6, 0.8))
    assert (ranking.recommendations, ranking.considered, ranking.masked.counts()) == ((), 0, {})


def test_top_must_be_above_zero(tables):
    assert len(recommend(tables, Needs(), top=2).recommendations) == 2
    with pytest.raises(ValueError, match="top=0"):
        recommend(tables, Needs(), top=0)


# --- what must always hold --------------------------------------------------------------------------------------------


@cache
def source():
    tiny = json.loads((Path(__file__).parent / "tiny.json").read_text("utf-8"))
    del tiny["knowledge"]
    tiny["embeddings"] = np.array(tiny["embeddings"], np.int8)
    return {**tiny, "ranking": packaged(), "phrases": json.loads(PHRASES.read_text("utf-8"))}


NEEDS = ("skin_type:oily", "concern:oiliness", "ingredient:niacinamide", "finish:matte", "skin_type:dry")
MASKS = ("avoid:fragrance", "avoid:niacinamide", "avoid:glycerin", "condition:pregnancy")
weight = st.floats(0, 5, allow_nan=False)
drawn_needs = st.builds(
    Needs,
    needs=st.lists(st.sampled_from(NEEDS), unique=True).map(tuple),
    masks=st.lists(st.sampled_from(MASKS), unique=True).map(tuple),
    budget=st.none() | st.floats(1, 100),
    tone=st.none() | st.tuples(st.floats(20, 95), st.floats(0, 30), st.floats(0, 40)),
)
drawn_weights = st.fixed_dictionaries(dict.fromkeys(packaged()["weights"], weight))
angle = st.floats(0, 6.28).map(lambda a: (float(np.cos(a)), float(np.sin(a))))


def weighted(weights):
    dicts = dict(source())
    dicts["ranking"] = {**dicts["ranking"], "weights": weights}
    return Tables.from_dicts(**dicts)


@settings(max_examples=60, deadline=None)
@given(drawn_weights, drawn_needs, angle)
def test_score_is_the_exact_sum_and_a_deleted_term_takes_its_value(weights, needs, embedding):
    ranking = recommend(weighted(weights), needs, embedding)
    for offered in ranking.recommendations:
        whole = [term.value * UNIT for term in offered.terms]
        assert all(abs(value - round(value)) < 1e-6 for value in whole)
        assert round(offered.score * UNIT) == sum(round(value) for value in whole)
    for deleted in TERMS:
        kept = dict(TERMS)
        del kept[deleted]
        original = dict(TERMS)
        try:
            TERMS.pop(deleted)
            without = recommend(ranking.tables, needs, embedding)
        finally:
            TERMS.clear()
            TERMS.update(original)
        names = {"cells": {"suitability", "preference"}}.get(deleted, {deleted})
        for offered in ranking.recommendations:
            loss = sum(round(t.value * UNIT) for t in offered.terms if t.name in names)
            row = ranking.tables.row_of[offered.product_id]
            assert int(ranking.scores[row] - without.scores[row]) == loss


@settings(max_examples=60, deadline=None)
@given(drawn_weights, drawn_needs, angle)
def test_no_weight_buys_a_masked_product_back(weights, needs, embedding):
    ranking = recommend(weighted(weights), needs, embedding, top=99)
    offered = {r.product_id for r in ranking.recommendations}
    products = {p["product_id"]: (row, p) for row, p in enumerate(source()["catalogue"]["products"])}
    for product_id, (row, product) in products.items():
        forbidden = (
            not product["in_stock"]
            or any(str(row) in source()["masks"]["masks"][need] for need in needs.masks)
            or (needs.budget is not None and product["price"] > needs.budget)
        )
        assert (product_id in offered) != forbidden
        assert bool(ranking.explain(product_id).masks) == forbidden
    assert sum(ranking.masked.counts().values()) + ranking.considered == len(products)


@settings(max_examples=40, deadline=None)
@given(drawn_needs, angle, st.randoms())
def test_order_of_needs_and_of_products_does_not_matter(needs, embedding, random):
    dicts = copy.deepcopy(source())
    rows = list(range(len(dicts["catalogue"]["products"])))
    random.shuffle(rows)  # the new row i is the old rows[i]
    new = {old: i for i, old in enumerate(rows)}
    dicts["catalogue"]["products"] = [dicts["catalogue"]["products"][old] for old in rows]
    dicts["embeddings"] = dicts["embeddings"][rows]
    dicts["needs"]["cells"] = [[n, new[row], v, p] for n, row, v, p in dicts["needs"]["cells"]]
    dicts["shades"]["shades"] = [{**shade, "row": new[shade["row"]]} for shade in dicts["shades"]["shades"]]
    dicts["masks"]["masks"] = {
        need: {str(new[int(row)]): why for row, why in hit.items()} for need, hit in dicts["masks"]["masks"].items()
    }
    shuffled = list(needs.needs)
    random.shuffle(shuffled)
    other = Needs(needs=tuple(shuffled), masks=needs.masks[::-1], budget=needs.budget, tone=needs.tone)
    first = recommend(Tables.from_dicts(**source()), needs, embedding)
    assert recommend(Tables.from_dicts(**dicts), other, embedding).recommendations == first.recommendations


def test_ten_thousand_products_are_ranked_in_milliseconds(dicts):
    rng, products, dim = np.random.default_rng(0), 10_000, 128
    template = dicts["catalogue"]["products"][0]
    dicts["catalogue"]["products"] = [
        {**template, "product_id": f"p{i:05}", "price": 1 + i % 90} for i in range(products)
    ]
    rows = rng.permutation(products)[:4000]
    dicts["needs"]["cells"] = [[need, int(row), int(row) % 10000, 0] for need in range(4) for row in rows]
    dicts["masks"]["masks"] = {
        "avoid:fragrance": {str(row): ["ingredient:parfum", "Parfum"] for row in range(0, products, 7)}
    }
    dicts["shades"]["shades"] = []
    dicts["embeddings"] = rng.integers(-127, 128, (products, dim)).astype(np.int8)
    tables = Tables.from_dicts(**dicts)
    query = rng.normal(size=dim)
    embedding = tuple(query / np.linalg.norm(query))
    needs = Needs(needs=NEEDS[:4], masks=("avoid:fragrance",), filters={"category": ("serum",)}, budget=60.0)
    first = recommend(tables, needs, embedding)
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        assert recommend(tables, needs, embedding).recommendations == first.recommendations
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.05  # a few milliseconds on an idle core
