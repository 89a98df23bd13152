"""Measures of rankings, by numbers worked by hand."""

import math

import numpy as np
import pytest

from makeup_ai.training.evaluation.ranking import (
    best,
    coverage,
    gini,
    hit,
    interval,
    ndcg,
    paired,
    recall,
    reciprocal_rank,
    tail_share,
)

TOP = np.array([[2, 0, 1], [3, 4, 0]])
RELEVANT = np.array([[True, False, True, True, True], [False, True, False, False, False]])


def test_measures_worked_by_hand():
    assert recall(TOP, RELEVANT).tolist() == [0.5, 0.0]
    gained, most = 1 + 1 / math.log2(3), 1 + 1 / math.log2(3) + 0.5
    assert ndcg(TOP, RELEVANT) == pytest.approx([gained / most, 0.0])
    assert hit(TOP, RELEVANT).tolist() == [1.0, 0.0]
    assert reciprocal_rank(TOP, RELEVANT).tolist() == [1.0, 0.0]
    assert reciprocal_rank(np.array([[1, 4, 0]]), RELEVANT[:1]).tolist() == [0.5]


def test_a_perfect_ranking_of_fewer_than_k_is_one():
    relevant = np.array([[False, True, False, False]])
    assert ndcg(np.array([[1, 0, 2]]), relevant) == pytest.approx([1.0])


def test_the_best_come_first_and_what_is_hidden_last():
    scores = np.array([[0.1, 0.5, 0.5, 0.9]])
    assert best(scores, 3).tolist() == [[3, 1, 2]]
    assert best(scores, 4, np.array([[False, False, False, True]])).tolist() == [[1, 2, 0, 3]]
    with pytest.raises(ValueError, match="finite"):
        best(np.array([[np.nan, 1.0]]), 1)
    with pytest.raises(ValueError, match="k=5"):
        best(scores, 5)


def test_a_user_with_nothing_to_find_is_refused():
    with pytest.raises(ValueError, match="relevant"):
        ndcg(TOP, np.zeros((2, 5), bool))


def test_who_is_shown():
    assert coverage(TOP, 10) == 0.5
    assert gini(np.array([[0], [1], [2], [3]]), 4) == pytest.approx(0.0)
    assert gini(np.array([[0], [0]]), 4) == pytest.approx(0.75)  # all to one of four: 1 - 1/4
    bought = np.array([100, 5, 4, 3, 2])
    assert tail_share(np.array([[0, 1], [0, 2]]), bought) == 0.5


def test_pairs_of_the_same_users():
    rng = np.random.default_rng(0)
    first = rng.random(400)
    same = paired(first, first)
    assert (same.mean, same.low, same.high, same.p) == (0, 0, 0, 1)
    better = paired(first + 0.1 + 0.1 * rng.standard_normal(400), first)
    assert better.low > 0.05
    assert better.high < 0.15
    assert better.p < 0.01
    chance = paired(first + rng.standard_normal(400), first)
    assert chance.low < 0 < chance.high
    assert chance.p > 0.05
    with pytest.raises(ValueError, match="same users"):
        paired(first, first[:3])


def test_the_interval_of_a_mean_narrows_with_users():
    rng = np.random.default_rng(1)
    few, many = (np.subtract(*interval(rng.standard_normal(n))[::-1]) for n in (50, 5000))
    assert 5 < few / many < 20  # ten times, by the root of a hundred
