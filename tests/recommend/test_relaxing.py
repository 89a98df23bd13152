"""Where nothing fits: the smallest change that would help, and never one that could harm."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.recommend.masks import masked
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.relaxing import can_give, relaxation
from makeup_ai.recommend.tables import Tables

MASKS = ("avoid:fragrance", "avoid:niacinamide", "avoid:glycerin", "condition:pregnancy")


def given_up(tables, **needs):
    found = relaxation(masked(tables, Needs(**needs)))
    return found and (tables.products[found.row].product_id, [(r.kind, r.subject) for r in found.rules])


def test_a_higher_budget_or_another_brand_may_give(tables):
    assert given_up(tables, budget=5.0) == ("b-serum", [("price", "")])
    assert given_up(tables, filters={"brand": ("nobody",)}, budget=5.0) == (
        "b-serum",
        [("filter", "brand"), ("price", "")],
    )


def test_an_age_that_is_not_known_may_be_told(dicts):
    for product in dicts["catalogue"]["products"]:
        product["min_age"] = 18
    tables = Tables.from_dicts(**dicts)
    assert given_up(tables) == ("b-serum", [("age", "unknown")])
    assert given_up(tables, age=12) is None


def test_what_protects_never_gives_and_another_kind_is_no_help(tables):
    assert given_up(tables, masks=("avoid:fragrance",), filters={"category": ("lipstick",)}) is None
    assert given_up(tables, unknown_avoid=("i",), budget=1.0) is None
    assert given_up(tables, owned=("a-serum", "b-serum", "c-serum", "d-base", "e-lip")) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(MASKS), unique=True).map(tuple),
    st.none() | st.floats(1, 40),
    st.sampled_from([{}, {"brand": ("Aura",)}, {"brand": ("Belle",), "finish": ("matte",)}, {"category": ("serum",)}]),
)
def test_no_smaller_set_of_rules_would_do(shelf, masks, budget, filters):
    out = masked(shelf, Needs(masks=masks, budget=budget, filters=filters))
    found = relaxation(out)
    may = [rule for rule in out.rules if can_give(rule)]
    least = None
    for size in range(1, len(may) + 1):
        for dropped in combinations(range(len(may)), size):
            gone = [may[i] for i in dropped]
            hidden = {row for rule in out.rules if rule not in gone for row in rule.rows.tolist()}
            if {row for rule in gone for row in rule.rows.tolist()} - hidden:
                least = least or size
    assert (None if found is None else len(found.rules)) == least
