from pathlib import Path

import numpy as np
import pytest

from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.vocabulary import train_tokenizer
from makeup_ai.training.pretraining.units import FREE, STARTS, WITHIN, Units, ordinary_ids, word_spans

TEXTS = ["glycolic acid peels the skin", "moisturising cream for oily skin", "烟酰胺保湿面霜很好用", "hyaluronic acid"]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("units") / "tokenizer.json"
    return train_tokenizer(TEXTS, path, 110)


def marked(tokenizer: Tokenizer, terms: list[str], text: str, words=()) -> tuple[list[str], list[bool]]:
    """Cut a text into its units, free characters alone, with whether each is a name."""
    encoding = tokenizer.encode(text, 100)
    pieces, offsets = encoding.token_ids[1:-1], encoding.offsets[1:-1]
    joins, entity = Units(tokenizer, terms).mark(pieces, offsets, words)
    assert joins[0] == STARTS
    found: list[str] = []
    names: list[bool] = []
    for (start, end), join, name in zip(offsets, joins, entity, strict=True):
        if join == WITHIN:
            found[-1] += text[start:end]
        else:
            found.append(("~" if join == FREE else "") + text[start:end])
            names.append(bool(name))
    return found, names


def test_pieces_of_an_english_word_are_one_unit(tokenizer) -> None:
    found, names = marked(tokenizer, [], "Moisturising cream, for skin")
    assert found == ["Moisturising", "cream", ",", "for", "skin"]
    assert not any(names)


def test_chinese_is_free_until_somebody_segments(tokenizer) -> None:
    text = "保湿面霜很好，用"
    assert marked(tokenizer, [], text)[0] == ["保", "~湿", "~面", "~霜", "~很", "~好", "，", "用"]
    words = word_spans(text, ["保湿", "面霜", "很", "好", "，", "用"])
    assert marked(tokenizer, [], text, words)[0] == ["保湿", "面霜", "很", "好", "，", "用"]


def test_names_are_units_the_longest_first_whatever_their_case(tokenizer) -> None:
    found, names = marked(tokenizer, ["acid", "glycolic acid"], "Glycolic Acid and acid")
    assert found[0] == "GlycolicAcid" and names[0] and names[-1]
    found, names = marked(tokenizer, ["烟酰胺"], "烟酰胺保湿")
    assert found == ["烟酰胺", "保", "~湿"] and names == [True, False, False]


def test_a_name_never_begins_or_ends_within_a_word(tokenizer) -> None:
    assert not any(marked(tokenizer, ["cream"], "creams")[1])
    assert not any(marked(tokenizer, ["skin"], "oilskin")[1])


def test_a_name_splits_the_segmented_word_that_it_ends_in(tokenizer) -> None:
    text = "烟酰胺保湿"
    assert marked(tokenizer, ["烟酰胺"], text, word_spans(text, ["烟酰", "胺保湿"]))[0] == ["烟酰胺", "保湿"]


def test_without_offsets_the_units_are_those_of_a_text_without_blanks(tokenizer) -> None:
    encoding = tokenizer.encode("烟酰胺保湿 moisturising", 100)
    units = Units(tokenizer, ["烟酰胺"])
    with_offsets = units.mark(encoding.token_ids[1:-1], encoding.offsets[1:-1])
    for one, other in zip(with_offsets, units.mark(encoding.token_ids[1:-1]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_nothing_has_no_units(tokenizer) -> None:
    joins, entity = Units(tokenizer, []).mark(np.zeros(0, np.int32), np.zeros((0, 2), np.int32))
    assert len(joins) == len(entity) == 0


def test_random_pieces_are_never_special(tokenizer) -> None:
    pieces = [tokenizer.vocabulary[index] for index in ordinary_ids(tokenizer)]
    assert len(pieces) == tokenizer.vocabulary_size - 5 and not any(piece.startswith("[") for piece in pieces)
