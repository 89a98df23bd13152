"""What is asked for: the missing need whose answers change the top most, and no more than that."""

from __future__ import annotations

import pytest

from makeup_ai.dialogue.asking import best_question
from makeup_ai.dialogue.rules import DialogueTable
from makeup_ai.dialogue.state import State
from makeup_ai.recommend.needs import Needs
from makeup_ai.schema import Profile

RULES = DialogueTable.packaged().asking


@pytest.fixture
def ask(assistant):
    def ask(needs=None, state=None, profile=None, rules=RULES):
        return best_question(
            assistant.tables,
            needs or Needs(),
            (),
            state or State(),
            profile or Profile(),
            rules,
            lambda ranking: ranking.order.tolist(),
        )

    return ask


def test_the_kind_of_product_is_asked_for_first(ask):
    found = ask(Needs(needs=("skin_type:oily",)))
    assert found.slot == "category" and found.change > 0.5


def test_the_change_expected_is_the_mean_over_the_answers_by_their_products(ask, assistant):
    """Worked out again from rankings made one by one."""
    from makeup_ai.recommend.rank import recommend

    tables = assistant.tables
    needs = Needs(filters={"category": ("serum",)}, budget=40.0, needs=("concern:pores",))
    rules = RULES.__class__(2, 0.0, 8, 10, ("skin_type",), ())
    found = ask(needs, rules=rules)
    now = recommend(tables, needs).order.tolist()
    depth = min(10, (len(now) + 1) // 2)
    total, change = 0, 0.0
    for value in tables.values["skin_type"]:
        count = sum(value in tables.products[row].attributes.get("skin_type", ()) for row in now)
        then = recommend(tables, Needs(**{**_fields(needs), "needs": (*needs.needs, f"skin_type:{value}")}))
        total += count
        change += count * (1 - len(set(now[:depth]) & set(then.order.tolist()[:depth])) / depth)
    assert found.change == pytest.approx(change / total)


def _fields(needs):
    return {"filters": needs.filters, "budget": needs.budget}


def test_nothing_is_asked_twice_nor_a_third_time_nor_what_is_known(ask):
    serum = Needs(filters={"category": ("serum",)})
    first = ask(serum)
    second = ask(serum, State(asked=(first.slot,)))
    assert second is not None and second.slot != first.slot
    assert ask(serum, State(asked=("a", "b"))) is None
    known = Profile(skin_type="dry", concerns=("redness",), budget=30)
    assert ask(serum, profile=known) is None


def test_an_answer_that_changes_little_is_not_worth_a_question(ask):
    rules = RULES.__class__(2, 1.01, 8, 10, RULES.slots, RULES.prices)
    assert ask(Needs(filters={"category": ("serum",)}), rules=rules) is None
    assert ask(Needs(filters={"category": ("serum",)}, masks=(), budget=0.5)) is None  # nothing is offered
