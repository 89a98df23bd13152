"""Words, what is explained, and occlusion, on models whose reasons are known."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.text.calibration import Calibration, HeadCalibration
from makeup_ai.text.explaining.aims import Aim
from makeup_ai.text.explaining.explain import Reader, explain, occlusion
from makeup_ai.text.explaining.page import explanation_page
from makeup_ai.text.explaining.terminal import told
from makeup_ai.text.explaining.words import without, words_of
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.vocabulary import train_tokenizer
from makeup_ai.training.tasks.base import Head

BIO = ("O", "B-skin", "I-skin")
HEADS = (
    Head("mood", "text", ("bad", "good")),
    Head("aspects", "labels", ("scent", "price")),
    Head("slots", "tokens", BIO),
    Head("embedding", "embedding", width=2),
)
TEXT = "I'm a lovely <b>greasy</b> scent, 油皮 lovely!"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("explaining") / "tokenizer.json"
    return train_tokenizer(["i m a lovely greasy scent oily b 油 皮 的 , ! ' < > /"] * 9, path, 120)


@pytest.fixture(scope="module")
def reader(tokenizer: Tokenizer) -> Reader:
    """A model that counts: lovely is good, greasy is bad, scent is about the scent, 油 and 皮 are skin."""
    ids = {word: tokenizer.token_id(word) for word in ("lovely", "greasy", "scent", "油", "皮")}
    assert len(set(ids.values())) == 5

    def answer(encodings):
        found = {head.name: [] for head in HEADS}
        for encoding in encodings:
            n = {word: float((encoding.token_ids == id_).sum()) for word, id_ in ids.items()}
            slots = np.tile(np.float32([4, 0, 0]), (len(encoding.token_ids), 1))
            slots[encoding.token_ids == ids["油"], 1] = 5 + n["lovely"]
            slots[encoding.token_ids == ids["皮"], 2] = 5
            found["mood"].append(np.float32([n["greasy"], 2 * n["lovely"]]))
            found["aspects"].append(np.float32([3 * n["scent"] - 1, -2]))
            found["slots"].append(slots)
            found["embedding"].append(np.zeros(2, np.float32))
        return found

    return Reader("counting", HEADS, tokenizer, 64, answer, Calibration())


def weights_of(found) -> dict[str, float]:
    return {f"{word.text}@{word.start}": round(w, 4) for word, w in zip(found.words, found.weights, strict=True)}


def test_words_are_what_a_person_sees(tokenizer: Tokenizer) -> None:
    words = words_of(TEXT, tokenizer.encode(TEXT, 64))
    assert "|".join(word.text for word in words) == "I|'|m|a|lovely|<|b|>|greasy|<|/|b|>|scent|,|油|皮|lovely|!"
    assert all(TEXT[word.start : word.end] == word.text for word in words)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_every_piece_with_characters_is_in_one_word(tokenizer: Tokenizer, text: str) -> None:
    encoding = tokenizer.encode(text, 32)
    words = words_of(text, encoding)
    pieces = [piece for word in words for piece in word.pieces]
    assert pieces == [i for i, (start, end) in enumerate(encoding.offsets.tolist()) if end > start]
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert len(without(encoding, pieces).token_ids) == len(encoding.token_ids) - len(pieces)


def test_occlusion_of_a_sum_finds_its_terms(reader: Reader) -> None:
    mood, aspects, slots = explain(reader, TEXT, "occlusion", occlusion(reader))
    found = {name: w for name, w in weights_of(mood).items() if w}
    assert (mood.label, found) == ("good", {"lovely@6": 2.0, "lovely@37": 2.0, "greasy@16": -1.0})
    assert mood.score == pytest.approx(3.0) and mood.probability == pytest.approx(1 / (1 + np.exp(-3)))
    assert aspects.label == "scent" and weights_of(aspects)["scent@27"] == 3.0
    assert (slots.label, slots.span, TEXT[slice(*slots.span)]) == ("skin", (34, 36), "油皮")
    assert weights_of(slots)["lovely@6"] > 0 and weights_of(slots)["油@34"] > 1 and weights_of(slots)["m@2"] == 0


def test_any_class_can_be_asked_for_and_the_rest_is_refused(reader: Reader) -> None:
    method = occlusion(reader)
    (why,) = explain(reader, TEXT, "occlusion", method, head="mood", label="bad")
    assert weights_of(why)["greasy@16"] == 1.0 and why.probability < 0.5
    (price,) = explain(reader, TEXT, "occlusion", method, head="aspects", label="price")
    assert set(price.weights) == {0.0}
    assert explain(reader, "a", "occlusion", method, head="aspects") == []  # nothing is said
    for chosen, words in (
        ({"head": "embedding"}, r"one of \['aspects', 'mood', 'slots'\]"),
        ({"label": "bad"}, "--head"),
        ({"head": "mood", "label": "skin"}, r"one of \['bad', 'good'\]"),
    ):
        with pytest.raises(ValueError, match=words):
            explain(reader, TEXT, "occlusion", method, **chosen)
    with pytest.raises(ValueError, match="--replace mask"):
        explain(reader, TEXT, "occlusion", occlusion(reader, mask=False), head="slots")


def test_a_temperature_and_thresholds_reach_what_is_shown(reader: Reader, tokenizer: Tokenizer) -> None:
    found = Calibration({"mood": HeadCalibration(3.0), "aspects": HeadCalibration(1.0, (0.99, 0.05))})
    cooled = Reader("cooled", HEADS, tokenizer, 64, reader.answer, found)
    mood, aspects, _ = explain(cooled, TEXT, "occlusion", occlusion(cooled))
    assert mood.probability == pytest.approx(1 / (1 + np.exp(-1))) and weights_of(mood)["greasy@16"] == -0.3333
    assert aspects.label == "price"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=2, max_size=5), st.booleans())
def test_the_score_is_the_log_odds_of_the_probability(logits: list[float], exclusive: bool) -> None:
    aim = Aim("x", "y", (0,), exclusive=exclusive)
    output = np.array(logits, np.float32)
    assert 1 / (1 + np.exp(-aim.score(output))) == pytest.approx(aim.probability(output), abs=1e-5)


@pytest.mark.parametrize("text", ["", " ", "💄" * 300, "lovely " * 300, "\ud800", "\x1b[31mlovely"])
def test_odd_texts_are_explained_too(reader: Reader, text: str) -> None:
    for one in explain(reader, text, "occlusion", occlusion(reader)):
        assert len(one.words) == len(one.weights) and np.all(np.isfinite(one.weights))
        for colour in (False, True):
            assert "\x1b[31m" not in told(one, colour)


def test_a_terminal_shows_sign_and_strength(reader: Reader) -> None:
    mood = explain(reader, TEXT, "occlusion", occlusion(reader), head="mood")[0]
    plain, coloured = told(mood, colour=False), told(mood, colour=True)
    assert "lovely[+2.00]" in plain and "greasy[-1.00]" in plain and "scent," in plain and "\x1b" not in plain
    assert "\x1b[97;48;5;40mlovely\x1b[0m" in coloured and "\x1b[97;48;5;124mgreasy\x1b[0m" in coloured


@pytest.mark.parametrize(("language", "word"), [("en", "rests on"), ("zh", "依据")])
def test_a_page_is_whole_and_escaped(reader: Reader, language: str, word: str) -> None:
    found = explain(reader, TEXT, "occlusion", occlusion(reader))
    page = explanation_page("<model>", TEXT, found, language)
    assert word in page and "&lt;model&gt;" in page and "default-src 'none'" in page
    assert "<b>g" not in page and "http" not in page.replace("http-equiv", "") and "<script" not in page
    assert page.count("<section>") == 3 and page.count("<mark") == 8 and "<b><mark" in page
    assert "&lt;" in explanation_page("m", "<i>", [], language)
    with pytest.raises(ValueError, match=r"\['en', 'zh'\]"):
        explanation_page("m", TEXT, found, "fr")
