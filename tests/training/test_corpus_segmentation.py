import builtins
from typing import Any

import pytest

from makeup_ai.training.data.segmentation import (
    INSTALL,
    best_segmenter,
    character_segmenter,
    jieba_segmenter,
    user_words,
)
from makeup_ai.training.data.terms import BEAUTY, BRAND, CONCERN, INGREDIENT, domain_terms


@pytest.fixture
def without_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("jieba"):
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)


def test_names_of_the_domain_and_brands_stay_whole() -> None:
    pytest.importorskip("jieba")
    text = "珂润雅面霜含烟酰胺，改善黑头。"
    words = jieba_segmenter(["珂润雅"])(text)
    assert ("珂润雅", BRAND) in words and ("烟酰胺", INGREDIENT) in words
    assert ("面霜", BEAUTY) in words and ("黑头", CONCERN) in words
    assert "".join(word for word, _ in words) == text


def test_characters_are_words_where_one_wants_no_dictionary() -> None:
    words = character_segmenter()("烟酰胺 is 5% good😍")
    assert words == [
        ("烟", "x"), ("酰", "x"), ("胺", "x"), ("is", "eng"), ("5", "m"), ("%", "w"), ("good", "eng"), ("😍", "w"),
    ]  # fmt: skip


@pytest.mark.usefixtures("without_jieba")
def test_without_jieba_it_says_what_to_install_or_falls_back() -> None:
    with pytest.raises(ImportError, match=r"makeup-ai\[zh\]"):
        jieba_segmenter()
    assert "makeup-ai[zh]" in INSTALL
    assert best_segmenter()("好用") == [("好", "x"), ("用", "x")]


def test_terms_are_names_of_their_language() -> None:
    english, chinese = domain_terms("en"), user_words(["雅 诗"])
    assert english["niacinamide"] == INGREDIENT and english["acne"] == CONCERN
    assert all(2 <= len(word) <= 8 and word.isalnum() for word in chinese)
    assert {"烟酰胺", "敏感肌", "面霜"} <= set(chinese)
