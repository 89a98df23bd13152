"""The conditional random field, held to the sum over every path written out."""

import itertools

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.text.decoding import FORBIDDEN, allowed_steps, crf_spans, viterbi  # noqa: E402
from makeup_ai.training.tasks import crf  # noqa: E402
from makeup_ai.training.tasks.heads import HEAD_KINDS, Head  # noqa: E402

LABELS = ("O", "B-x", "I-x")


def path_score(emissions, field, path) -> float:
    c = emissions.shape[1]
    score = field[c, path[0]] + field[c + 1, path[-1]] + sum(e[p] for e, p in zip(emissions, path, strict=True))
    return score + sum(field[a, b] for a, b in itertools.pairwise(path))


def test_the_loss_is_the_share_of_the_right_path_among_all() -> None:
    rng = np.random.default_rng(1)
    pieces, c = 5, len(LABELS)
    field = rng.normal(size=(c + 2, c))
    emissions = rng.normal(size=(3, pieces, c))
    targets = np.array([[-1, 0, 1, 2, -1], [-1, 1, -1, -1, -1], [-1] * 5])  # specials, padding, nothing known
    scores = np.concatenate([emissions, np.broadcast_to(field, (3, c + 2, c))], axis=1).astype(np.float32)
    expected = 0.0
    for row in (0, 1):
        known = np.flatnonzero(targets[row] >= 0)
        e = emissions[row, known]
        every = [path_score(e, field, p) for p in itertools.product(range(c), repeat=len(known))]
        expected += np.log(np.exp(every).sum()) - path_score(e, field, targets[row, known])
    loss = crf.negative_log_likelihood(targets, keras.ops.convert_to_tensor(scores))
    assert float(keras.ops.convert_to_numpy(loss)) == pytest.approx(expected / 4, rel=1e-5)  # four labelled pieces
    nothing = crf.negative_log_likelihood(targets[2:], keras.ops.convert_to_tensor(scores[2:]))
    assert float(keras.ops.convert_to_numpy(nothing)) == 0


def test_viterbi_finds_the_best_path_that_bio_allows() -> None:
    rng = np.random.default_rng(2)
    for pieces in (1, 2, 4):
        scores = rng.normal(size=(pieces + 5, 3)).astype(np.float32) * 3
        allowed = [
            p
            for p in itertools.product(range(3), repeat=pieces)
            if p[0] != 2 and all(b != 2 or a != 0 for a, b in itertools.pairwise(p))
        ]
        best = max(allowed, key=lambda p: path_score(scores[:pieces], scores[pieces:], p))
        assert viterbi(scores, LABELS).tolist() == list(best)
    assert viterbi(np.zeros((5, 3), np.float32), LABELS).tolist() == []


def test_steps_that_bio_rules_out() -> None:
    steps = allowed_steps(("O", "B-x", "I-x", "B-y", "I-y"))
    assert steps[0, 2] == steps[3, 2] == steps[4, 2] == steps[-1, 4] == FORBIDDEN
    assert steps[1, 2] == steps[2, 2] == steps[3, 4] == steps[-1, 0] == steps[2, 3] == 0


def test_spans_come_with_their_confidence_and_without_special_pieces() -> None:
    offsets = np.array([[0, 0], [0, 1], [1, 2], [2, 3], [0, 0]])
    emissions = np.array([[0, 9, 0], [0, 2, 0], [1, 0, 2], [3, 0, 0], [0, 9, 0], [0, 9, 0]], np.float32)
    (span,) = crf_spans(np.concatenate([emissions, np.zeros((5, 3), np.float32)]), LABELS, offsets)
    assert (span.slot, span.start, span.end) == ("x", 0, 2)
    shares = np.exp(2) / np.array([2 + np.exp(2), 1 + np.e + np.exp(2)])
    assert span.confidence == pytest.approx(shares.mean(), rel=1e-5)


def test_a_field_learns_what_single_pieces_cannot_show() -> None:
    """The label of the second piece follows from the first alone: all evidence is in the steps."""
    head = Head("slots", "field", LABELS)
    inputs = keras.Input((None, 4))
    outputs = HEAD_KINDS["field"].apply(head, {"sequence": inputs})
    model = keras.Model(inputs, outputs)
    x = np.zeros((16, 2, 4), np.float32)
    x[::2, 0, 0] = x[1::2, 0, 1] = 1
    y = np.array([[1, 2], [0, 0]] * 8)
    model.compile(keras.optimizers.Adam(0.1), HEAD_KINDS["field"].loss(head, None))
    for _ in range(60):
        model.train_on_batch(x, y)
    found = keras.ops.convert_to_numpy(model(x[:2]))
    assert [viterbi(row, LABELS).tolist() for row in found] == [[1, 2], [0, 0]]
