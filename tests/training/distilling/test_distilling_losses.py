import numpy as np
import pytest

keras = pytest.importorskip("keras")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from makeup_ai.training.distilling import losses  # noqa: E402
from makeup_ai.training.distilling.kinds import TAUGHT_KINDS  # noqa: E402


def value(loss, targets, outputs) -> float:
    return float(loss(*(keras.ops.convert_to_tensor(np.array(x, np.float32)) for x in (targets, outputs))))


def test_soft_cross_entropy_by_hand() -> None:
    # softmax((0, 2 ln 3) / 2) = (1/4, 3/4)
    logits = [[0.0, 2 * np.log(3.0)], [5.0, 5.0]]
    loss = losses.soft_cross_entropy(2.0)
    entropy = -(0.5 * np.log(0.25) + 0.5 * np.log(0.75))
    assert value(loss, [[0.5, 0.5], [-1.0, -1.0]], logits) == pytest.approx(4 * entropy, rel=1e-5)
    assert value(loss, [[-1.0, -1.0], [-1.0, -1.0]], logits) == 0


def test_soft_binary_cross_entropy_by_hand() -> None:
    loss = losses.soft_binary_cross_entropy(1.0)
    logits = [[np.log(3.0), 0.0], [9.0, 9.0]]  # sigmoid: 3/4, 1/2
    expected = -(0.25 * np.log(0.75) + 0.75 * np.log(0.25)) + np.log(2.0)
    assert value(loss, [[0.25, 0.5], [-1.0, -1.0]], logits) == pytest.approx(expected, rel=1e-5)


def test_distances_by_hand() -> None:
    targets, vectors = [[3.0, 4.0], [0.0, 0.0]], [[4.0, 3.0], [7.0, 7.0]]
    assert value(losses.cosine_distance, targets, vectors) == pytest.approx(1 - 24 / 25, rel=1e-5)
    assert value(losses.squared_distance, targets, vectors) == pytest.approx(1.0)
    assert value(losses.relative_distance, targets, vectors) == pytest.approx(2 / 25)
    assert value(losses.relative_distance, targets, np.zeros((2, 2))) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", sorted(TAUGHT_KINDS))
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 9_999), temperature=st.floats(0.5, 4.0))
def test_no_answer_is_better_than_the_teachers_own(kind: str, seed: int, temperature: float) -> None:
    generator = np.random.default_rng(seed)
    taught = TAUGHT_KINDS[kind]
    output = generator.normal(0, 2, (6 + 5, 3) if kind == "field" else (6, 3) if taught.pieces else (3,))
    output = output.astype(np.float32)
    targets = taught.softened(taught.logits(output, 6), temperature)[None]
    loss = taught.loss(temperature)
    other = output + generator.normal(0, 1, output.shape)
    assert value(loss, targets, output[None]) <= value(loss, targets, other[None]) + 1e-5


@pytest.mark.parametrize("of", ["logits", "probabilities"])
def test_the_mean_of_teachers(of: str) -> None:
    kind = TAUGHT_KINDS["text"]
    one, two = np.log(np.array([[0.9, 0.1], [0.5, 0.5]], np.float32)), np.log(np.array([[0.5, 0.5]] * 2, np.float32))
    two[1] = np.nan  # says nothing
    shares = np.exp(mean := kind.mean([one, two], of)) / np.exp(mean).sum(axis=-1, keepdims=True)
    expected = 0.7 if of == "probabilities" else 3 / 4  # odds 9:1 and 1:1 have the geometric mean 3:1
    np.testing.assert_allclose(shares[:, 0], [expected, 0.5], rtol=1e-5)
    nothing = kind.mean([np.full((1, 2), np.nan, np.float32)] * 2, of)
    assert np.isnan(nothing).all() and (kind.softened(nothing, 2.0) == -1).all()
