from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.text.decoding import Span, bio_spans, softmax

LABELS = ("O", "B-color", "I-color", "B-finish", "I-finish")


def logits_of(labels: list[str], sure: float = 9.0) -> np.ndarray:
    return sure * np.eye(len(LABELS), dtype=np.float32)[[LABELS.index(label) for label in labels]]


def words(count: int) -> np.ndarray:
    """Return offsets of words of three letters, between two special pieces."""
    return np.array([(0, 0), *((4 * i, 4 * i + 3) for i in range(count - 2)), (0, 0)], np.int32)


def spans(*labels: str) -> list[tuple[str, int, int]]:
    return [(s.slot, s.start, s.end) for s in bio_spans(logits_of(list(labels)), LABELS, words(len(labels)))]


def test_softmax_by_hand() -> None:
    np.testing.assert_allclose(softmax(np.log(np.array([1.0, 2.0, 5.0], np.float32))), [0.125, 0.25, 0.625], rtol=1e-6)
    np.testing.assert_allclose(softmax(np.array([[1e4, 0.0], [-1e4, -1e4]], np.float32)), [[1, 0], [0.5, 0.5]])


def test_a_span_goes_from_its_first_to_its_last_piece() -> None:
    assert spans("O", "O", "B-color", "I-color", "O", "O") == [("color", 4, 11)]
    assert spans("O", "B-color", "O") == [("color", 0, 3)]
    assert spans("O", "O", "O") == []


def test_neighbours_are_two_spans() -> None:
    assert spans("O", "B-color", "B-color", "O") == [("color", 0, 3), ("color", 4, 7)]
    assert spans("O", "B-color", "B-finish", "I-finish", "O") == [("color", 0, 3), ("finish", 4, 11)]


def test_an_inside_without_its_beginning_opens_a_span() -> None:
    assert spans("O", "I-color", "I-color", "O") == [("color", 0, 7)]
    assert spans("O", "B-color", "I-finish", "O") == [("color", 0, 3), ("finish", 4, 7)]
    assert spans("O", "B-color", "O", "I-color", "O") == [("color", 0, 3), ("color", 8, 11)]


def test_special_pieces_and_those_without_characters_are_in_no_span() -> None:
    assert spans("B-color", "I-color", "I-color") == [("color", 0, 3)]
    offsets = np.array([(0, 0), (0, 3), (0, 0), (4, 7), (0, 0)], np.int32)
    found = bio_spans(logits_of(["O", "B-color", "I-color", "I-color", "O"]), LABELS, offsets)
    assert [(s.start, s.end) for s in found] == [(0, 3), (4, 7)]


def test_confidence_is_the_mean_probability_of_the_labels() -> None:
    logits = np.log(
        np.array([[0.96, 0.01, 0.01, 0.01, 0.01], [0.1, 0.6, 0.1, 0.1, 0.1], [0.05, 0.05, 0.8, 0.05, 0.05]])
    )
    found = bio_spans(logits.astype(np.float32), LABELS, np.array([(0, 0), (0, 3), (3, 6)], np.int32))
    assert found == [Span("color", 0, 6, pytest.approx(0.7, abs=1e-6))]


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=20))
def test_spans_are_in_order_apart_and_cover_every_labelled_piece(labels: list[str]) -> None:
    labels = ["O", *labels, "O"]
    found = spans(*labels)
    assert all(end <= start for (_, _, end), (_, start, _) in pairwise(found))
    covered = {4 * i for i in range(len(labels) - 2) for _, start, end in found if start <= 4 * i < end}
    assert covered == {4 * i for i, label in enumerate(labels[1:-1]) if label != "O"}
