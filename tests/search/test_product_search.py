"""Search: needs reach products through the graph, words add to it, and masks hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.recommend.needs import Needs


@pytest.fixture(scope="module")
def search(assistant, answering):
    def one(text: str, top: int = 10):
        text, language, _, needs = assistant._read(text, None)
        return answering.search(text, language, needs, (), top)

    return one


def test_a_need_finds_products_through_the_graph(search, assistant):
    found = search("for oily skin")
    assert found.needs.needs == ("skin_type:oily",)
    assert any("→" in reason for one in found.products for reason in one.why), "a path through an ingredient is shown"
    column = assistant.tables.cells.columns["skin_type:oily"]
    worth = dict(zip(column.rows.tolist(), column.values.tolist(), strict=True))
    assert all(worth[assistant.tables.row_of[one.product.product_id]] > 0 for one in found.products)


def test_words_find_a_product_by_its_name_in_both_languages(search):
    assert search("Mugwort First Calm Toner").products[0].product.product_id == "SOR-TON-001"
    assert search("艾草初静爽肤水").products[0].product.product_id == "SOR-TON-001"


def test_an_ingredient_that_is_to_be_avoided_is_no_wish(search, assistant):
    found = search("serum for oily skin without fragrance")
    assert "ingredient:parfum" not in found.needs.needs
    assert found.needs.filters == {"category": ("serum",)}
    scented = set(assistant.tables.masked_rows["avoid:fragrance"].tolist())
    rows = {assistant.tables.row_of[one.product.product_id] for one in found.products}
    assert rows and not rows & scented


def test_nothing_is_found_for_nonsense(search):
    assert search("quarterly tax report spreadsheet").products == ()
    assert search("").products == ()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_words_bring_back_what_is_masked(answering, data):
    tables = answering.tables
    masks = data.draw(st.lists(st.sampled_from(sorted(tables.masks)), min_size=1, max_size=4, unique=True))
    budget = data.draw(st.none() | st.floats(1, 120))
    masked = sorted({row for mask in masks for row in tables.masked_rows[mask].tolist()})
    row = data.draw(st.sampled_from(masked))
    words = f"{tables.products[row].name['en']} {' '.join(tables.products[row].ingredients)}"
    found = answering.search(words, "en", Needs(masks=tuple(masks), budget=budget), (), 300)
    for one in found.products:
        product = tables.products[tables.row_of[one.product.product_id]]
        assert tables.row_of[product.product_id] not in masked
        assert product.in_stock and (budget is None or product.price <= budget)


def test_results_are_in_the_order_of_their_scores(search):
    scores = [one.score for one in search("hydrating cream for dry skin", 50).products]
    assert len(scores) > 5 and scores == sorted(scores, reverse=True)
