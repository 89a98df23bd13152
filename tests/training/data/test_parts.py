from pathlib import Path

import pytest

from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.data.parts import is_examples, load_examples, load_parts

ROWS = [Example(f"question number {n}", intent="recommend", group=f"template {n // 4}") for n in range(80)]


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    write_examples(tmp_path / "examples.jsonl", ROWS)
    return tmp_path / "examples.jsonl"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    lines = [f'"Lovely cream number {n}, my skin is calm",{5 if n % 2 else 1},P{n % 20}' for n in range(120)]
    (tmp_path / "reviews.csv").write_text("review_text,rating,product_id\n" + "\n".join(lines), encoding="utf-8")
    return tmp_path / "reviews.csv"


def test_examples_keep_their_groups_together(examples: Path) -> None:
    parts = load_parts(examples)
    found = [parts.train, parts.valid, parts.test]
    assert sorted(e.text for part in found for e in part) == sorted(e.text for e in ROWS)
    groups = [{e.group for e in part} for part in found]
    assert not (groups[0] & groups[1] or groups[0] & groups[2] or groups[1] & groups[2])
    assert len(parts.train) > len(parts.valid) > 0
    assert parts.quality is None
    assert parts.train[0].intent == "recommend"


def test_reviews_become_examples_of_sentiment_with_their_quality(reviews: Path) -> None:
    parts = load_parts(reviews)
    assert {e.sentiment for e in parts.train} == {"negative", "positive"}
    assert parts.quality is not None
    assert not {e.group for e in parts.train} & {e.group for e in parts.test}
    assert len(load_examples(reviews)) == 120


def test_a_saved_split_is_taken_again_and_only_for_its_file(examples: Path, tmp_path: Path) -> None:
    first = load_parts(examples, seed=1, split_file=tmp_path / "run" / "split.json")
    again = load_parts(examples, seed=2, split_file=tmp_path / "run" / "split.json")
    assert first == again
    assert load_parts(examples, seed=2) != first
    write_examples(examples, ROWS[:-1])
    with pytest.raises(ValueError, match="split"):
        load_parts(examples, split_file=tmp_path / "run" / "split.json")


def test_an_empty_part_is_refused(tmp_path: Path) -> None:
    write_examples(tmp_path / "few.jsonl", [Example("a", group="g"), Example("b", group="g")])
    with pytest.raises(ValueError):
        load_parts(tmp_path / "few.jsonl")


def test_tells_examples_from_reviews(examples: Path, reviews: Path, tmp_path: Path) -> None:
    assert is_examples(examples) and not is_examples(reviews)
    (tmp_path / "reviews.jsonl").write_text('{"review_text": "Fine.", "rating": 5}\n')
    assert not is_examples(tmp_path / "reviews.jsonl")
    with pytest.raises(DataError):
        load_examples(tmp_path / "none.csv")
