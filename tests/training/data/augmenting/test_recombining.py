"""Texts out of other texts' sentences: theirs alone, without labels, within their group."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.training.data.augmenting.recombining import recombine
from makeup_ai.training.data.examples import Example

ROWS = [
    Example("It smells of rain. My skin drank it. The pump broke!", rating="4", group="a", language="en"),
    Example("Sticky all day. I gave it to a friend.", rating="1", group="a", language="en"),
    Example("Soft brush. Lovely tin.", rating="5", group="b", language="en"),
    Example("很滋润。味道太香了，我不喜欢！瓶子好看。", sentiment="positive", language="zh"),
]


@given(st.integers(0, 2**32), st.integers(0, 3))
def test_texts_are_new_and_of_words_that_were_there(seed: int, times: int) -> None:
    found = recombine(ROWS, times, seed)
    assert len(found) <= times * len(ROWS)
    texts = [example.text for example in found]
    assert len(set(texts)) == len(texts) and not set(texts) & {example.text for example in ROWS}
    words = {word for example in ROWS for word in example.text.split()}
    for example in found:
        assert (example.rating, example.sentiment, example.slots) == (None, None, None)
        assert example.language == "zh" or set(example.text.split()) <= words
    assert found == recombine(ROWS, times, seed)


def test_sentences_come_from_the_group_alone() -> None:
    sentences = {s: i for i, row in enumerate(ROWS) for s in re.split(r"(?<=[.!！。])\s*", row.text) if s}
    sources: dict[str, set[int]] = {}
    for example in recombine(ROWS, 200, seed=3):
        assert example.group in {"a", "b", ROWS[3].text}
        sources.setdefault(example.group, set()).update(i for s, i in sentences.items() if s in example.text)
    assert sources["a"] <= {0, 1} and sources["b"] <= {2} and sources[ROWS[3].text] == {3}
    assert sources["a"] == {0, 1}


def test_one_sentence_alone_and_nothing_at_all() -> None:
    assert recombine([], 3) == []
    assert recombine([Example("好", language="zh")], 5) == []  # there is nothing new to say
    with pytest.raises(ValueError, match="times=-1"):
        recombine(ROWS, -1)
