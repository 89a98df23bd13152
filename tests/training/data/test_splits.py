import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import LabelledText
from makeup_ai.training.data.splits import BY, PARTS, file_sha256, load_split, save_split, split, text_key

LABELS = ("negative", "positive")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["good", "Good!", "bad", "ｇｏｏｄ", "很好", "很好。", "so so", "!", "?"])
        | st.text(min_size=1, max_size=3),
        st.sampled_from(LABELS),
        st.none() | st.sampled_from("pqrs"),
        st.none() | st.sampled_from("uvw"),
    ),
    max_size=40,
)
FRACTIONS = st.sampled_from([(0.8, 0.1, 0.1), (0.5, 0.25, 0.25), (0.9, 0.0, 0.1), (1.0, 0.0, 0.0)])


def make(values):
    return [
        LabelledText(text, label, None, product, user, "en", row)
        for row, (text, label, product, user) in enumerate(values, 2)
    ]


def many(count, seed=0, products=40):
    chance = random.Random(seed)
    return make(
        [
            (f"review number {i}", LABELS[chance.random() < 0.8], f"P{chance.randrange(products)}", f"U{i % 97}")
            for i in range(count)
        ]
    )


def possible(rows, by):
    return not rows or any(BY[by](row) is not None for row in rows)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from(sorted(BY)), FRACTIONS, st.integers(0, 3))
def test_no_group_and_no_text_is_ever_in_two_parts(values, by, fractions, seed):
    rows = make(values)
    if not possible(rows, by):
        return
    chosen = split(rows, by, fractions, seed)
    numbers = [row for part in PARTS for row in chosen.parts[part]] + list(chosen.left_out)
    assert sorted(numbers) == [row.row for row in rows]
    for name in (BY[by], lambda row: row.text if by == "row" else text_key(row.text)):
        seen = {}
        for part in PARTS:
            for row in chosen.take(rows, part):
                if name(row) is not None:
                    assert seen.setdefault(name(row), part) == part
    if by in {"text", "row"}:
        assert chosen.left_out == ()


@settings(max_examples=50, deadline=None)
@given(ROWS, st.sampled_from(sorted(BY)), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(values, by, chance):
    rows = make(values)
    if not possible(rows, by):
        return
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert split(shuffled, by) == split(rows, by)


def test_a_split_is_the_same_today_as_when_this_was_written():
    # The literal numbers hold the hash, the seed's place in it and the assignment: files already split depend on them.
    chosen = split(many(20, products=10), "product", seed=7)
    assert {part: chosen.parts[part] for part in ("valid", "test")} == {"valid": (18,), "test": (2,)}


@pytest.mark.parametrize("by", sorted(BY))
def test_parts_come_near_their_fractions_and_keep_the_balance_of_labels(by):
    rows = many(2000, products=400)
    chosen = split(rows, by)
    share = sum(row.label == "positive" for row in rows) / len(rows)
    for part, fraction in chosen.fractions.items():
        taken = chosen.take(rows, part)
        assert len(taken) / len(rows) == pytest.approx(fraction, abs=0.01)
        assert sum(row.label == "positive" for row in taken) / len(taken) == pytest.approx(share, abs=0.02)


def test_another_seed_is_another_split():
    rows = many(200)
    assert split(rows, seed=0).parts != split(rows, seed=1).parts


def test_a_text_of_two_products_is_left_out_where_it_is_rarer():
    rows = make([("same", "positive", f"P{i}", None) for i in range(30)])
    chosen = split(rows)
    assert chosen.left_out
    assert chosen.parts["train"]
    assert chosen.parts["valid"] == chosen.parts["test"] == ()


def test_one_row_is_trained_on():
    assert split(make([("a", "positive", None, None)]), "text").parts == {"train": (2,), "valid": (), "test": ()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"by": "brand"}, "product.*brand"),
        ({"fractions": (0.8, 0.2)}, "sum to 1"),
        ({"fractions": (0.8, 0.1, 0.2)}, "sum to 1"),
        ({"fractions": (1.2, -0.1, -0.1)}, "sum to 1"),
        ({"by": "user"}, "No row has a user"),
    ],
)
def test_what_cannot_be_split_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        split(make([("a", "positive", "p", None)]), **arguments)


def test_rows_of_two_files_are_refused_and_unknown_parts():
    rows = make([("a", "positive", "p", None)])
    with pytest.raises(ValueError, match="several files"):
        split(rows + rows)
    with pytest.raises(ValueError, match="train"):
        split(rows).take(rows, "dev")


def test_near_duplicates_have_one_key():
    assert text_key("很好，用！") == text_key("很好用") != text_key("不好用")
    assert text_key("👍") != text_key("👎")
    assert text_key("\ud800")


@pytest.fixture
def saved(tmp_path):
    data = tmp_path / "reviews.csv"
    data.write_text("text,label\na,1\n")
    chosen = split(many(100), "user", seed=3)
    save_split(tmp_path / "split.json", chosen, data)
    return tmp_path / "split.json", data, chosen


def test_a_split_comes_back_as_it_went_bound_to_its_file(saved):
    path, data, chosen = saved
    assert load_split(path, data) == chosen
    value = json.loads(path.read_text())
    assert (value["sha256"], value["file"], value["seed"], value["by"]) == (file_sha256(data), "reviews.csv", 3, "user")
    assert sorted(file.name for file in path.parent.iterdir()) == ["reviews.csv", "split.json"]


def test_a_changed_file_is_refused(saved):
    path, data, _ = saved
    data.write_text("text,label\nb,1\n")
    with pytest.raises(DataError, match="Split it again") as caught:
        load_split(path, data)
    assert caught.value.file == str(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(schema=2),
        lambda value: value.pop("parts"),
        lambda value: value["parts"].update(test=value["parts"]["train"]),
        lambda value: value["parts"].update(test=["1"]),
        lambda value: value.update(by="brand"),
        lambda value: value.update(left_out=None),
    ],
)
def test_a_malformed_split_is_refused(saved, change):
    path, data, _ = saved
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
    with pytest.raises(DataError, match="Split the data again") as caught:
        load_split(path, data)
    assert caught.value.file == str(path)


def test_a_split_that_is_no_json_or_not_there_is_refused(saved):
    path, data, _ = saved
    path.write_text("{")
    with pytest.raises(DataError, match="JSON"):
        load_split(path, data)
    path.unlink()
    with pytest.raises(DataError, match="No such file"):
        load_split(path, data)
