import numpy as np
import pytest

pytest.importorskip("keras")

from makeup_ai.text.decoding import softmax
from makeup_ai.training.distilling.alignment import aligned, aligned_vectors

LABELS = ("O", "B-x", "I-x")
BEGINS, WITHIN, OUTSIDE = ([0.0, 9.0, 0.0], [0.0, 0.0, 9.0], [9.0, 0.0, 0.0])


def spans(*pairs: tuple[int, int]) -> np.ndarray:
    return np.array([(0, 0), *pairs, (0, 0)], np.int32)


def logits(*rows: list[float]) -> np.ndarray:
    nothing = [np.nan] * 3
    return np.array([nothing, *rows, nothing], np.float32)


def best(found: np.ndarray) -> list[str]:
    return ["-" if np.isnan(row).any() else LABELS[row.argmax()] for row in found]


def test_finer_pieces_go_on_within_what_began() -> None:
    found = aligned(logits(OUTSIDE, BEGINS), spans((0, 2), (3, 9)), spans((0, 2), (3, 5), (5, 7), (7, 9)), LABELS)
    assert best(found) == ["-", "O", "B-x", "I-x", "I-x", "-"]
    np.testing.assert_allclose(softmax(found[3]), softmax(np.array([0.0, -1e9, np.log(np.exp(9.0) + 1)])), atol=1e-6)


def test_coarser_pieces_take_what_begins_them() -> None:
    found = aligned(logits(BEGINS, WITHIN, OUTSIDE), spans((0, 2), (2, 4), (5, 6)), spans((0, 4), (5, 6)), LABELS)
    assert best(found) == ["-", "B-x", "O", "-"]


def test_what_the_teacher_cut_off_is_not_answered() -> None:
    found = aligned(logits(BEGINS), spans((0, 2)), spans((0, 2), (3, 5)), LABELS)
    assert best(found) == ["-", "B-x", "-", "-"]
    assert best(aligned(logits(), spans(), spans((0, 2)), LABELS)) == ["-", "-", "-"]


def test_equal_pieces_stay_as_they_are() -> None:
    given = logits(BEGINS, WITHIN, OUTSIDE)
    same = spans((0, 1), (1, 2), (3, 4))
    np.testing.assert_array_equal(aligned(given, same, same, LABELS), given)


def test_vectors_go_to_the_pieces_of_the_same_characters() -> None:
    vectors = np.array([[9.0], [1.0], [2.0], [3.0], [8.0]], np.float32)
    given = spans((0, 2), (3, 6), (6, 9))
    found = aligned_vectors(vectors, given, spans((0, 1), (1, 2), (3, 9), (12, 14)))
    assert found[:, 0].tolist() == [9, 1, 1, 2, 0, 8]  # what nobody read has no vector
    np.testing.assert_array_equal(aligned_vectors(vectors, given, given), vectors)
