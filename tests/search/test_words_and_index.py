"""Words, the index over them, and the FAQ's file."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.search.bm25 import K1, B, Bm25
from makeup_ai.search.faq import load_faq, read_faq
from makeup_ai.search.words import stem, terms, tokens, units

BOTH = {"en": "How long does it keep?", "zh": "能放多久？"}


@given(st.text(max_size=60))
def test_tokens_stand_where_they_say(text):
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert units(text[token.start : token.end]), "what a token covers has a token in it"


@given(st.text(alphabet="aé烟酰胺油 -,1Ａ", max_size=40))
def test_the_fast_way_gives_the_same_tokens(text):
    assert [token.text for token in tokens(text)] == list(units(text))


def test_forms_of_a_word_meet():
    assert stem("shades") == stem("shade")
    assert stem("berries") == stem("berry")
    assert stem("glass") == "glass"
    assert terms("敏感肌用 Retinol") == ["敏感", "感肌", "肌用", "retinol"]


def test_a_score_is_the_formula_worked_by_hand():
    texts = [["oil", "oil", "control"], ["water"]]
    index = Bm25.of(texts)
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    norm = K1 * (1 - B + B * 3 / 2)
    assert index.scores(["oil"])[0] == pytest.approx(idf * 2 * (K1 + 1) / (2 + norm), rel=1e-6)
    assert index.scores(["oil"])[1] == 0
    assert index.scores(["unknown"]).tolist() == [0, 0]


@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=1, max_size=8),
    st.lists(st.sampled_from("abcdez")),
)
def test_no_score_passes_its_bound(texts, asked):
    index = Bm25.of(texts)
    assert (index.scores(asked) <= index.most(asked) + 1e-5).all()
    assert np.allclose(index.scores(asked), index.scores(asked[::-1] + asked)), "order and repeats do not matter"


def test_a_faq_is_read_whole_or_not(tmp_path):
    file = tmp_path / "faq.jsonl"
    file.write_text(json.dumps({"id": "keep", "question": BOTH, "answer": BOTH}, ensure_ascii=False) + "\n\n", "utf-8")
    assert load_faq(file)[0].answer["zh"] == "能放多久？"
    file.write_text("{", "utf-8")
    with pytest.raises(ValueError, match="line 1"):
        load_faq(file)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "", "question": BOTH, "answer": BOTH},
        {"id": "a", "question": BOTH},
        {"id": "a", "question": BOTH, "answer": {"en": "x"}},
        {"id": "a", "question": BOTH, "answer": {"en": "x", "zh": " "}},
        "text",
        None,
    ],
)
def test_a_row_that_is_not_whole_is_refused(row):
    with pytest.raises(ValueError, match="Expected a row of a FAQ"):
        read_faq([row])


def test_an_id_comes_once():
    row = {"id": "a", "question": BOTH, "answer": BOTH}
    with pytest.raises(ValueError, match="twice: 'a'"):
        read_faq([row, row])
