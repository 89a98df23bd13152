"""Facts: what is refused, what wins, what fades, what has a date."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.profile.facts import Fact, belief, expires, from_dict, live, make_fact, profile_of
from makeup_ai.profile.fields import field_table
from makeup_ai.schema import Bought, Profile

NOW, DAY = 1_800_000_000.0, 86_400.0


def said(field, value, days_ago=0.0, **others):
    return make_fact(field, value, others.pop("source", "said"), NOW - days_ago * DAY, now=NOW, **others)


def test_every_field_of_a_profile_stands_in_the_table():
    assert set(field_table().fields) == set(Profile.__dataclass_fields__)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("skin_type", ""),
        ("skin_type", "  "),
        ("skin_type", None),
        ("skin_type", ["oily"]),
        ("allergies", "nu\x00ts"),
        ("allergies", "a\nb"),
        ("allergies", "\u202ename"),
        ("allergies", "\ud800"),
        ("allergies", "x" * 121),
        ("allergies", 3),
        ("budget", 0),
        ("budget", -1),
        ("budget", math.nan),
        ("budget", math.inf),
        ("budget", True),
        ("budget", "30"),
        ("tone", (60.0, 12.0)),
        ("tone", (101.0, 0.0, 0.0)),
        ("tone", (60.0, math.nan, 0.0)),
        ("tone", "abc"),
        ("age", 131),
        ("age", -1),
        ("age", 30.5),
        ("age", True),
        ("locale", "Germany"),
        ("locale", "D1"),
        ("locale", 49),
        ("habits", "flies"),
        ("habits", ["minimal_routine"]),
        ("history", "P1"),
        ("history", {"product_id": "P1", "rating": 6}),
        ("history", {"product_id": "", "rating": 5}),
        ("history", {"product_id": "P1", "price": 5}),
        ("colour", "red"),
    ],
)
def test_what_is_no_value_is_refused(field, value):
    with pytest.raises(ValueError, match="Expected"):
        said(field, value)


@pytest.mark.parametrize("time", [NOW + 3600, math.nan, math.inf, -1.0, "now", None, True])
def test_a_time_is_a_time_that_has_been(time):
    with pytest.raises(ValueError, match="time of a fact"):
        make_fact("skin_type", "oily", "said", time, now=NOW)


def test_a_source_tells_only_of_what_it_can_know():
    with pytest.raises(ValueError, match="source of allergies"):
        said("allergies", "nuts", source="photo")


def test_values_are_kept_in_their_own_form():
    assert said("locale", " de ").value == "DE"
    assert said("allergies", " walnut ").value == "walnut"
    assert said("tone", [60, 12, 10]).value == (60.0, 12.0, 10.0)
    assert said("history", {"product_id": "P1", "rating": 4}).value == Bought("P1", 4)


def test_the_latest_wins_and_lists_add_up():
    facts = [said("skin_type", "dry", 1), said("skin_type", "oily", 5), said("concerns", "acne", 3)]
    profile = profile_of([*facts, said("concerns", "redness", 2)], NOW)
    assert profile.skin_type == "dry"
    assert profile.concerns == ("acne", "redness")


def test_a_purchase_is_rated_later():
    facts = [
        said("history", {"product_id": "P1"}, 9, source="purchase"),
        said("history", {"product_id": "P1", "rating": 2}, 1, source="feedback"),
        said("history", {"product_id": "P2"}, 5, source="purchase"),
    ]
    assert profile_of(facts, NOW).history == (Bought("P2"), Bought("P1", 2))


def test_a_removal_takes_away_what_was_known_until_then_however_it_is_written():
    facts = [said("allergies", "Walnut", 5), said("allergies", "walnut", 3, removed=True)]
    assert profile_of(facts, NOW).allergies == ()
    assert profile_of([*facts, said("allergies", "ＷＡＬＮＵＴ", 1)], NOW).allergies == ("ＷＡＬＮＵＴ",)
    assert profile_of([said("skin_type", "dry", 5), said("skin_type", "dry", 1, removed=True)], NOW).skin_type is None


def test_a_concern_fades_and_an_allergy_does_not():
    assert belief(said("concerns", "acne", 180), NOW) == pytest.approx(0.5)
    assert profile_of([said("concerns", "acne", 359)], NOW).concerns == ("acne",)
    assert profile_of([said("concerns", "acne", 361)], NOW).concerns == ()
    assert profile_of([said("allergies", "walnut", 9_000)], NOW).allergies == ("walnut",)
    assert expires(said("allergies", "walnut")) is None


def test_what_a_photo_saw_fades_before_what_was_said():
    old = 300.0  # days: 0.7 * 0.5 ** (300 / 180) < 0.25 < 0.5 ** (300 / 180)
    assert profile_of([said("concerns", "acne", old, source="photo")], NOW).concerns == ()
    assert profile_of([said("concerns", "acne", old)], NOW).concerns == ("acne",)


def test_pregnancy_has_a_date_and_breastfeeding_another():
    assert expires(said("conditions", "pregnancy")) == NOW + 300 * DAY
    assert expires(said("conditions", "breastfeeding")) == NOW + 730 * DAY
    assert profile_of([said("conditions", "pregnancy", 301)], NOW).conditions == ()
    assert profile_of([said("conditions", "breastfeeding", 301)], NOW).conditions == ("breastfeeding",)


def test_a_tone_from_a_photo_ends_in_a_year():
    tone = said("tone", (60, 12, 10), 364, source="photo")
    assert profile_of([tone], NOW).tone == (60.0, 12.0, 10.0)
    assert profile_of([tone], NOW + 2 * DAY).tone is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["skin_type", "concerns", "allergies", "conditions"]),
            st.sampled_from(["a", "b", "c"]),
            st.floats(0, 2_000),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_no_order_of_recording_matters_where_times_differ(rows):
    facts = [said(field, value, days, removed=gone) for field, value, days, gone in rows]
    if len({fact.time for fact in facts}) == len(facts):
        assert profile_of(facts, NOW) == profile_of(facts[::-1], NOW)
    assert len({(fact.field, fact.key) for fact in live(facts, NOW)}) == len(live(facts, NOW))


@given(st.sampled_from([("tone", (1.0, 2.0, 3.0)), ("history", Bought("P", 3)), ("age", 30), ("budget", 2.5)]))
def test_a_fact_survives_its_json(pair):
    fact = Fact(pair[0], pair[1], "said", NOW)
    assert from_dict(fact.to_dict()) == fact
