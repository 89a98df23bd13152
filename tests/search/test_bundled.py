"""A brand's FAQ in a bundle, and a bundle without one."""

from __future__ import annotations

import pytest

from makeup_ai.assistant import Assistant
from makeup_ai.search.faq import read_faq


def test_a_bundle_answers_from_the_faq_it_was_made_with(recipe, tmp_path):
    from makeup_ai.export.assemble import assemble

    both = {"en": "Ribbons are added for free.", "zh": "免费加丝带。"}
    question = {"en": "Do you offer gift wrapping?", "zh": "有礼品包装吗？"}
    faq = read_faq([{"id": "gift", "question": question, "answer": both}])
    assistant = Assistant.load(assemble(tmp_path / "bundle", recipe(faq=faq)).folder)
    assert assistant.bundle.has("tables/faq.json") and assistant.bundle.has("tables/asking.json")
    answer = assistant.ask("is there gift wrapping?")
    assert [citation.id for citation in answer.citations] == ["faq/gift"]
    assert answer.answer == both["en"] and answer.citations[0].source == "the brand's FAQ"


def test_a_bundle_without_a_faq_does_not_know(assistant):
    assert not assistant.bundle.has("tables/faq.json")
    assert assistant.ask("is there gift wrapping?").refused
    assert not assistant.ask("What does niacinamide do?").refused


def test_wrong_use_is_said_in_one_line(assistant):
    with pytest.raises(ValueError, match="Expected one of \\['en', 'zh'\\]"):
        assistant.ask("hi", "fr")
    with pytest.raises(TypeError, match="as a string"):
        assistant.ask(3)


def test_consulting_is_as_it_was(assistant):
    before = assistant.consult("a matte lipstick under $20")
    assistant.ask("What does niacinamide do?")
    assistant.search("for oily skin")
    assert assistant.consult("a matte lipstick under $20") == before
