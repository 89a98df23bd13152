import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from makeup_ai.training.evaluation import metrics

labelled = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)
scored = st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=2, max_size=40)


@given(labelled)
def test_accuracy_and_macro_f1_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = np.array(pairs).T
    assert metrics.accuracy(gold, predicted) == pytest.approx(sklearn.accuracy_score(gold, predicted))
    expected = sklearn.f1_score(gold, predicted, average="macro", zero_division=0)
    assert metrics.macro_f1(gold, predicted, 4) == pytest.approx(expected)


@given(scored)
def test_auc_is_scikit_learns_ties_and_all(pairs: list[tuple[int, int]]) -> None:
    gold, scores = np.array(pairs).T
    if len(set(gold.tolist())) < 2:
        with pytest.raises(ValueError, match="both classes"):
            metrics.roc_auc(gold, scores)
    else:
        assert metrics.roc_auc(gold, scores) == pytest.approx(sklearn.roc_auc_score(gold, scores))


def test_accuracy_needs_something_to_compare() -> None:
    with pytest.raises(ValueError, match="non-empty"):
        metrics.accuracy(np.array([]), np.array([]))
    with pytest.raises(ValueError, match="one shape"):
        metrics.accuracy(np.array([1]), np.array([1, 2]))


def test_span_f1_by_hand() -> None:
    gold = [{(0, 4, "color"), (5, 9, "finish")}, {(0, 3, "color")}]
    predicted = [{(0, 4, "color"), (5, 9, "color")}, set()]  # right, wrong slot; missed
    assert metrics.span_f1(gold, predicted) == {
        "precision": 0.5,
        "recall": pytest.approx(1 / 3),
        "f1": pytest.approx(0.4),
    }
    assert metrics.span_f1([{(0, 4, "color")}], [{(0, 3, "color")}])["f1"] == 0  # nearly is not right


def test_span_f1_where_there_is_nothing() -> None:
    assert metrics.span_f1([set()], [set()]) == {"precision": 1, "recall": 1, "f1": 1}
    assert metrics.span_f1([set()], [{(0, 1, "color")}]) == {"precision": 0, "recall": 1, "f1": 0}
    assert metrics.span_f1([{(0, 1, "color")}], [set()]) == {"precision": 0, "recall": 0, "f1": 0}


def test_recall_at_by_hand() -> None:
    scores = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1], [0.2, 0.3, 0.1]])
    assert metrics.recall_at(scores, np.array([0, 1, 2]), 1) == pytest.approx(1 / 3)
    assert metrics.recall_at(scores, np.array([0, 1, 2]), 2) == pytest.approx(2 / 3)
    assert metrics.recall_at(scores, np.array([0, 1, 2]), 3) == 1
    assert metrics.mean_reciprocal_rank(scores, np.array([0, 1, 2])) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_who_says_the_same_of_everything_takes_the_middle_place() -> None:
    flat = np.ones((2, 21))
    assert metrics.places(flat, np.array([0, 20])).tolist() == [11, 11]
    assert metrics.recall_at(flat, np.array([0, 20]), 10) == 0
