import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from makeup_ai.training.data.annotation.agreement import bio_classes, cohen_kappa, measure_agreement
from makeup_ai.training.data.annotation.records import Annotation
from makeup_ai.training.data.examples import Example


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    ours = cohen_kappa(first, second)
    if len({*first, *second}) == 1:  # where scikit-learn divides zero by zero
        assert ours is None
    else:
        assert ours == pytest.approx(float(cohen_kappa_score(first, second)), abs=1e-12)
        assert ours <= 1 and math.isclose(ours, cohen_kappa(second, first))


def test_kappa_of_cohen_and_of_no_agreement():
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)  # p_o = 0.7, p_e = 0.5
    assert cohen_kappa(["a", "b"], ["b", "a"]) == -1
    assert cohen_kappa(["a", "a"], ["b", "b"]) == 0
    assert cohen_kappa([], []) is None
    with pytest.raises(ValueError, match="the same items"):
        cohen_kappa(["a"], [])


def checked(text, slots=None, done=True, **labels):
    return Annotation(Example(text, slots=slots, **labels), checked=done)


def rows(report):
    return {row.what: row for row in report.rows}


FIRST = [
    checked("nice scent", ((0, 4, "opinion"), (5, 10, "aspect")), sentiment="positive", aspects=("scent#good",)),
    checked("bad cap", ((4, 7, "aspect"),), sentiment="negative", aspects=("pack#bad", "all#bad")),
    checked("only mine", ()),
    checked("not done", (), done=False),
]
SECOND = [
    checked("bad cap", ((0, 3, "opinion"), (4, 7, "aspect")), sentiment="negative", aspects=("pack#bad",)),
    checked("nice scent", ((0, 4, "opinion"), (5, 9, "aspect")), sentiment="negative", aspects=("scent#good",)),
    checked("not done", ()),
    checked("theirs", ()),
]


def test_only_what_both_have_checked_is_compared():
    report = measure_agreement(FIRST, SECOND)
    assert (report.texts, report.only_first, report.only_second) == (2, 1, 2)
    found = rows(report)
    assert (found["spans"].items, found["spans"].same) == (5, 2)
    assert found["spans"].f1 == pytest.approx(2 * 2 / 7) and found["spans"].kappa is None
    assert found["spans opinion"].f1 == pytest.approx(2 / 3) and found["spans aspect"].f1 == pytest.approx(2 / 4)
    assert (found["sentiment"].items, found["sentiment"].same) == (2, 1)
    assert found["sentiment"].kappa == pytest.approx(
        cohen_kappa_score(["positive", "negative"], ["negative", "negative"])
    )
    assert (found["aspects"].items, found["aspects"].same) == (6, 5)  # three aspects in two texts
    assert found["aspects"].f1 == pytest.approx(4 / 5)
    ours = [c for one in FIRST[:2] for c in bio_classes(one.example.text, one.example.slots)]
    theirs = [c for one in SECOND[1::-1] for c in bio_classes(one.example.text, one.example.slots)]
    assert found["characters"].items == len("nicescentbadcap")
    assert found["characters"].kappa == pytest.approx(cohen_kappa_score(ours, theirs))


def test_disagreements_name_the_words():
    report = measure_agreement(FIRST, SECOND)
    found = {(one.text, one.what): (one.first, one.second) for one in report.disagreements}
    assert found == {
        ("nice scent", "sentiment"): (("positive",), ("negative",)),
        ("nice scent", "spans"): (("scent [5:10] aspect",), ("scen [5:9] aspect",)),
        ("bad cap", "aspects"): (("all#bad",), ()),
        ("bad cap", "spans"): ((), ("bad [0:3] opinion",)),
    }
    assert json.loads(report.to_json())["disagreements"][0]["text"] == "nice scent"
    assert "4 disagreements" in str(report) and "'bad cap'" in str(report)


def test_agreement_with_oneself_is_whole_and_the_sides_are_alike():
    same = measure_agreement(FIRST, FIRST)
    assert not same.disagreements and same.only_first == same.only_second == 0
    assert rows(same)["characters"].kappa == 1 and rows(same)["spans"].f1 == 1
    there, back = measure_agreement(FIRST, SECOND), measure_agreement(SECOND, FIRST)
    assert rows(there).keys() == rows(back).keys()
    for what, row in rows(there).items():
        assert (row.kappa, row.f1) == pytest.approx((rows(back)[what].kappa, rows(back)[what].f1))


def test_what_cannot_be_known_is_not_made_up():
    nothing = measure_agreement(FIRST[:1], SECOND[3:])
    assert (nothing.texts, nothing.rows) == (0, ()) and "nothing to compare" in str(nothing)
    one_class = measure_agreement([checked("a", (), sentiment="positive")], [checked("a", (), sentiment="positive")])
    found = rows(one_class)
    assert found["sentiment"].kappa is None and found["sentiment"].same == 1
    assert found["characters"].kappa is None and found["spans"].f1 is None and found["spans"].items == 0
    assert "not defined" in str(one_class) and json.loads(one_class.to_json())["rows"][0]["kappa"] is None
    different = measure_agreement([checked("a", (), sentiment="positive")], [checked("a", None, intent="greeting")])
    assert different.texts == 1 and different.rows == () and "nothing to compare" in str(different)
    blank = measure_agreement([checked("a", None, aspects=())], [checked("a", None, aspects=())])
    assert blank.rows == ()
