"""What a text takes back is not looked for, and a lower bound is no budget."""

import json
from importlib.resources import files

import pytest

from makeup_ai.schema import Slot
from makeup_ai.text.lexicon import Lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    table = (files("makeup_ai.training") / "data/builtin/beauty/domain.json").read_text("utf-8")
    return Lexicon(json.loads(table))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no lipstick, I want a blush", ["lipstick"]),
        ("no, not lipstick: a blush", ["lipstick"]),
        ("No, lipstick please", []),
        ("why not lipstick?", []),
        ("not a powder or a bronzer", ["powder", "bronzer"]),
        ("instead of foundation a concealer", ["foundation"]),
        ("no matte lipstick", ["matte"]),
        ("my skin is not too oily", ["oily"]),
        ("not only oily", []),
        ("not sure if I am oily", []),
        ("no breakouts please", []),
        ("I don't have acne", ["acne"]),
        ("so I don't get breakouts", []),
        ("我不是敏感肌", ["sensitive"]),
        ("是不是敏感肌", []),
        ("特别敏感", []),
        ("我是油皮，不是干皮", ["dry"]),
        ("不要口红和唇蜜，要腮红", ["lipstick", "lip_gloss"]),
        ("口红不要了，换腮红", ["lipstick"]),
        ("口红不要含香精的", []),
        ("要不要口红", []),
        ("别的口红", []),
        ("别推荐粉底液了", ["foundation"]),
        ("外油内干", []),
        ("没有痘痘", ["acne"]),
        ("我用 foundation 但是不要 matte", ["matte"]),
    ],
)
def test_negation_takes_back_what_follows_and_no_more(lexicon, text, expected):
    assert [slot.value for slot in lexicon.negated(text)] == expected


@pytest.mark.parametrize(
    ("text", "floors", "budget"),
    [
        ("over $50", ["50"], []),
        ("no more than $50", [], ["50"]),
        ("at least 30 dollars", ["30"], []),
        ("$40 and up", ["40"], []),
        ("between $20 and $40", [], ["40"]),
        ("budget no more than 50", [], ["50"]),
        ("200以上", ["28"], []),
        ("超过200元的", ["28"], []),
        ("不超过200元", [], ["28"]),
        ("100元以上200元以下", ["14"], ["28"]),
    ],
)
def test_a_lower_bound_is_no_budget(lexicon, text, floors, budget):
    assert [slot.value for slot in lexicon.floors(text)] == floors
    tagged = [Slot("budget", text, None, 0, len(text), 0.9)] if floors and not budget else []
    meant = lexicon.meant(text, [*tagged, *lexicon.find_patterns(text)])
    assert [slot.value for slot in meant if slot.slot == "budget"] == budget


def test_what_protects_is_never_taken_back(lexicon):
    text = "no fragrance, not oily"
    slots = lexicon.meant(text, [*lexicon.find_patterns(text), *lexicon.mentions(text)])
    assert [(slot.slot, slot.value) for slot in slots] == [("avoid", "fragrance")]


def test_a_domain_without_negation_takes_nothing_back():
    table = {"slots": {"finish": {"role": "need"}}, "values": {"finish": {"matte": {"en": ["matte"]}}}, "budget": {}}
    assert Lexicon(table).negated("not matte") == [] and Lexicon(table).floors("over $5") == []


def test_spans_are_those_of_the_text_as_written(lexicon):
    (slot,) = lexicon.negated("😀 not ＯＩＬＹ skin")
    assert slot.text == "ＯＩＬＹ skin"
