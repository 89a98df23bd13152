"""`makeup-ai ask` and `makeup-ai search`: what they print, in words and as JSON."""

from __future__ import annotations

import io
import json

import pytest

from makeup_ai.cli import main


def told(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_ask_prints_the_answer_and_its_sources(tiny_bundle, capsys):
    status, out, _ = told(capsys, "ask", tiny_bundle, "What does niacinamide do?")
    assert status == 0
    assert out.splitlines()[0].startswith("Niacinamide")
    assert "[1] niacinamide/" in out and "confidence 0." in out


def test_ask_as_json(tiny_bundle, capsys):
    status, out, _ = told(capsys, "ask", tiny_bundle, "烟酰胺和视黄醇能一起用吗", "--json")
    answer = json.loads(out)
    assert status == 0
    assert {"answer", "citations", "refused", "red_flag"} <= answer.keys()
    assert answer["refused"] is False and answer["red_flag"] is False
    assert {"id", "text", "source", "confidence"} <= answer["citations"][0].keys()
    assert answer["citations"][0]["id"] == "retinoid/with/niacinamide"


def test_the_language_of_the_answer_can_be_chosen(tiny_bundle, capsys):
    _, out, _ = told(capsys, "ask", tiny_bundle, "What is squalane?", "--lang", "zh", "--json")
    assert "角鲨烷" in json.loads(out)["answer"]


def test_a_refusal_and_a_red_flag_are_told_apart(tiny_bundle, capsys):
    _, out, _ = told(capsys, "ask", tiny_bundle, "Who invented retinol in Norway?", "--json")
    assert json.loads(out)["refused"] is True
    _, out, _ = told(capsys, "ask", tiny_bundle, "the peel got in my eye", "--json")
    assert json.loads(out)["red_flag"] is True


def test_a_question_is_read_from_standard_input(tiny_bundle, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("What is squalane?"))
    _, out, _ = told(capsys, "ask", tiny_bundle, "-")
    assert "quala" in out


def test_search_lists_products_with_reasons(tiny_bundle, capsys):
    status, out, _ = told(capsys, "search", tiny_bundle, "sunscreen for oily skin", "--top", "3", "--json")
    found = json.loads(out)
    assert status == 0
    assert len(found["products"]) == 3 and all(one["why"] for one in found["products"])
    assert found["filters"] == {"category": ["sunscreen"]} and "skin_type:oily" in found["needs"]
    _, out, _ = told(capsys, "search", tiny_bundle, "sunscreen for oily skin", "--top", "3")
    assert out.count("[") == 3


@pytest.mark.parametrize("top", ["0", "-1"])
def test_no_products_at_most_is_wrong_use(tiny_bundle, capsys, top):
    status, _, error = told(capsys, "search", tiny_bundle, "toner", "--top", top)
    assert status == 2 and error.count("\n") == 1
