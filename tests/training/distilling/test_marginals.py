import itertools

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from makeup_ai.training.distilling.marginals import batched_log_marginals, log_marginals  # noqa: E402


def by_enumeration(scores: np.ndarray) -> np.ndarray:
    """Return the marginals by the sum over all paths."""
    classes = scores.shape[-1]
    emissions, field = scores[: -classes - 2], scores[-classes - 2 :].astype(np.float64)
    shares = np.zeros(emissions.shape)
    for path in itertools.product(range(classes), repeat=len(emissions)):
        score = field[classes][path[0]] + field[classes + 1][path[-1]]
        score += sum(emissions[i][label] for i, label in enumerate(path))
        score += sum(field[a][b] for a, b in itertools.pairwise(path))
        for piece, label in enumerate(path):
            shares[piece, label] += np.exp(score)
    return shares / shares.sum(axis=-1, keepdims=True)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), pieces=st.integers(1, 5), classes=st.integers(2, 3))
def test_they_are_the_sums_over_all_paths(seed: int, pieces: int, classes: int) -> None:
    scores = np.random.default_rng(seed).normal(0, 2, (pieces + classes + 2, classes)).astype(np.float32)
    np.testing.assert_allclose(np.exp(log_marginals(scores)), by_enumeration(scores), rtol=1e-4, atol=1e-6)


def test_a_batch_of_paths_of_different_lengths() -> None:
    generator = np.random.default_rng(3)
    lengths, longest, classes = (3, 5, 1, 0), 7, 3
    field = generator.normal(0, 2, (classes + 2, classes)).astype(np.float32)
    emissions = generator.normal(0, 2, (len(lengths), longest, classes)).astype(np.float32)
    known = np.zeros((len(lengths), longest), np.float32)
    for row, length in enumerate(lengths):
        known[row, 1 : 1 + length] = 1
    scores = np.concatenate([emissions, np.broadcast_to(field, (len(lengths), *field.shape))], axis=1)
    found = keras.ops.convert_to_numpy(batched_log_marginals(*map(keras.ops.convert_to_tensor, (scores, known))))
    assert np.isfinite(found).all()
    for row, length in enumerate(lengths):
        if length:
            alone = np.concatenate([emissions[row, 1 : 1 + length], field])
            np.testing.assert_allclose(np.exp(found[row, 1 : 1 + length]), by_enumeration(alone), rtol=1e-4, atol=1e-6)


def test_sure_scores_stay_numbers() -> None:
    scores = np.array([[1e4, -1e4], [-1e4, 1e4], *[[0.0, 0.0]] * 4], np.float32)
    np.testing.assert_array_equal(np.exp(log_marginals(scores)), np.eye(2))
    found = batched_log_marginals(keras.ops.convert_to_tensor(scores[None]), keras.ops.ones((1, 2)))
    np.testing.assert_array_equal(np.exp(keras.ops.convert_to_numpy(found)), np.eye(2)[None])
