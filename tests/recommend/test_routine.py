"""Routines: what is owned first, the gaps chosen together, nothing that clashes, and a week that says so."""

import copy
import itertools
import json
import random

import pytest

from makeup_ai.errors import BundleError
from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.pairs import clash, pair
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.routine import RoutineTable, build_routine
from makeup_ai.recommend.routine.table import packaged
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import to_dict

ACTIVES = {"retinol": ("retinoid", 2), "glycolic": ("aha", 2), "vitamin_c": ("", 2), "milk": ("aha", 1)}
CARES = [
    {"id": "retinoid_slow", "about": ["retinoid"], "kind": "slow_start"},
    {"id": "aha_slow", "about": ["aha"], "kind": "slow_start"},
    {"id": "retinoid_evening", "about": ["retinoid"], "kind": "evening"},
    {"id": "aha_evening", "about": ["aha"], "kind": "evening"},
    {"id": "retinoid_sun", "about": ["retinoid"], "kind": "sun_protection"},
]
CONFLICTS = [
    ("retinoid", "aha", "alternate"),
    ("retinoid", "vitamin_c", "alternate"),
    ("peroxide", "quinone", "avoid_together"),
]
STEPS = {
    "makeup_remover": (1, "pm", 0.35), "cleanser": (2, "am pm", 0.35), "exfoliant": (3, "pm", 1.0),
    "toner": (5, "am pm", 1.0), "serum": (7, "am pm", 1.0), "moisturizer": (10, "am pm", 1.0),
    "face_oil": (11, "pm", 1.0), "sunscreen": (13, "am", 1.0), "foundation": (15, "am", 1.0),
}  # fmt: skip


@pytest.fixture
def plan(dicts):
    """A shelf in, a routine out: rows of (id, category, price, score, ingredients)."""

    def plan(shelf, needs=None, table=None, ban=(), **options):
        tables = copy.deepcopy(dicts)
        row = tables["catalogue"]["products"][0]
        names = {i for *_, ingredients in shelf for i in ingredients}
        tables["catalogue"]["products"] = [
            {**row, "product_id": i, "name": {"en": i, "zh": i}, "category": category, "price": price, "shades": [],
             "ingredients": list(ingredients) or ["Aqua"], "attributes": {}, "in_stock": True}
            for i, category, price, _, ingredients in shelf
        ]  # fmt: skip
        paths = [{"kind": "declared", "nodes": ["skin_type:oily"]}]
        cells = [[0, at, score, 0] for at, (*_, score, _) in enumerate(shelf)]
        tables["needs"] = {"schema": 1, "needs": ["skin_type:oily"], "cells": cells, "paths": paths}
        masks = {
            f"avoid:{n}": {str(at): [f"ingredient:{n}", n] for at, p in enumerate(shelf) if n in p[4]} for n in names
        }
        tables["masks"] = {"schema": 1, "masks": masks}
        tables["names"] |= {f"ingredient:{n}": {"en": n, "zh": n} for n in names}
        tables["shades"]["shades"] = []
        tables["embeddings"] = tables["embeddings"][:1].repeat(len(shelf), axis=0)
        read = Tables.from_dicts(**tables)
        why = {"en": "They do not agree.", "zh": "两者不合。"}
        knowledge = {
            "ingredients": {n: {"groups": [g] if g else [], "irritancy": i} for n, (g, i) in ACTIVES.items()},
            "conflicts": [{"a": a, "b": b, "kind": kind, "why": why, "source": "made up"} for a, b, kind in CONFLICTS],
            "cares": [{**care, "text": why, "source": "made up"} for care in CARES],
            "steps": {c: {"order": o, "when": w.split(), "contact": x} for c, (o, w, x) in STEPS.items()},
        }
        table = RoutineTable.from_dict({**packaged(), "mornings": ["vitamin_c"], **(table or {})})
        needs = Needs(**{"needs": ("skin_type:oily",), "masks": ban, **(needs or {})})
        return build_routine(recommend(read, needs), needs, knowledge, table, **options)

    return plan


SHELF = [
    ("wash", "cleanser", 10, 5000, ()),
    ("tonic", "toner", 12, 3000, ()),
    ("drops", "serum", 20, 6000, ()),
    ("cream", "moisturizer", 15, 5000, ()),
    ("shield", "sunscreen", 18, 4000, ()),
]  # fmt: skip


def ids(steps):
    return [step.product.product_id for step in steps]


def test_mornings_and_evenings_are_in_order_with_sunscreen_last_and_make_up_after(plan):
    base = ("base", "foundation", 25, 1000, ())
    routine = plan([*SHELF, base], needs={"owned": ("base",)})
    assert ids(routine.sitting("am")) == ["wash", "tonic", "drops", "cream", "shield", "base"]
    assert ids(routine.sitting("pm")) == ["wash", "tonic", "drops", "cream"]
    assert routine.to_buy == ("wash", "tonic", "drops", "cream", "shield")
    assert (routine.total, routine.currency, routine.weeks) == (75.0, "USD", ())


