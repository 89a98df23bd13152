import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.training.data.documents import Document
from makeup_ai.training.pretraining.pairs import NEXT, NO_PAIR, RANDOM, Rows, pack, pair
from makeup_ai.training.pretraining.pieces import Pieces, hold_out

corpora = st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=6), min_size=1, max_size=12)


def corpus(documents: list[list[int]]) -> Pieces:
    """Documents by the lengths of their sentences; all pieces differ; every third document is Chinese."""
    lengths = [length for document in documents for length in document]
    total = sum(lengths)
    return Pieces(
        np.arange(total, dtype=np.int32),
        np.zeros(total, np.int8),
        np.zeros(total, bool),
        np.cumsum([0, *lengths]).astype(np.int64),
        np.cumsum([0, *map(len, documents)]).astype(np.int64),
        np.asarray([number % 3 == 2 for number in range(len(documents))], np.int8),
    )


def document_of(pieces: Pieces, place: int) -> int:
    return int(np.searchsorted(pieces.sentences[pieces.documents], place, side="right")) - 1


def read(rows: Rows, column: int) -> list[int]:
    return [place for span in rows.spans for place in range(span[column], span[column + 1])]


@given(corpora, st.integers(8, 40))
@settings(max_examples=100, deadline=None)
def test_packing_reads_every_piece_once_in_order_and_never_across_documents(documents, max_length: int) -> None:
    pieces = corpus(documents)
    rows = pack(pieces, max_length)
    assert read(rows, 0) == list(range(len(pieces.token_ids)))
    assert rows.lengths.max() <= max_length and (rows.labels == NO_PAIR).all()
    for start, end, *_ in rows.spans:
        assert document_of(pieces, start) == document_of(pieces, end - 1)
    for one, other in zip(rows.spans, rows.spans[1:], strict=False):  # neighbours of a document would not fit together
        if document_of(pieces, one[0]) == document_of(pieces, other[0]):
            after = int(pieces.sentences[np.searchsorted(pieces.sentences, other[0], side="right")])
            assert min(after, other[1]) - one[0] > max_length - 2


@given(corpora, st.integers(8, 40), st.integers(0, 100))
@settings(max_examples=100, deadline=None)
def test_pairs_are_what_their_labels_say(documents, max_length: int, seed: int) -> None:
    pieces = corpus(documents)
    rows = pair(pieces, max_length, seed)
    assert rows.lengths.max() <= max_length
    for (a, b, c, d), label, language in zip(rows.spans, rows.labels, rows.languages, strict=True):
        assert b > a and pieces.languages[document_of(pieces, a)] == language
        if label == NO_PAIR:
            assert c == d
        else:
            assert d > c and pieces.languages[document_of(pieces, c)] == language
            assert (c == b) == (label == NEXT)
            assert (document_of(pieces, a) == document_of(pieces, c)) == (label == NEXT)
    first = read(rows, 0)
    assert len(first) == len(set(first))
    again = pair(pieces, max_length, seed)
    np.testing.assert_array_equal(rows.spans, again.spans)


def test_half_of_the_pairs_are_true_and_second_parts_do_not_tell_which() -> None:
    generator = np.random.default_rng(0)
    pieces = corpus([generator.integers(3, 20, 4).tolist() for _ in range(3_000)])
    rows = pair(pieces, 64, 0)
    counts = {label: int((rows.labels == label).sum()) for label in (NEXT, RANDOM)}
    assert abs(counts[NEXT] - counts[RANDOM]) <= 3
    lengths = rows.spans[:, 3] - rows.spans[:, 2]
    true, false = lengths[rows.labels == NEXT], lengths[rows.labels == RANDOM]
    error = np.sqrt(true.var() / len(true) + false.var() / len(false))
    assert abs(true.mean() - false.mean()) < 4 * error
    handed = [tuple(span[2:]) for span in rows.spans[rows.labels == RANDOM]]
    assert len(handed) == len(set(handed))  # none is seen twice


def test_a_corpus_of_one_document_has_true_pairs_only() -> None:
    rows = pair(corpus([[5, 5, 5, 5]]), 40, 0)
    assert set(rows.labels.tolist()) <= {NEXT, NO_PAIR}


def test_held_out_texts_depend_on_themselves_alone() -> None:
    documents = [Document(f"d:{n}", "en", (f"text {n}", "and more")) for n in range(400)]
    train, valid = hold_out([*documents, *documents], 0.1)
    assert len(train) + len(valid) == 800 and 40 < len(valid) < 130
    assert not {d.sentences for d in train} & {d.sentences for d in valid}
    assert {d.id for d in hold_out(documents[:200], 0.1)[1]} == {d.id for d in valid} & {f"d:{n}" for n in range(200)}
    few = hold_out(documents[:2], 0.01)
    assert [len(part) for part in few] == [1, 1]


def test_nothing_to_hold_out_is_said() -> None:
    for documents in ([], [Document("d:1", "en", ("one",))], [Document(f"d:{n}", "en", ("same",)) for n in range(5)]):
        with pytest.raises(DataError, match=r"at least two different documents.*data corpus"):
            hold_out(documents, 0.1)
    with pytest.raises(ValueError, match=r"Received: 1\.0"):
        hold_out([], 1.0)
