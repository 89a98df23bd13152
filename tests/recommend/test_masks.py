"""Masks: every reason is kept, each product is counted once, and nothing unknown is ignored."""

import time

import pytest

from makeup_ai.recommend.masks import masked
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.reasons import why_not


def offered(tables, **needs):
    return {r.product_id for r in recommend(tables, Needs(**needs)).recommendations}


def test_values_of_a_filter_are_alternatives_and_filters_add_up(tables):
    assert offered(tables, filters={"category": ("serum", "lipstick")}) == {"a-serum", "b-serum", "c-serum", "e-lip"}
    assert offered(tables, filters={"category": ("serum", "lipstick"), "brand": ("AURA",)}) == {
        "b-serum",
        "c-serum",
        "e-lip",
    }
    assert offered(tables, filters={"category": ("eyeliner",)}) == set()


def test_price_at_the_budget_is_within_it(tables):
    assert "c-serum" in offered(tables, budget=20.0)
    assert "c-serum" not in offered(tables, budget=19.99)


def test_what_is_owned_is_not_offered_and_strangers_are_ignored(tables):
    assert "c-serum" not in offered(tables, owned=("c-serum", "from elsewhere"))


@pytest.mark.parametrize("text", ["ricinus", "RICINUS communis", "  Ricinus  "])
def test_unknown_allergen_is_looked_for_in_the_printed_names(tables, text):
    out = masked(tables, Needs(unknown_avoid=(text,)))
    (mask,) = out.of("e-lip")
    assert (mask.kind, mask.subject, mask.printed) == ("text", text.strip().lower(), "Ricinus Communis Seed Oil")
    assert out.of("c-serum") == ()


def test_blank_and_absent_unknown_allergens_hide_nothing(tables):
    assert masked(tables, Needs(unknown_avoid=("", "  ", "蜂毒", "aqua\nretinol"))).counts() == {("stock", ""): 1}


def test_each_product_is_counted_once_and_keeps_every_reason(tables):
    needs = Needs(masks=("avoid:fragrance", "condition:pregnancy"), budget=20.0, filters={"category": ("serum",)})
    out = masked(tables, needs)
    assert out.counts() == {("filter", "category"): 2, ("stock", ""): 1, ("need", "avoid:fragrance"): 1}
    assert [mask.kind for mask in out.of("a-serum")] == ["need", "need", "price"]
    assert [why_not(tables, mask, "en") for mask in out.of("a-serum")] == [
        "it contains Parfum (fragrance)",
        "it contains Retinol (pregnancy)",
        "it costs more than your budget",
    ]
    assert why_not(tables, out.of("e-lip")[0], "zh") == "不是你要找的品类"
    assert list(masked(tables, Needs(budget=20.0)).only("price")) == [1, 3]


def test_ten_thousand_allergies(tables):
    unknown = tuple(f"allergen number {i}" for i in range(10_000))
    needs = Needs(masks=(*(f"avoid:x{i}" for i in range(10_000)), "avoid:retinol"), unknown_avoid=unknown)
    start = time.perf_counter()
    ranking = recommend(tables, needs)
    assert time.perf_counter() - start < 2
    assert "a-serum" not in {r.product_id for r in ranking.recommendations}
    assert ranking.considered == 4
