"""The policy: every cell of fields x consumers x purposes, consent, and what is withheld."""

from __future__ import annotations

import itertools

import pytest

from makeup_ai.profile.consent import EVERY, Decision, Purpose, stands
from makeup_ai.profile.facts import make_fact
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.policy import policy
from makeup_ai.schema import Profile

NOW = 1_800_000_000.0
VALUES = {
    "skin_type": "oily",
    "concerns": "acne",
    "allergies": "walnut",
    "conditions": "pregnancy",
    "budget": 30.0,
    "tone": (60.0, 12.0, 10.0),
    "owned": "P1",
    "dislikes": "fragrance",
    "habits": "shaves",
    "age": 30,
    "locale": "DE",
    "history": {"product_id": "P1", "rating": 4},
}
FACTS = [make_fact(name, value, "said", NOW, now=NOW) for name, value in VALUES.items()]
PHOTO = make_fact("tone", (50, 10, 9), "photo", NOW, now=NOW)


def decide(purpose, given, field=EVERY, wording="1"):
    return Decision(purpose, field, given, NOW, wording)


def carried(profile):
    empty = Profile()
    return {name for name in Profile.__dataclass_fields__ if getattr(profile, name) != getattr(empty, name)}


def test_the_table_names_only_what_there_is():
    table = policy()
    assert set(table.fields) == set(field_table().fields)
    for cells in table.fields.values():
        assert set(cells) <= set(table.consumers)
        assert {purpose for purposes in cells.values() for purpose in purposes} <= set(table.purposes)
    assert all({"en", "zh"} <= set(purpose.text) for purpose in table.purposes.values())


@pytest.mark.parametrize(("consumer", "purpose"), [*itertools.product(policy().consumers, policy().purposes)])
def test_a_consumer_sees_the_fields_of_its_cells_and_no_other(consumer, purpose):
    table = policy()
    view = table.view(FACTS, [decide(name, True) for name in table.purposes], consumer, [purpose], NOW)
    allowed = {name for name, cells in table.fields.items() if purpose in cells.get(consumer, ())}
    assert carried(view.profile) == allowed == set(view.fields)
    assert view.withheld == {}


def test_what_protects_is_in_either_view_of_a_recommendation():
    for purpose in ("advice", "safety"):
        profile = policy().view(FACTS, [], "recommend", [purpose], NOW).profile
        assert profile.allergies == ("walnut",) and profile.conditions == ("pregnancy",)


def test_nothing_protective_goes_into_statistics():
    view = policy().view(FACTS, [decide("statistics", True)], "statistics", ["statistics"], NOW)
    assert not carried(view.profile) & {"allergies", "conditions", "history", "owned"}


def test_statistics_need_a_yes_and_advice_only_no_no():
    assert carried(policy().view(FACTS, [], "statistics", ["statistics"], NOW).profile) == set()
    assert "budget" in carried(policy().view(FACTS, [], "recommend", ["advice"], NOW).profile)


def test_a_withdrawn_field_vanishes_and_says_why():
    view = policy().view(FACTS, [decide("advice", False, "budget")], "recommend", ["advice", "safety"], NOW)
    assert view.profile.budget is None and view.profile.skin_type == "oily"
    assert view.withheld == {"budget": "no consent to advice"}
    both = [decide("advice", False), decide("safety", False)]
    view = policy().view(FACTS, both, "recommend", ["advice", "safety"], NOW)
    assert carried(view.profile) == set()
    assert view.withheld["allergies"] == "no consent to advice or safety"


def test_a_withdrawn_purpose_leaves_the_other():
    view = policy().view(FACTS, [decide("advice", False)], "recommend", ["advice", "safety"], NOW)
    assert view.profile.allergies == ("walnut",) and view.profile.budget is None


def test_a_photo_is_used_only_with_consent_and_what_was_said_stands_in():
    view = policy().view([PHOTO], [], "recommend", ["advice"], NOW)
    assert view.profile.tone is None and view.withheld == {"tone": "no consent to values from a photo"}
    view = policy().view([*FACTS, PHOTO], [], "recommend", ["advice"], NOW)
    assert view.profile.tone == (60.0, 12.0, 10.0)
    view = policy().view([*FACTS, PHOTO], [decide("photo", True, "tone")], "recommend", ["advice"], NOW)
    assert view.profile.tone == (50.0, 10.0, 9.0)


def test_the_last_word_counts():
    asked, told = Purpose("statistics", True, "2", {}), Purpose("advice", False, "2", {})
    assert not stands([], asked, "age") and stands([], told, "age")
    assert not stands([decide("statistics", True, wording="1")], asked, "age")  # a yes to another sentence
    assert stands([decide("statistics", True, wording="2")], asked, "age")
    assert not stands([decide("statistics", True, wording="2"), decide("statistics", False, "age")], asked, "age")
    assert stands([decide("statistics", True, wording="2"), decide("statistics", False, "tone")], asked, "age")
    assert stands([decide("advice", False, "age"), decide("advice", True)], told, "age")


@pytest.mark.parametrize(("consumer", "purposes"), [("spy", ["advice"]), ("recommend", ["ads"]), ("recommend", [])])
def test_whoever_is_not_of_the_table_gets_nothing(consumer, purposes):
    with pytest.raises(ValueError, match="Expected"):
        policy().view(FACTS, [], consumer, purposes, NOW)
