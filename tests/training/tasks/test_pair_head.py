import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

keras = pytest.importorskip("keras")

from makeup_ai.training.tasks.pair_head import compare, sides  # noqa: E402


def array(value) -> np.ndarray:
    return keras.ops.convert_to_numpy(value)


def tensor(values, dtype: str = "float32"):
    return keras.ops.convert_to_tensor(np.array(values), dtype=dtype)


@settings(max_examples=30, deadline=None)
@given(
    first=st.lists(st.integers(5, 9), max_size=4),
    second=st.lists(st.integers(5, 9), max_size=4),
    padding=st.integers(0, 3),
    cls=st.sampled_from([2, 101]),
    sep=st.sampled_from([3, 102]),
)
def test_the_sides_are_found_whatever_the_separator_is(first, second, padding: int, cls: int, sep: int) -> None:
    ids = [cls, *first, sep, *second, sep] + [0] * padding
    mask = [1] * (len(ids) - padding) + [0] * padding
    a, b = (array(side)[0] for side in sides(tensor([ids], "int32"), tensor([mask], "int32")))
    assert [i for i, on in zip(ids, a, strict=True) if on] == first
    assert [i for i, on in zip(ids, b, strict=True) if on] == second
    assert set(a.tolist()) | set(b.tolist()) <= {0.0, 1.0} and not (a * b).any()


def test_sides_are_compared_by_hand() -> None:
    # [CLS] 5 6 [SEP] 6 [SEP]: of the first side's two pieces the second is met, and weighs three times as much
    ids, mask = tensor([[2, 5, 6, 3, 6, 3]], "int32"), tensor([[1] * 6], "int32")
    sequence = tensor([[[9, 9], [1, 0], [0, 2], [9, 9], [0, 4], [9, 9]]])
    weights = tensor([[[0.5], [0.25], [0.75], [0.5], [0.5], [0.5]]])
    product, distance, *met = (array(f)[0] for f in compare(ids, sequence, weights, *sides(ids, mask)))
    np.testing.assert_allclose(product, [0, 4], atol=1e-5)  # means (0.5, 1) and (0, 4)
    np.testing.assert_allclose(distance, [0.5, 3], atol=1e-5)
    np.testing.assert_allclose(np.concatenate(met), [0.75, 0.75, 1, 1], atol=1e-5)


def test_a_side_without_a_piece_is_met_nowhere_and_gives_numbers() -> None:
    ids, mask = tensor([[2, 3, 6, 3]], "int32"), tensor([[1] * 4], "int32")
    weights = tensor(np.full((1, 4, 1), 0.5))
    found = [array(f) for f in compare(ids, tensor(np.ones((1, 4, 2))), weights, *sides(ids, mask))]
    assert all(np.isfinite(f).all() for f in found)
    assert found[2] == found[3] == 0 and found[4] == found[5] == -1


def test_padding_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    ids = np.array([[2, 5, 6, 3, 7, 5, 3]])
    sequence, weights = rng.normal(size=(1, 9, 4)), rng.random((1, 9, 1))
    padded = np.concatenate([ids, [[0, 0]]], axis=1)
    found = []
    for one in (ids, padded):
        n = one.shape[1]
        place = sides(tensor(one, "int32"), tensor((one > 0) * 1, "int32"))
        found.append(compare(tensor(one, "int32"), tensor(sequence[:, :n]), tensor(weights[:, :n]), *place))
    for short, long in zip(*found, strict=True):
        np.testing.assert_allclose(array(short), array(long), atol=1e-6)
