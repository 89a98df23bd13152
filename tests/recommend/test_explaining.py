"""Explanations: every term is worth what it is said to be worth, and what is masked is told as it would have been."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.reasons import explained, reason

UNIT = 10_000
NEEDS = ("skin_type:oily", "concern:oiliness", "ingredient:niacinamide", "finish:matte", "skin_type:dry")
MASKS = ("avoid:fragrance", "avoid:niacinamide", "avoid:glycerin", "condition:pregnancy")


drawn = st.builds(
    Needs,
    needs=st.lists(st.sampled_from(NEEDS), unique=True).map(tuple),
    masks=st.lists(st.sampled_from(MASKS), unique=True, max_size=2).map(tuple),
    budget=st.none() | st.floats(1, 100),
    tone=st.none() | st.tuples(st.floats(20, 95), st.floats(0, 30), st.floats(0, 40)),
)
angle = st.floats(0, 6.28).map(lambda a: (float(np.cos(a)), float(np.sin(a))))


def by_hand(ranking, taken=None):
    """Order what is offered by sums added up from each product's own terms, leaving one kind of term out."""
    totals = {}
    for row in ranking.order.tolist():
        terms = ranking.recommendation(row).terms
        kept = [t for t in terms if taken is None or (t.name, t.evidence.get("need")) != taken]
        totals[row] = sum(round(t.value * UNIT) for t in kept)
    ids = ranking.tables.products
    return sorted(totals, key=lambda row: (-totals[row], ids[row].product_id)), totals


@settings(max_examples=60, deadline=None)
@given(drawn, angle)
def test_a_term_taken_away_costs_its_value_and_the_places_foretold(shelf, needs, embedding):
    ranking = recommend(shelf, needs, embedding)
    for product in shelf.products:
        explanation = ranking.explain(product.product_id)
        row, score = shelf.row_of[product.product_id], round(explanation.recommendation.score * UNIT)
        assert sum(round(part.term.value * UNIT) for part in explanation.parts) == score
        for part in explanation.parts:
            without = ranking.without(product.product_id, part.term)
            assert int(without.scores[row]) == score - round(part.term.value * UNIT)
            assert without.position(row) == part.position_without
            if not explanation.masks:
                order, totals = by_hand(ranking, (part.term.name, part.term.evidence.get("need")))
                assert order.index(row) + 1 == part.position_without
                assert totals[row] == int(without.scores[row])


@settings(max_examples=60, deadline=None)
@given(drawn, angle)
def test_what_is_lacking_adds_up_to_the_difference_from_the_last_one_shown(shelf, needs, embedding):
    ranking = recommend(shelf, needs, embedding, top=2)
    for product in shelf.products:
        explanation = ranking.explain(product.product_id)
        if explanation.beside is None:
            assert explanation.place is not None or not ranking.recommendations
            assert explanation.gaps == ()
            continue
        other = next(r for r in ranking.recommendations if r.product_id == explanation.beside)
        assert other == ranking.recommendations[-1]
        difference = round(other.score * UNIT) - round(explanation.recommendation.score * UNIT)
        assert sum(round(gap.difference * UNIT) for gap in explanation.gaps) == difference


def test_a_masked_product_is_told_with_its_masks_and_the_sum_it_would_have_had(tables):
    ranking = recommend(tables, Needs(needs=("ingredient:niacinamide",), masks=("avoid:niacinamide",)))
    explanation = ranking.explain("c-serum")
    assert (explanation.position, explanation.place, explanation.would_be) == (None, None, 1)
    assert [mask.subject for mask in explanation.masks] == ["avoid:niacinamide"]
    assert explanation.recommendation.score == 0.8
    words = explained(tables, explanation, ranking.considered, "en")
    assert words[0] == (
        "Clear Serum is not offered: it contains Niacinamide (niacinamide). Its sum would have been 0.8000, "
        "number 1 beside 4 offered."
    )
    assert words[1] == "+0.8000 Your taste: contains niacinamide (without it: number 3)"


def test_why_not_is_told_by_what_the_last_one_shown_has(tables):
    needs = Needs(needs=("skin_type:oily", "concern:oiliness"), sources={"skin_type:oily": ("profile",)})
    ranking = recommend(tables, needs, top=1)
    explanation = ranking.explain("a-serum")
    assert (explanation.position, explanation.place, explanation.beside) == (5, None, "c-serum")
    assert [(gap.name, gap.difference) for gap in explanation.gaps] == [("suitability", 0.55), ("suitability", 0.3)]
    words = explained(tables, explanation, ranking.considered, "en")
    assert words[-1] == (
        "Beside Clear Serum, the last one shown, it lacks: 0.5500 of Suits your skin (niacinamide → sebum control → "
        "oily skin (your profile says so)); 0.3000 of Suits your skin (niacinamide → sebum control → shine)."
    )
    assert explained(tables, ranking.explain("e-lip"), 5, "en")[1] == "Nothing speaks for it or against it."


@pytest.mark.parametrize(
    ("source", "en", "zh"),
    [
        ("words", "(you asked)", "（你提到的）"),
        ("profile", "(your profile says so)", "（你的档案里写的）"),
        ("photo", "(seen in your photo)", "（从你的照片看到的）"),
    ],
)
def test_a_reason_says_who_asked_for_it(tables, source, en, zh):
    sources = {"skin_type:oily": (source,), "budget": (source,), "tone": (source,)}
    needs = Needs(needs=("skin_type:oily",), budget=40.0, tone=(74.0, 12.0, 22.0), sources=sources)
    for language, ending in (("en", en), ("zh", zh)):
        ranking = recommend(tables, needs, language=language)
        for product_id, kinds in {"c-serum": {"path", "price"}, "d-base": {"shade", "price"}}.items():
            terms = ranking.explain(product_id).recommendation.terms
            assert {term.evidence["kind"] for term in terms} == kinds
            product = tables.products[tables.row_of[product_id]]
            for term in terms:
                assert term.evidence["sources"] == (source,)
                assert reason(tables, product, term, language).endswith(ending)


def test_without_refuses_what_is_no_term_of_the_product(tables):
    ranking = recommend(tables, Needs(needs=("skin_type:oily",)))
    (term,) = ranking.explain("c-serum").recommendation.terms
    assert ranking.without("c-serum", term).considered == ranking.considered
    for product_id in ("e-lip", "nobody"):
        with pytest.raises(ValueError, match="term of a product"):
            ranking.without(product_id, term)
