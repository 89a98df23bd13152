from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks.base import Head
from makeup_ai.training.updating import mixing
from makeup_ai.training.updating.feedback import read_feedback
from makeup_ai.training.updating.mixing import Known, MixOptions, mix, side_of, text_of

HEADS = (Head("sentiment", "text", ("negative", "positive")),)
NOTHING = Known((), (), (), ())
EXAMPLES = st.builds(
    Example,
    st.sampled_from([f"{a}{b}{c}" for a in ("Good", "good", "bad ") for b in "abcde" for c in ("", "!")]),
    sentiment=st.sampled_from(["positive", "negative", None]),
    group=st.sampled_from(["one", "two", None]),
)


def like(text: str, mood: str | None = "positive", group: str | None = None) -> Example:
    return Example(text, sentiment=mood, group=group)


@given(st.lists(EXAMPLES, max_size=40), st.lists(EXAMPLES, max_size=10), st.lists(EXAMPLES, max_size=5))
def test_nothing_is_lost_trained_on_twice_or_leaked(new, old, test) -> None:
    options = MixOptions(group_cap=3)
    found = mix(new, Known(old, (), (), test), HEADS, options)
    added = found.new
    assert found.replayed == old and found.learned(2) == [*old, *(e for e in added for _ in range(2))]
    assert Counter([*added, *found.valid, *found.shadow, *(e for _, e in found.held_back)]) == Counter(new)
    names = [text_of(e) for e in (*added, *found.valid, *found.shadow)]
    assert len(set(names)) == len(names) and not set(names) & {text_of(e) for e in (*old, *test)}
    assert max(Counter(e.group for e in (*added, *found.valid, *found.shadow) if e.group).values(), default=0) <= 3
    assert sum(found.counts().values()) == len(old) + len(new)


@given(st.lists(EXAMPLES, max_size=30))
def test_the_order_of_the_feedback_says_nothing(new) -> None:
    options = MixOptions(group_cap=2)
    forth, back = (mix(order, NOTHING, HEADS, options) for order in (new, new[::-1]))
    for part in ("new", "valid", "shadow"):
        assert {text_of(e) for e in getattr(forth, part)} == {text_of(e) for e in getattr(back, part)} or len(
            {e.group for e in new}
        ) > 1  # of equal texts in two groups the first one stays


def test_each_line_that_is_not_trusted_says_why() -> None:
    known = Known([like("known good")], [like("known valid")], [like("seen")], [like("Frozen, text.")])
    feedback = [
        like("frozen TEXT", "negative"),
        like("no label", None),
        like("torn"), like("Torn!", "negative"),
        like("known good"), like("known valid", "negative"), like("seen"),
        like("new"), like("NEW"),
        *(like(f"spam {n}", group="robot") for n in range(5)),
    ]  # fmt: skip
    found = mix(feedback, known, HEADS, MixOptions(group_cap=2))
    assert Counter(reason for reason, _ in found.held_back) == {
        mixing.LEAKED: 1, mixing.UNLABELLED: 1, mixing.CONFLICTING: 2, mixing.ON_RECORD: 2, mixing.CONTRADICTING: 1,
        mixing.REPEATED: 1, mixing.CROWDED: 3,
    }  # fmt: skip


def test_spans_of_the_same_words_are_no_conflict() -> None:
    head = (Head("slots", "tokens", ("O", "B-finish", "I-finish")),)
    one = Example("matte please", slots=((0, 5, "finish"),))
    moved = Example("(Matte) please", slots=((1, 6, "finish"),))
    other = Example("matte, please", slots=((0, 5, "colour"),))
    assert Counter(r for r, _ in mix([one, moved], NOTHING, head, MixOptions()).held_back) == {mixing.REPEATED: 1}
    assert Counter(r for r, _ in mix([one, other], NOTHING, head, MixOptions()).held_back) == {mixing.CONFLICTING: 2}


def test_the_shares_are_those_asked_for_and_sides_do_not_depend_on_what_else_comes() -> None:
    options = MixOptions(shadow=0.3, valid=0.1, replay=0.25)
    new = [like(f"new {n}") for n in range(2_000)]
    old = [like(f"old {n}") for n in range(2_000)]
    found = mix(new, Known(old, (), (), ()), HEADS, options)
    assert len(found.shadow) == pytest.approx(600, abs=60) and len(found.valid) == pytest.approx(140, abs=40)
    assert len(found.replayed) == pytest.approx(500, abs=60)
    few = mix(new[:50], NOTHING, HEADS, options)
    assert {text_of(e) for e in few.shadow} == {text_of(e) for e in found.shadow} & {text_of(e) for e in new[:50]}
    assert side_of(replace(new[0], group="g"), options) == side_of(replace(new[1], group="g"), options)


@pytest.mark.parametrize("wrong", [{"replay": 1.1}, {"new_weight": 0}, {"group_cap": 0}, {"shadow": 0}, {"valid": 1}])
def test_impossible_mixes_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="Received"):
        MixOptions(**wrong)


def test_feedback_may_say_when_it_came(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(
        '{"text": "fine", "sentiment": "positive", "when": "2026-03-02T10:00:00+08:00"}\n\n'
        '{"text": "不好", "when": "2026-02-28"}\n{"text": "so so", "when": null}\n',
        encoding="utf-8",
    )
    examples, times = read_feedback(path)
    assert [e.text for e in examples] == ["fine", "不好", "so so"] and times == ("2026-02-28", "2026-03-02")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"text": "a", "when": "yesterday"}', r"ISO 8601. Received: 'yesterday' \(.*row 3, column 'when'\)"),
        ('{"text": "a", "mood": "x"}', "column 'mood'"),
        ('{"text": " "}', r"feedback\.jsonl', row 3, column 'text'\)$"),
        ("{", "row 3"),
    ],
)
def test_a_wrong_line_of_feedback_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(f'{{"text": "good"}}\n\n{line}\n')
    with pytest.raises(DataError, match=said):
        read_feedback(path)
    with pytest.raises(DataError, match="jsonl"):
        read_feedback(tmp_path / "feedback.csv")
