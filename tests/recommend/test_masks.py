"""Masks: every reason is kept, each product is counted once, and nothing unknown is ignored."""

import random
import time

import pytest

from makeup_ai.errors import BundleError
from makeup_ai.knowledge import Knowledge, Linker
from makeup_ai.recommend.masks import masked
from makeup_ai.recommend.needs import Needs, gather
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.reasons import why_not
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Intent, Profile, Understanding


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


@pytest.mark.parametrize(
    "text", ["Ｒｉｃｉｎｕｓ", "rícinus", "ricinus-communis", "RICINUSCOMMUNIS", "ricinus\u200bcommunis"]
)
def test_an_unknown_allergen_is_found_however_it_is_typed(tables, text):
    (mask,) = masked(tables, Needs(unknown_avoid=(text,))).of("e-lip")
    assert mask.printed == "Ricinus Communis Seed Oil"


@pytest.mark.parametrize(("printed", "text"), [("罗勒叶油", "羅勒"), ("羅勒葉油", "罗勒"), ("Açaí Pulp", "acai")])
def test_either_side_may_write_traditional_characters_or_accents(dicts, printed, text):
    dicts["catalogue"]["products"][0]["ingredients"].append(printed)
    (mask,) = masked(Tables.from_dicts(**dicts), Needs(unknown_avoid=(text,))).of("c-serum")
    assert (mask.kind, mask.printed) == ("text", printed)


def test_signs_alone_hide_nothing(tables):
    assert masked(tables, Needs(unknown_avoid=("--", "!?", "。"))).counts() == {("stock", ""): 1}


@pytest.mark.parametrize(
    ("age", "hidden"),
    [(None, {"a-serum"}), (12, {"a-serum", "b-serum"}), (16, {"a-serum"}), (18, set()), (70, set())],
)
def test_age_hides_what_is_for_someone_older_and_no_age_what_is_for_adults(dicts, age, hidden):
    limits = {"a-serum": 18, "b-serum": 16}
    for product in dicts["catalogue"]["products"]:
        product["min_age"] = limits.get(product["product_id"])
    tables = Tables.from_dicts(**dicts)
    out = masked(tables, Needs(age=age))
    found = {p.product_id for p in tables.products for mask in out.of(p.product_id) if mask.kind == "age"}
    assert found == hidden
    if "a-serum" in hidden:
        words = why_not(tables, out.of("a-serum")[0], "en")
        assert words == "it is meant for ages 18 and over" + (", and I do not know your age" if age is None else "")


def test_place_hides_what_is_sold_elsewhere_only_where_it_is_known(dicts):
    dicts["catalogue"]["products"][0]["locales"] = ["de", "CN"]
    tables = Tables.from_dicts(**dicts)
    for locale, hidden in (("DE", False), ("cn ", False), ("US", True), (None, False)):
        assert [m.kind for m in masked(tables, Needs(locale=locale)).of("c-serum")] == ["locale"] * hidden
    assert why_not(tables, masked(tables, Needs(locale="US")).of("c-serum")[0], "zh") == "在你所在的地区没有销售"


def clashing(dicts, kind="avoid_together"):
    dicts["clashes"] = {
        "schema": 1,
        "holds": {"retinol": {"1": "Retinol"}, "glycerin": {"0": "Glycerin", "2": "Glycerin"}},
        "pairs": [["glycerin", "retinol", kind]],
    }
    return Tables.from_dicts(**dicts)


def test_what_must_not_stand_beside_a_product_in_use_is_hidden_both_ways(dicts):
    tables = clashing(dicts)
    out = masked(tables, Needs(owned=("a-serum",)))
    assert {p.product_id for p in tables.products if out.hidden[tables.row_of[p.product_id]]} == {
        *("a-serum", "b-serum", "c-serum"),
        "f-serum",
    }
    (mask,) = out.of("c-serum")
    assert (mask.kind, mask.subject, mask.node, mask.printed, mask.beside) == (
        *("conflict", "a-serum", "ingredient:glycerin", "Glycerin"),
        "ingredient:retinol",
    )
    words = why_not(tables, mask, "en")
    assert words == "its Glycerin should not be used together with retinol in your Night Serum"
    other_way = masked(tables, Needs(owned=("c-serum",)))
    assert [m.kind for m in other_way.of("a-serum")] == ["conflict"]
    assert [m.kind for m in other_way.of("b-serum")] == []


def test_what_asks_for_another_evening_only_hides_nothing(dicts):
    assert masked(clashing(dicts, "alternate"), Needs(owned=("a-serum",))).of("c-serum") == ()


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": 2, "holds": {}, "pairs": []},
        {"schema": 1, "holds": {"retinol": {"9": "Retinol"}}, "pairs": []},
        {"schema": 1, "holds": {"retinol": {"x": "Retinol"}}, "pairs": []},
        {"schema": 1, "holds": {}, "pairs": [["a", "b", "avoid_together"]]},
        {"schema": 1, "holds": {"a": {}, "b": {}}, "pairs": [["a", "b", "fine"]]},
        {"schema": 1, "pairs": []},
    ],
)
def test_a_broken_table_of_clashes_is_refused_by_name(dicts, broken):
    with pytest.raises(BundleError, match=r"clashes\.json"):
        Tables.from_dicts(**dicts, clashes=broken)


def test_every_kind_of_mask_has_its_words_in_both_languages(tables):
    for kind in ("need", "text", "stock", "owned", "price", "locale", "age", "age_unknown", "conflict", "filter"):
        assert f"mask.{kind}" in tables.phrases


def test_ten_thousand_allergies_of_a_profile_are_read_in_a_second(tables):
    dice = random.Random(0)
    names = ["".join(dice.choices("abcdefghijklmnop rstuvwxyz", k=dice.randint(4, 30))) for _ in range(9_900)]
    names += [f"羅勒{i}" for i in range(99)] + ["Niacinimide"]
    linker, understood = Linker(Knowledge.load()), Understanding("en", Intent("recommend", 1.0), ())
    linker.resolve_avoid("something")
    start = time.process_time()
    needs = gather(understood, Profile(allergies=names), None, None, tables, resolve_avoid=linker.resolve_avoid)
    ranking = recommend(tables, needs)
    assert time.process_time() - start < 1
    assert "avoid:niacinamide" in needs.masks
    assert "c-serum" not in {r.product_id for r in ranking.recommendations}
