"""Temperatures and the measures of how true probabilities are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.training.evaluation.calibration import (
    COLDEST,
    HOTTEST,
    SIGMOID,
    SOFTMAX,
    expected_calibration_error,
    fit_temperature,
    reliability,
)

LINKS = {"softmax": SOFTMAX, "sigmoid": SIGMOID}


def drawn(link: str, rows: int = 4000, too_sure: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and what was true, drawn from the very probabilities that they say when divided by `too_sure`."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (rows, 3))
    p = LINKS[link].probabilities(logits)
    if link == "sigmoid":
        return logits * too_sure, (rng.random(p.shape) < p).astype(np.int64)
    return logits * too_sure, (p.cumsum(1) < rng.random((rows, 1))).sum(1)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("too_sure", [0.5, 1.0, 4.0])
def test_the_temperature_that_was_put_in_is_found(link: str, too_sure: float) -> None:
    logits, gold = drawn(link, too_sure=too_sure)
    assert fit_temperature(logits, gold, LINKS[link]) == pytest.approx(too_sure, rel=0.08)


@pytest.mark.parametrize("link", LINKS)
def test_a_temperature_makes_unseen_probabilities_truer(link: str) -> None:
    logits, gold = drawn(link, too_sure=3.0)
    unseen, truth = drawn(link, too_sure=3.0, seed=1)
    found, chosen = fit_temperature(logits, gold, LINKS[link]), LINKS[link]
    p, cooled = (chosen.probabilities(unseen / t) for t in (1.0, found))
    assert chosen.nll(unseen / found, truth) < chosen.nll(unseen, truth)
    assert chosen.brier(cooled, truth) < chosen.brier(p, truth)
    assert np.array_equal(p.argmax(-1), cooled.argmax(-1))
    if link == "softmax":
        ece = [expected_calibration_error(q.max(-1), (q.argmax(-1) == truth).astype(int)) for q in (p, cooled)]
        assert ece[1] < 0.03 < 0.1 < ece[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from(sorted(LINKS)))
def test_no_other_temperature_is_likelier(seed: int, rows: int, link: str) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (rows, 2))
    gold = rng.integers(0, 2, (rows, 2) if link == "sigmoid" else rows)
    found = fit_temperature(logits, gold, LINKS[link])
    assert COLDEST <= found <= HOTTEST
    best = LINKS[link].nll(logits / found, gold)
    assert all(best <= LINKS[link].nll(logits / t, gold) + 1e-6 for t in np.geomspace(COLDEST, HOTTEST, 40))


def test_the_measures_by_hand() -> None:
    logits = np.log(np.array([[0.8, 0.2], [0.4, 0.6]]))
    gold = np.array([0, 0])
    assert SOFTMAX.nll(logits, gold) == pytest.approx(-(np.log(0.8) + np.log(0.4)) / 2)
    assert SOFTMAX.brier(np.exp(logits), gold) == pytest.approx((0.2**2 * 2 + 0.6**2 * 2) / 2)
    assert SIGMOID.nll(np.zeros((1, 2)), np.array([[1, 0]])) == pytest.approx(np.log(2))
    assert SIGMOID.brier(np.array([[0.5, 0.1]]), np.array([[1, 0]])) == pytest.approx((0.25 + 0.01) / 2)
    confidence, right = np.array([0.9, 0.9, 0.5, 0.5]), np.array([1, 0, 1, 1])
    assert reliability(confidence, right, 2).tolist() == [[0.5, 1.0, 0.5], [0.9, 0.5, 0.5]]
    assert expected_calibration_error(confidence, right, 2) == pytest.approx(0.5 * 0.5 + 0.4 * 0.5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.51, 0.9]), st.integers(0, 1)), min_size=1, max_size=40))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[float, int]]) -> None:
    there, back = (np.array(side) for side in (rows, rows[::-1]))
    assert expected_calibration_error(*there.T, 5) == pytest.approx(expected_calibration_error(*back.T, 5))
    assert reliability(*there.T, 5)[:, 2].sum() == pytest.approx(1)


def test_logits_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        fit_temperature(np.empty((0, 2)), np.empty(0, int), SOFTMAX)
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.array([[np.nan, 0.0]]), np.array([0]), SOFTMAX)
    with pytest.raises(ValueError, match="Expected confidences"):
        reliability(np.empty(0), np.empty(0))
    assert SIGMOID.nll(np.array([[1e4, -1e4]]), np.array([[1, 0]])) == 0.0  # and no overflow
