"""Routines and pairs of ingredients."""

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.pairs import clash, pair
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.routine import routine


def test_the_row_that_names_both_is_believed_before_one_about_their_group(knowledge):
    assert pair(knowledge, "niacinamide", "retinol")["kind"] == "fine"
    assert pair(knowledge, "niacinamide", "retinoid")["kind"] == "alternate"
    assert pair(knowledge, "niacinamide", "glycerin") is None


def test_clash_is_found_either_way_round(knowledge):
    assert clash(knowledge, ["glycerin"], ["retinol", "aqua"])
    assert clash(knowledge, ["retinol"], ["glycerin"])
    assert not clash(knowledge, ["niacinamide"], ["glycerin"])


def test_a_nearer_rule_overrules_one_about_a_group_or_family(knowledge):
    assert not clash(knowledge, ["retinol"], ["niacinamide"])  # "fine" by name, "alternate" by group
    assert clash(knowledge, ["retinoid"], ["niacinamide"])
    knowledge["ingredients"]["retinal"] = {"groups": ["retinoid"], "family": "retinol"}
    assert pair(knowledge, "retinal", "niacinamide")["kind"] == "fine"  # family before group


def test_steps_are_in_order_and_what_clashes_is_passed_over(tables, knowledge):
    knowledge["steps"]["lipstick"] = {"order": 9, "when": ["pm"]}
    knowledge["conflicts"].append({"a": "niacinamide", "b": "dimethicone", "kind": "avoid_together"})
    needs = Needs(needs=("skin_type:oily",), filters={"category": ("foundation", "serum", "cleanser")})
    steps = routine(recommend(tables, needs), needs, knowledge)
    assert [step.category for step in steps] == ["cleanser", "serum", "foundation"]
    assert [step.recommendation and step.recommendation.product_id for step in steps] == [None, "c-serum", None]
    knowledge["steps"]["foundation"]["when"] = ["noon"]  # another time of day
    steps = routine(recommend(tables, needs), needs, knowledge)
    assert steps[2].recommendation.product_id == "d-base"


def test_without_categories_the_settings_name_them(tables, knowledge):
    needs = Needs()
    assert [step.category for step in routine(recommend(tables, needs), needs, knowledge)] == ["cleanser", "serum"]
