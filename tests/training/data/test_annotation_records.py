import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.training.data.annotation.records import KEYS, Annotation, read_annotations, to_line, write_annotations
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.data.spans.overlap import without_overlap
from makeup_ai.training.data.unlabelled import read_unlabelled

ONE = Annotation(
    Example(
        "奶油感很好 🌸 matte", slots=((0, 3, "finish"),), sentiment="positive", language="zh", aspects=("a#b", "c#d")
    ),
    "knowledge",
    0.5,
)


def edited(tmp_path, **changes):
    path = tmp_path / "work.jsonl"
    path.write_text(json.dumps({**json.loads(to_line(ONE)), **changes}) + "\n", encoding="utf-8")
    return path


def test_a_line_has_all_keys_in_one_order_and_comes_back(tmp_path):
    assert tuple(json.loads(to_line(ONE))) == KEYS
    write_annotations(tmp_path / "work.jsonl", [ONE])
    assert read_annotations(tmp_path / "work.jsonl") == [ONE]


@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), min_size=1, unique=True, max_size=4
    ),
    spans=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.sampled_from("ab")), max_size=5),
    looked=st.booleans(),
    confidence=st.integers(0, 10_000),
)
def test_any_text_comes_back(tmp_path_factory, texts, spans, looked, confidence):
    path = tmp_path_factory.mktemp("records") / "work.jsonl"
    written = [
        Annotation(
            Example(
                text,
                slots=without_overlap((s, s + n, k) for s, n, k in spans if s + n <= len(text)) if looked else None,
            ),
            confidence=confidence / 10_000,
            checked=looked,
        )
        for text in texts
    ]
    write_annotations(path, written)
    back = read_annotations(path)
    assert [(a.example.text, a.example.slots, a.confidence, a.checked) for a in back] == [
        (a.example.text, a.example.slots, a.confidence, a.checked) for a in written
    ]


def test_a_person_may_reorder_spans_and_leave_things_out(tmp_path):
    (one,) = read_annotations(edited(tmp_path, spans=[[8, 13, "finish"], [0, 3, "finish"]], labels={}, checked=True))
    assert one.example.slots == ((0, 3, "finish"), (8, 13, "finish")) and one.checked
    (one,) = read_annotations(edited(tmp_path, spans=None, proposer=None, confidence=None, checked=None))
    assert one.example.slots is None and not one.checked
    (one,) = read_annotations(edited(tmp_path, spans=[]))
    assert one.example.slots == ()


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"spans": [[0, 3, "a"], [2, 4, "a"]]}, "spans", "without overlap"),
        ({"spans": [[0, 99, "a"]]}, "spans", "text of 13"),
        ({"spans": [[3, 3, "a"]]}, "spans", "without overlap"),
        ({"spans": [[0, 3]]}, "spans", "triples"),
        ({"spans": [[0, True, "a"]]}, "spans", "triples"),
        ({"spans": {"start": 0}}, "spans", "triples"),
        ({"labels": {"mood": "good"}}, "labels", "'good' for 'mood'"),
        ({"labels": {"rating": 5}}, "labels", "5 for 'rating'"),
        ({"labels": {"aspects": "a#b"}}, "labels", "for 'aspects'"),
        ({"labels": ["positive"]}, "labels", "Expected a dict"),
        ({"checked": "yes"}, "checked", "Expected a bool"),
        ({"confidence": 2}, "confidence", "from 0 to 1"),
        ({"confidence": float("nan")}, "confidence", "from 0 to 1"),
        ({"confidence": "high"}, "confidence", "Expected a number"),
        ({"text": " "}, "text", "has a text"),
        ({"text": None}, "text", "has a text"),
        ({"done": True}, "done", "has the keys"),
    ],
)
def test_a_slip_of_the_editor_is_named(tmp_path, changes, column, message):
    with pytest.raises(DataError, match=message) as caught:
        read_annotations(edited(tmp_path, **changes))
    assert caught.value.column == column
    assert caught.value.row == (None if column == "done" else 1)


def test_one_text_in_two_lines_is_refused(tmp_path):
    (tmp_path / "work.jsonl").write_text(to_line(ONE) + "\n" + to_line(ONE), encoding="utf-8")
    with pytest.raises(DataError, match="Row 1 has it too") as caught:
        read_annotations(tmp_path / "work.jsonl")
    assert caught.value.row == 3
    with pytest.raises(DataError, match=r"suffix is \.jsonl"):
        read_annotations(tmp_path / "work.csv")


def test_texts_come_from_every_layout_each_once_with_their_product(tmp_path):
    (tmp_path / "a.csv").write_text(
        "review_text,product_id,stars\n<b>Soft</b> cream,7,5\nSoft cream,8,1\n ,9,3\n", encoding="utf-8"
    )
    (tmp_path / "b.txt").write_text("第一行\n\nSoft cream\n第二行\n", encoding="utf-8")
    write_examples(tmp_path / "c.jsonl", [Example("from examples", sentiment="negative", group="P1")])
    found = read_unlabelled([tmp_path / name for name in ("a.csv", "b.txt", "c.jsonl")])
    assert [(e.text, e.group) for e in found] == [
        ("Soft cream", "7"), ("第一行", None), ("第二行", None), ("from examples", "P1"),
    ]  # fmt: skip
    assert all(e.sentiment is None and e.slots is None for e in found)
    assert [e.language for e in found] == ["en", "zh", "zh", "en"]


def test_texts_that_are_all_empty_are_refused(tmp_path):
    (tmp_path / "b.txt").write_text("  \n<p></p>\n", encoding="utf-8")
    with pytest.raises(DataError, match="empty or known ones only"):
        read_unlabelled([tmp_path / "b.txt"])
