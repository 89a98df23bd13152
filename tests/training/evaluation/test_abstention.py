"""What saying nothing buys, and what a threshold promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.training.evaluation.abstention import aurc, clopper_pearson, error_at, promise, risk_coverage


def test_the_curve_by_hand() -> None:
    confidence, right = np.array([0.9, 0.2, 0.8, 0.4]), np.array([1, 0, 1, 0])
    assert risk_coverage(confidence, right).tolist() == [0, 0, pytest.approx(1 / 3), 0.5]
    assert aurc(confidence, right) == pytest.approx((1 / 3 + 0.5) / 4)
    assert [error_at(confidence, right, share) for share in (0.5, 0.51, 1.0)] == [0, pytest.approx(1 / 3), 0.5]
    assert risk_coverage(np.full(4, 0.7), right).tolist() == [0.5] * 4  # confidences that say nothing


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=40))
def test_the_curve_ends_at_the_error_of_all_and_forgets_the_order(rows: list[tuple[float, int]]) -> None:
    there, back = (np.array(side) for side in (rows, rows[::-1]))
    curve = risk_coverage(*there.T)
    assert curve[-1] == pytest.approx(1 - there[:, 1].mean())
    assert curve == pytest.approx(risk_coverage(*back.T))
    assert ((curve >= -1e-12) & (curve <= 1 + 1e-12)).all()


def test_the_bound_is_that_of_the_beta_distribution() -> None:
    beta = pytest.importorskip("scipy.stats").beta
    for wrong, told, level in [(0, 1, 0.9), (0, 59, 0.95), (3, 50, 0.95), (40, 1000, 0.99), (900, 20_000, 0.95)]:
        assert clopper_pearson(wrong, told, level) == pytest.approx(beta.ppf(level, wrong + 1, told - wrong), rel=1e-6)
    assert clopper_pearson(5, 5, 0.95) == 1.0 and clopper_pearson(0, 0, 0.95) == 1.0
    with pytest.raises(ValueError, match="level"):
        clopper_pearson(1, 5, 1.0)


def answers(seed: int, rows: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.5, 1, rows)
    return confidence, (rng.random(rows) < confidence).astype(int)


def test_a_promise_is_kept_on_texts_that_were_not_seen() -> None:
    kept, coverage = 0, []
    for seed in range(40):
        found = promise(*answers(seed), error=0.1, level=0.9)
        assert found is not None and found.error <= found.bound <= 0.1
        confidence, right = answers(10_000 + seed, rows=20_000)
        kept += 1 - right[confidence >= found.threshold].mean() <= 0.1
        coverage.append(found.coverage)
    assert kept >= 36  # nine in ten were promised
    assert 0.2 < np.mean(coverage) < 0.45  # at best 0.4: the mean of [0.8, 1] is 0.9


def test_what_cannot_be_promised_is_not() -> None:
    assert promise(np.array([0.9, 0.8]), np.array([1, 1]), error=0.05) is None  # two answers prove nothing
    assert promise(np.linspace(0, 1, 500), np.zeros(500, int), error=0.05) is None
    everything = promise(np.linspace(0, 1, 500), np.ones(500, int), error=0.05)
    assert everything is not None and everything.coverage == 1.0 and everything.error == 0.0
    with pytest.raises(ValueError, match="error rate"):
        promise(np.array([0.5]), np.array([1]), error=0.0)
    with pytest.raises(ValueError, match="Expected confidences"):
        risk_coverage(np.empty(0), np.empty(0))
    with pytest.raises(ValueError, match="coverage"):
        error_at(np.array([0.5]), np.array([1]), 0.0)
