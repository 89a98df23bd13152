import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.tasks.losses import in_batch_contrast, masked_cross_entropy  # noqa: E402


def number(value) -> float:
    return float(keras.ops.convert_to_numpy(value))


def tensor(values, dtype: str = "float32"):
    return keras.ops.convert_to_tensor(np.array(values), dtype=dtype)


def test_cross_entropy_by_hand() -> None:
    logits = tensor(np.log([[0.25, 0.75], [0.5, 0.5], [0.9, 0.1]]))
    expected = -(np.log(0.75) + np.log(0.5)) / 2  # the third row carries no label
    assert number(masked_cross_entropy()(tensor([1, 0, -1], "int32"), logits)) == pytest.approx(expected, abs=1e-6)
    as_floats = masked_cross_entropy()(tensor([1.0, 0.0, -1.0]), logits)  # as Keras hands them over
    assert number(as_floats) == pytest.approx(expected, abs=1e-6)


def test_cross_entropy_of_pieces_by_hand() -> None:
    logits = tensor(np.log([[[0.5, 0.5], [0.2, 0.8]], [[0.1, 0.9], [0.6, 0.4]]]))
    targets = tensor([[-1, 1], [0, -1]], "int32")
    expected = -(np.log(0.8) + np.log(0.1)) / 2
    assert number(masked_cross_entropy()(targets, logits)) == pytest.approx(expected, abs=1e-6)


def test_class_weights_by_hand() -> None:
    logits = tensor(np.log([[0.25, 0.75], [0.5, 0.5]]))
    loss = masked_cross_entropy(np.array([3.0, 1.0], np.float32))
    expected = -(1 * np.log(0.75) + 3 * np.log(0.5)) / 4
    assert number(loss(tensor([1, 0], "int32"), logits)) == pytest.approx(expected, abs=1e-6)


def test_no_label_no_loss_and_no_gradient_to_speak_of() -> None:
    assert number(masked_cross_entropy()(tensor([-1, -1], "int32"), tensor(np.eye(2)))) == 0
    assert number(in_batch_contrast(tensor([-1, -1], "int32"), tensor(np.eye(2)))) == 0


def test_contrast_by_hand() -> None:
    similarity = tensor(np.log([[6.0, 1.0, 1.0], [2.0, 2.0, 4.0], [1.0, 1.0, 2.0]]))
    expected = -(np.log(6 / 8) + np.log(2 / 8) + np.log(2 / 4)) / 3
    assert number(in_batch_contrast(tensor([7, 8, 9], "int32"), similarity)) == pytest.approx(expected, abs=1e-5)
    with_an_axis = in_batch_contrast(tensor([[7.0], [8.0], [9.0]]), similarity)
    assert number(with_an_axis) == pytest.approx(expected, abs=1e-5)


def test_rows_of_one_product_are_all_positive() -> None:
    similarity = tensor(np.log([[6.0, 1.0, 1.0], [2.0, 2.0, 4.0], [1.0, 1.0, 2.0]]))
    expected = -(np.log(7 / 8) + np.log(4 / 8) + np.log(2 / 4)) / 3
    assert number(in_batch_contrast(tensor([7, 7, 9], "int32"), similarity)) == pytest.approx(expected, abs=1e-5)


def test_hard_negatives_stand_behind_the_products_row_by_row() -> None:
    similarity = tensor(np.log([[6.0, 1.0, 3.0, 2.0], [2.0, 2.0, 5.0, 1.0]]))
    expected = -(np.log(6 / 12) + np.log(2 / 10)) / 2
    targets = tensor([[7, 1, 20], [8, 2, 21]], "int32")
    assert number(in_batch_contrast(targets, similarity)) == pytest.approx(expected, abs=1e-5)
    # the second row's negative is the first row's product, and the first row's is no text at all
    targets = tensor([[7, 1, -1], [8, 2, 7]])
    expected = -(np.log(8 / 9) + np.log(2 / 5)) / 2
    assert number(in_batch_contrast(targets, similarity)) == pytest.approx(expected, abs=1e-5)


def test_another_product_of_the_same_query_does_not_count_against_it() -> None:
    similarity = tensor(np.log([[6.0, 1.0, 1.0, 9.0], [2.0, 2.0, 4.0, 1.0], [1.0, 1.0, 2.0, 8.0]]))
    targets = tensor([[7, 1], [8, 1], [9, 2]], "int32")
    expected = -(np.log(6 / 7) + np.log(2 / 6) + np.log(2 / 4)) / 3
    assert number(in_batch_contrast(targets, similarity[:, :3])) == pytest.approx(expected, abs=1e-5)
    # nor where it was mined for another query
    targets = tensor([[7, 1, 8], [8, 1, -1], [9, 2, -1]], "int32")
    wide = keras.ops.concatenate([similarity, similarity[:, :2]], axis=1)
    assert number(in_batch_contrast(targets, wide)) == pytest.approx(
        -(np.log(6 / 7) + np.log((2 + 1) / (2 + 4 + 1)) + np.log(2 / (4 + 8))) / 3, abs=1e-5
    )


def test_a_row_without_a_product_takes_no_part_on_either_side() -> None:
    similarity = tensor(np.log([[6.0, 2.0, 9.0], [2.0, 2.0, 9.0], [9.0, 9.0, 9.0]]))
    expected = -(np.log(6 / 8) + np.log(2 / 4)) / 2
    assert number(in_batch_contrast(tensor([7, 8, -1], "int32"), similarity)) == pytest.approx(expected, abs=1e-5)
    assert number(in_batch_contrast(tensor([7], "int32"), tensor([[3.0]]))) == pytest.approx(0, abs=1e-6)