def test_oil_comes_after_water_within_a_phase(plan):
    oily = ("oily", "serum", 10, 9000, ("Squalane",))
    routine = plan([oily, ("light", "serum", 10, 1000, ())], needs={"owned": ("oily", "light")})
    assert ids(routine.sitting("pm"))[:2] == ["light", "oily"]


def test_habits_choose_the_steps(plan):
    shelf = [*SHELF, ("balm", "makeup_remover", 9, 100, ())]
    assert ids(plan(shelf, {"habits": ("minimal_routine",)}).steps) == ["wash", "cream", "shield"]
    routine = plan(shelf, {"habits": ("wears_makeup",)})
    assert ids(routine.sitting("pm"))[0] == "balm" and "balm" not in ids(routine.sitting("am"))


def test_what_is_owned_takes_its_step_and_costs_nothing(plan):
    routine = plan([*SHELF, ("mine", "serum", 99, 0, ())], needs={"owned": ("mine", "gone")})
    step = routine.by_id["mine"]
    assert step.origin == "owned" and "drops" not in routine.by_id and routine.total == 55.0


def test_an_owned_product_that_clashes_or_is_masked_is_set_aside_with_the_reason(plan):
    shelf = [
        *SHELF,
        ("gel", "serum", 9, 0, ("peroxide",)),
        ("fade", "toner", 9, 0, ("quinone",)),
        ("nut", "serum", 9, 0, ("nut",)),
    ]
    routine = plan(shelf, needs={"owned": ("gel", "fade", "nut")}, ban=("avoid:nut",))
    assert [(one.product_id, one.because) for one in routine.set_aside] == [("fade", "clash"), ("nut", "masked")]
    assert "nut" in routine.set_aside[1].detail
    (meeting,) = routine.meetings
    assert (meeting.products, meeting.solved) == (("gel", "fade"), "set_aside")
    assert "tonic" in routine.by_id  # its step is a gap now


def test_what_must_alternate_keeps_different_evenings(plan):
    shelf = [*SHELF, ("night", "serum", 9, 0, ("retinol",)), ("peel", "exfoliant", 9, 0, ("glycolic",))]
    routine = plan(shelf, needs={"owned": ("night", "peel")})
    assert [(m.products, m.solved) for m in routine.meetings] == [(("night", "peel"), "alternate_nights")]
    (week,) = routine.weeks
    assert not any({"night", "peel"} <= set(night) for night in week.nights)
    assert sum("peel" in night for night in week.nights) == 2
    assert all("cream" in night for night in week.nights)
    assert routine.by_id["night"].when == ("pm",)


def test_vitamin_c_goes_to_the_morning_beside_a_retinoid(plan):
    shelf = [*SHELF, ("c", "serum", 9, 0, ("vitamin_c",)), ("a", "serum", 9, 0, ("retinol",))]
    routine = plan(shelf, needs={"owned": ("c", "a")})
    assert routine.by_id["c"].when == ("am",) and routine.by_id["a"].when == ("pm",)
    assert [meeting.solved for meeting in routine.meetings] == ["split_day"]


def test_what_is_strong_and_new_is_begun_slowly_one_after_the_other(plan):
    shelf = [*SHELF[:2], ("a", "serum", 9, 9000, ("retinol",)), *SHELF[3:], ("mild", "exfoliant", 9, 900, ("milk",))]
    wanted = {"filters": {"category": ("serum", "exfoliant", "sunscreen")}}
    routine = plan(shelf, wanted)
    stages = {i: step.slow_start and step.slow_start.stages for i, step in routine.by_id.items()}
    assert stages["mild"] == ((1, 2), (4, 2))  # mild: its first stage is left out; an exfoliant is used twice at most
    assert stages["a"] == ((5, 2), (7, 3), (9, 4), (13, 6))
    first, *_, last = routine.weeks
    assert first.first == 1 and not any("a" in night for night in first.nights)
    assert sum("a" in night for night in last.nights) == 5  # six are wished, the exfoliant has two
    assert plan(shelf, {**wanted, "owned": ("a",)}).by_id["a"].slow_start is None


def test_a_retinoid_brings_sunscreen_even_where_it_was_not_asked_for(plan):
    shelf = [("a", "serum", 9, 9000, ("retinol",)), SHELF[4]]
    routine = plan(shelf, {"filters": {"category": ("serum",)}})
    assert ids(routine.steps) == ["a", "shield"] and routine.sun == ("They do not agree.",)
    alone = plan(shelf[:1], {"filters": {"category": ("serum",)}})
    assert [(m.category, m.because) for m in alone.missing] == [("sunscreen", "none")]
    assert ids(plan([SHELF[2], SHELF[4]], {"filters": {"category": ("serum",)}}).steps) == ["drops"]


def test_the_steps_of_every_sitting_are_not_filled_with_what_cannot_be_used_every_day(plan):
    shelf = [*SHELF, ("strong", "moisturizer", 9, 9000, ("retinol",))]
    assert "strong" not in plan(shelf).by_id


