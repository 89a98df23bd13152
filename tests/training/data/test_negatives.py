from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.negatives import by_words, draw_negatives, mine_negatives


def bought(query: str, product: str, shelf: str | None = None, language: str = "en") -> Example:
    return Example(query, second=product, bought="yes", shelf=shelf, language=language)


SHELVES = [bought(f"query {n}", f"product {n}", f"shelf {n % 3}") for n in range(60)]


def test_half_come_from_the_shelf_of_the_positive() -> None:
    shelf_of = {str(pair.second): pair.shelf for pair in SHELVES}
    drawn = draw_negatives(SHELVES, count=4, hard=1.0)
    shelf = {pair.text: pair.shelf for pair in SHELVES}
    assert all(shelf_of[str(p.second)] == shelf[p.text] for p in drawn)
    half = [p for p in draw_negatives(SHELVES, count=4, hard=0.5) if p.bought == "no"]
    assert Counter(p.text for p in half) == {pair.text: 4 for pair in SHELVES}
    same = sum(shelf_of[str(p.second)] == shelf[p.text] for p in half)
    assert 0.5 * len(half) <= same < 0.8 * len(half)  # the others may be of any shelf


pairs = st.lists(
    st.builds(
        bought,
        st.sampled_from("qrst"),
        st.sampled_from("ABCDEFG"),
        st.sampled_from([None, "x", "y"]),
        st.sampled_from(["en", "zh"]),
    ),
    min_size=1,
    max_size=12,
)


@given(positives=pairs, count=st.integers(1, 6), hard=st.floats(0, 1), seed=st.integers(0, 3))
def test_no_answer_is_ever_drawn_and_nothing_is_drawn_twice(positives, count: int, hard: float, seed: int) -> None:
    positives = list(dict.fromkeys(positives))
    found = draw_negatives(positives, count, hard, seed)
    assert found == draw_negatives(positives, count, hard, seed)
    assert [p for p in found if p.bought == "yes"] == positives
    drawn = [p for p in found if p.bought == "no"]
    answers = {(p.text, p.second) for p in positives}
    assert not answers & {(p.text, p.second) for p in drawn}
    assert len({(p.text, p.second) for p in drawn}) == len(drawn)
    spoken = {(p.language, p.second) for p in positives}
    assert all((p.language, p.second) in spoken for p in drawn)
    for language in ("en", "zh"):
        here = [p for p in positives if p.language == language]
        pool = {p.second for p in here}
        for query in {p.text for p in here}:
            asked = [p for p in here if p.text == query]
            free = len(pool - {p.second for p in positives if p.text == query})
            of = sum(p.text == query and p.language == language for p in drawn)
            other = any(p.text == query and p.language != language for p in positives)
            assert of <= min(free, count * len(asked))
            assert other or of == min(free, count * len(asked))


def test_another_seed_draws_others() -> None:
    assert draw_negatives(SHELVES, seed=1) != draw_negatives(SHELVES, seed=2)
    assert draw_negatives([SHELVES[0]]) == [SHELVES[0]]  # nothing else to draw
    with pytest.raises(ValueError, match="count=0"):
        draw_negatives(SHELVES, count=0)
    with pytest.raises(ValueError, match="hard=2"):
        draw_negatives(SHELVES, hard=2)


def asked(query: str, product: str, negatives: tuple[str, ...] | None = None) -> Example:
    return Example(query, product=product, negatives=negatives)


def test_words_find_what_looks_like_an_answer() -> None:
    rows = [
        asked("matte red lipstick", "red matte lipstick"),
        asked("matte red lipstick", "matte lipstick, red"),
        asked("a serum", "light serum"),
        asked("lipstick in pink", "pink matte lipstick"),
        Example("hello"),
    ]
    found = mine_negatives(rows, 1)
    assert [e.negatives for e in found[:2]] == [("pink matte lipstick",)] * 2  # the other answer is no negative
    assert found[3].negatives and "lipstick" in found[3].negatives[0]
    assert found[4] == rows[4]
    assert found == mine_negatives(rows, 1)
    assert [len(e.negatives or ()) for e in mine_negatives(rows, 9)] == [2, 2, 3, 3, 0]


def test_where_words_say_nothing_chance_does() -> None:
    rows = [asked(f"油皮 {n}", f"unrelated {chr(97 + n)}") for n in range(20)]
    counts = Counter(text for e in mine_negatives(rows, 2) for text in e.negatives or ())
    assert max(counts.values()) < 10


def test_a_model_may_rank_and_given_negatives_stay() -> None:
    rows = [asked("q", "A", ("Z",)), asked("r", "B"), asked("s", "C")]

    def rank(queries, products):
        assert list(queries) == ["q", "r", "s"] and list(products) == ["A", "B", "C"]
        return np.array([[9.0, 1, 2], [1, 9, 2], [2, 1, 9]], np.float32)

    assert [e.negatives for e in mine_negatives(rows, 1, rank)] == [("C", "Z"), ("C",), ("A",)]
    with pytest.raises(ValueError, match="count=0"):
        mine_negatives(rows, 0)
    assert mine_negatives([Example("hello")], 3) == [Example("hello")]
    assert [list(scores > 0) for scores in by_words(["oil"], ["water", "oil"])] == [[False, True]]
