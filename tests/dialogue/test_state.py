"""A state is plain JSON, a table that does not fit is refused, and no turn touches another conversation."""

from __future__ import annotations

import json

import pytest

from makeup_ai.dialogue import Conversation, Learned, State
from makeup_ai.dialogue.rules import PACKAGED, DialogueTable
from makeup_ai.errors import BundleError
from makeup_ai.schema import Bought, Profile


def test_a_state_survives_json(talk):
    conversation = talk()
    for said in ("a serum for dry skin under $40", "my skin is oily", "both", "the first one broke me out", "换一个"):
        conversation.say(said)
    state = conversation.state
    assert State.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    assert any(isinstance(one.value, Bought) for one in state.learned)


@pytest.mark.parametrize("broken", [{"mood": "fine"}, [], {"wishes": [{"slot": "x"}]}, {"pending": {"kind": "need"}}])
def test_a_state_of_another_shape_is_refused(broken):
    with pytest.raises(ValueError, match="state"):
        State.from_dict(broken)


@pytest.mark.parametrize("broken", [{"schema": 2}, {"acts": {"more": {"en": ["("]}}}, {"questions": {}}, {"yes": None}])
def test_a_table_that_does_not_fit_is_refused(broken):
    table = json.loads(PACKAGED.read_text("utf-8"))
    with pytest.raises(BundleError, match=r"dialogue\.json"):
        DialogueTable.from_dict({**table, **broken})


def test_what_is_learnt_changes_a_profile_by_field():
    profile = Profile(allergies=("nut",), history=(Bought("a", 2),))
    assert Learned("skin_type", "dry").apply(profile).skin_type == "dry"
    assert Learned("allergies", "nut", removed=True).apply(profile).allergies == ()
    assert Learned("history", Bought("a", 5)).apply(profile).history == (Bought("a", 5),)
    assert Learned("budget", 9.0, removed=True).apply(Profile(budget=9.0)).budget is None


def test_conversations_do_not_know_of_each_other(talk):
    one, other = talk(), talk()
    one.say("I'm allergic to niacinamide, a serum please")
    assert other.say("a serum please").needs.masks == ()


def test_two_conversations_with_the_same_words_go_the_same_way(talk):
    said = ("推荐一款精华", "油性", "太贵了", "为什么不推荐雪莲紧致精华")
    first, second = ([talk_.say(line) for line in said] for talk_ in (talk(), talk()))
    assert first == second


def test_only_strings_are_read(talk):
    with pytest.raises(TypeError, match="string"):
        talk().say(None)


@pytest.mark.parametrize("text", ["\ud800 serum", "a" * 20_000, "no " * 3_000 + "lipstick", "{product}", "油" * 5_000])
def test_any_text_is_answered(talk, text):
    assert talk().say(text).reply


def test_a_profile_in_other_words_is_read(assistant):
    turn = Conversation(assistant, Profile(skin_type="油皮", conditions=("pregnant",))).say("a serum")
    assert set(turn.needs.needs) == {"skin_type:oily"} and turn.needs.masks == ("condition:pregnancy",)


def test_a_red_flag_is_answered_before_everything_else(talk):
    conversation = talk()
    conversation.say("a serum for dry skin")
    turn = conversation.say("start over, my lips are swelling, and recommend a cheaper cream")
    assert turn.reply.startswith("For “") and not turn.recommendations
    assert conversation.state.wishes  # nothing was done but that