def test_products_are_chosen_together_and_not_one_after_the_other(plan):
    """The best toner forbids every serum; the sum is greater with the second best."""
    table = {"steps": {**packaged()["steps"], "toner": {"phase": "tone", "daily": True}}}
    shelf = [
        ("greedy", "toner", 9, 4000, ("peroxide",)),
        ("meek", "toner", 9, 3000, ()),
        ("s", "serum", 9, 9000, ("quinone",)),
    ]
    routine = plan(shelf, {"filters": {"category": ("toner", "serum")}}, table)
    assert ids(routine.steps) == ["meek", "s"] and not routine.missing


def test_a_total_budget_is_kept_and_the_worthier_steps_are_filled_first(plan):
    routine = plan(SHELF, total=45.0)
    assert set(routine.to_buy) == {"wash", "cream", "shield"} and routine.total == 43.0
    assert {(m.category, m.because) for m in routine.missing} == {("toner", "total"), ("serum", "total")}
    cheap = [*SHELF, ("thrift", "serum", 1, 10, ())]
    assert "thrift" in plan(cheap, total=56.0).by_id and "drops" in plan(cheap, total=75.0).by_id
    with pytest.raises(ValueError, match="above zero"):
        plan(SHELF, total=0.0)


def test_the_beam_finds_what_trying_everything_finds(plan):
    rng = random.Random(5)
    names = ["peroxide", "quinone", "retinol", "glycolic", "vitamin_c", ""]
    for trial in range(12):
        shelf = [
            (f"{c}{i}", c, rng.randint(5, 30), rng.randint(0, 9999), tuple({rng.choice(names)} - {""}))
            for c in ("toner", "serum", "exfoliant", "moisturizer")
            for i in range(4)
        ]
        wanted = {"filters": {"category": ("toner", "serum", "exfoliant", "moisturizer")}}
        total = rng.choice([None, 45.0, 70.0])
        routine = plan(shelf, wanted, {"sun": "sunscreen"}, total=total)
        best = routine.value
        by_step = [[None, *(p for p in shelf if p[1] == c)] for c in wanted["filters"]["category"]]
        for chosen in itertools.product(*by_step):
            taken = [p[0] for p in chosen if p]
            if total is not None and sum(p[2] for p in chosen if p) > total:
                continue
            if any(
                p[1] == "moisturizer" and p[4] and p[4][0] in ("retinol", "glycolic", "vitamin_c") for p in chosen if p
            ):
                continue
            forced = plan([p for p in chosen if p], wanted, total=total) if taken else None
            if forced is not None and set(taken) == set(forced.by_id):
                assert forced.value <= best + 1e-9, (trial, taken, ids(routine.steps))


def test_nothing_that_must_never_meet_meets(plan):
    rng = random.Random(1)
    for _ in range(20):
        shelf = [
            (f"p{i}", rng.choice(list(STEPS)), rng.randint(5, 30), rng.randint(0, 9999),
             tuple({rng.choice(["peroxide", "quinone", "retinol", "glycolic", "vitamin_c"])}))
            for i in range(14)
        ]  # fmt: skip
        routine = plan(shelf, needs={"owned": ("p0", "p1", "p2")})
        content = {p[0]: p[4][0] for p in shelf}
        for a, b in itertools.combinations(routine.steps, 2):
            pair_ = {content[a.product.product_id], content[b.product.product_id]}
            assert pair_ != {"peroxide", "quinone"}
        for week in routine.weeks:
            for night in week.nights:
                left_on = {content[i] for i in night if STEPS[routine.by_id[i].category][2] >= 0.5}
                assert not {"retinol", "glycolic"} <= left_on
        json.dumps(to_dict(routine))


def test_values_are_exact_and_orders_do_not_depend_on_the_shelf(plan):
    routine, other = plan(SHELF), plan(list(reversed(SHELF)))
    assert ids(routine.steps) == ids(other.steps) and routine.value == other.value
    scores = sum(round(step.product.score * UNIT) for step in routine.steps)
    assert round(routine.value * UNIT) == scores + int((3 + 1 + 2 + 3 + 4) * UNIT)


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": 2},
        {"phases": []},
        {"plans": {}},
        {"sun": "umbrella"},
        {"beam": 0},
        {"habits": {"lazy": {"plan": "none"}}},
        {"slow_start": {"x": [[2, 1]]}},
        {"oil_base": "("},
        {"worth": -1},
    ],
)
def test_a_table_that_does_not_fit_is_refused(broken):
    with pytest.raises(BundleError, match=r"routine\.json"):
        RoutineTable.from_dict({**packaged(), **broken})


def test_a_rule_about_a_group_clashes_the_other_way_round(knowledge):
    assert clash(knowledge, ["glycerin"], ["retinol", "aqua"])
    assert clash(knowledge, ["retinol"], ["glycerin"])
    assert not clash(knowledge, ["niacinamide"], ["glycerin"])


def test_a_nearer_rule_overrules_one_about_a_group_or_family(knowledge):
    assert not clash(knowledge, ["retinol"], ["niacinamide"])  # "fine" by name, "alternate" by group
    assert clash(knowledge, ["retinoid"], ["niacinamide"])
    knowledge["ingredients"]["retinal"] = {"groups": ["retinoid"], "family": "retinol"}
    assert pair(knowledge, "retinal", "niacinamide")["kind"] == "fine"  # family before group
