import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.text.normalise import normalise, original_span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＳＰＦ５０", "spf50"),
        ("Crème  brûlée\t!", "creme brulee !"),
        ("  Don’t – stop  ", "don't - stop"),
        ("预算２００元，谢谢！", "预算200元,谢谢!"),
        ("e\u0301clat", "eclat"),
        ("zero\u200bwidth", "zerowidth"),
        ("", ""),
    ],
)
def test_folds_what_people_type_differently(text: str, expected: str) -> None:
    assert normalise(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("a  ＢＨＡ!", "bha", "ＢＨＡ"),
        ("my cre\u0300me\u0301 now", "creme", "cre\u0300me\u0301"),
        ("oﬃce", "ffi", "ﬃ"),
        ("  niacinamide  ", "niacinamide", "niacinamide"),
    ],
)
def test_spans_lead_back_to_what_was_typed(text: str, word: str, original: str) -> None:
    plain, offsets = normalise(text)
    start, end = original_span(offsets, plain.index(word), plain.index(word) + len(word))
    assert text[start:end] == original


@given(st.text(max_size=40))
def test_offsets_always_point_into_the_text(text: str) -> None:
    plain, offsets = normalise(text)
    assert len(offsets) == len(plain) + 1
    assert list(offsets) == sorted(offsets) and offsets[-1] <= len(text)
    assert "  " not in plain and plain == plain.strip()
    assert not any(unicodedata.category(c) == "Mn" for c in plain)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    plain = normalise(text)[0]
    assert normalise(plain)[0] == plain
