"""What each kind of head can be held to: logits beside what was true, and answers beside whether they were right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.calibration import HeadCalibration
from makeup_ai.text.decoding import Span, bio_spans, crf_spans
from makeup_ai.training.evaluation.calibration import SIGMOID, SOFTMAX, Floats, Link, sigmoid, softmax
from makeup_ai.training.tasks.base import UNKNOWN, Answered, Head, class_of


@dataclass(frozen=True, slots=True)
class Units:
    """What a temperature is fitted to.

    Args:
        logits: `(n, classes)`, a row a text or a piece.
        gold: `(n,)` classes, or `(n, classes)` of 0 and 1, as the kind's link reads it.
        rows: `(n,)` which example each stands in.
    """

    logits: Floats
    gold: NDArray[Any]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """What a device would say.

    Args:
        confidence: `(n,)`, in [0, 1], as it is shown.
        right: `(n,)` of 0 and 1.
        rows: `(n,)` which example each stands in.
    """

    confidence: Floats
    right: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judge:
    """How answers of one kind of head are judged.

    Args:
        answers: What one answer is, in words.
        told: The answers of a head with what was found for it.
        link: From logits to probabilities; `None` where a temperature has nothing to act on.
        units: What a temperature is fitted to.
    """

    answers: str
    told: Callable[[Head, Answered, HeadCalibration], Told]
    link: Link | None = None
    units: Callable[[Head, Answered], Units] | None = None


def _labelled(head: Head, answered: Answered) -> list[int]:
    return [i for i, example in enumerate(answered.examples) if getattr(example, head.name) is not None]


def _text_units(head: Head, answered: Answered) -> Units:
    rows = _labelled(head, answered)
    gold = [class_of(head, getattr(answered.examples[i], head.name)) for i in rows]
    return Units(_stack(head, [answered.outputs[i] for i in rows]), np.array(gold, np.int64), np.array(rows, np.int64))


def _labels_units(head: Head, answered: Answered) -> Units:
    rows = _labelled(head, answered)
    gold = np.zeros((len(rows), len(head.labels)), np.int64)
    for at, row in enumerate(rows):
        gold[at, [class_of(head, label) for label in getattr(answered.examples[row], head.name)]] = 1
    return Units(_stack(head, [answered.outputs[i] for i in rows]), gold, np.array(rows, np.int64))


def _piece_units(head: Head, answered: Answered) -> Units:
    from makeup_ai.training.tasks.heads import HEAD_KINDS

    logits, gold, rows = [], [], []
    for row in _labelled(head, answered):
        encoding = answered.encodings[row]
        target = np.array(HEAD_KINDS[head.kind].target(head, answered.examples[row], encoding))
        known = target != UNKNOWN
        logits.append(answered.outputs[row][: len(target)][known])
        gold.append(target[known])
        rows.append(np.full(int(known.sum()), row))
    if not rows:
        return Units(_stack(head, []), np.empty(0, np.int64), np.empty(0, np.int64))
    return Units(np.concatenate(logits).astype(np.float64), np.concatenate(gold), np.concatenate(rows))


def _stack(head: Head, outputs: Sequence[NDArray[np.float32]]) -> Floats:
    return np.stack(outputs).astype(np.float64) if outputs else np.empty((0, len(head.labels)))


def _classes_told(head: Head, answered: Answered, found: HeadCalibration) -> Told:
    units = _text_units(head, answered)
    probabilities = softmax(units.logits / found.temperature) if len(units.rows) else units.logits
    best = probabilities.argmax(-1)
    return Told(probabilities.max(-1, initial=0.0), (best == units.gold).astype(np.int64), units.rows)


def _labels_told(head: Head, answered: Answered, found: HeadCalibration) -> Told:
    units = _labels_units(head, answered)
    probabilities = sigmoid(units.logits / found.temperature)
    at, fired = np.nonzero(probabilities >= np.array(found.thresholds or 0.5))
    return Told(probabilities[at, fired], units.gold[at, fired], units.rows[at])


Decoder = Callable[[NDArray[np.float32], Sequence[str], NDArray[np.int32]], list[Span]]


def _spans_told(decode: Decoder, head: Head, answered: Answered, temperature: float) -> Told:
    found: list[tuple[float, bool, int]] = []
    for row in _labelled(head, answered):
        gold = set(getattr(answered.examples[row], head.name))
        spans = decode(answered.outputs[row] / temperature, head.labels, answered.encodings[row].offsets)
        found += [(span.confidence, (span.start, span.end, span.slot) in gold, row) for span in spans]
    confidence, right, rows = zip(*found, strict=True) if found else ((), (), ())
    return Told(np.array(confidence, np.float64), np.array(right, np.int64), np.array(rows, np.int64))


def _bio(logits: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
    return bio_spans(logits[: len(offsets)], labels, offsets)


JUDGES: dict[str, Judge] = {
    "text": Judge("texts", _classes_told, SOFTMAX, _text_units),
    "pair": Judge("pairs", _classes_told, SOFTMAX, _text_units),
    "labels": Judge("labels said", _labels_told, SIGMOID, _labels_units),
    "tokens": Judge(
        "spans said", lambda head, a, found: _spans_told(_bio, head, a, found.temperature), SOFTMAX, _piece_units
    ),
    # A field's confidence is the share of the pieces' own scores, beside which the path was chosen: not a probability
    # that a temperature could make true. Its threshold is chosen all the same.
    "field": Judge("spans said", lambda head, a, found: _spans_told(crf_spans, head, a, 1.0)),
}
"""One row a kind of head; an embedding has no probabilities."""


def best_thresholds(probabilities: Floats, gold: NDArray[Any], each: bool = False) -> tuple[float, ...]:
    """Return the probability from which each class is said, so that micro-F1 is highest.

    With one threshold all cuts are tried. With one a class, `F = 2 TP / (said + true)` is a ratio of sums, which
    Dinkelbach's steps (1967) raise to its highest: each class takes the cut with most `2 TP - F said`.

    Args:
        probabilities: `(n, classes)`.
        gold: `(n, classes)` of 0 and 1.
        each: Whether each class has a threshold of its own; rare classes then follow chance.

    Returns:
        `(classes,)`, half-way between the probabilities on both sides of the cut.
    """
    if not each:
        return (_best_cut(probabilities.ravel(), gold.ravel(), true=int(gold.sum())),) * len(gold.T)
    cuts: tuple[float, ...] = ()
    f1, reached = -1.0, 0.0
    while reached > f1 + 1e-12:
        f1 = reached
        cuts = tuple(_best_cut(p, g, f1=f1) for p, g in zip(probabilities.T, gold.T, strict=True))
        said = probabilities >= np.array(cuts)
        reached = float(2 * (said & (gold > 0)).sum() / max(int(said.sum() + gold.sum()), 1))
    return cuts


def _best_cut(p: Floats, gold: NDArray[Any], true: int = 0, f1: float = 0.0) -> float:
    """Return the cut with the most F1 of `true` labels, or, where that is 0, with the most `2 TP - f1 said`."""
    order = np.argsort(-p, kind="stable")
    ranked, hits, said = p[order], np.cumsum(gold[order]), np.arange(1, len(p) + 1)
    last = np.append(ranked[1:] < ranked[:-1], True)  # a cut stands between different probabilities
    worth = 2 * hits / (said + true) if true else 2 * hits - f1 * said
    worth = np.where(last, worth, -np.inf)
    at = int(worth.argmax())
    if worth[at] <= 0:
        return 1.0
    below = ranked[at + 1] if at + 1 < len(ranked) else 0.0
    return float((ranked[at] + below) / 2)
