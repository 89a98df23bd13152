"""Heads that say something of each piece: BIO classes, each for itself or along the best path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.decoding import Span, bio_spans, crf_spans, viterbi
from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation import metrics
from makeup_ai.training.tasks import crf, losses
from makeup_ai.training.tasks.base import UNKNOWN, Answered, Head, class_of


@dataclass(frozen=True, slots=True)
class TokenHead:
    """One BIO class a piece: logits `(batch, tokens, classes)` from the sequence."""

    output: str = "{name}"
    each_slot: bool = False
    """Whether the metrics also hold one F1 a slot."""

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return logits from each piece's vector."""
        from keras import layers

        return layers.Dense(len(head.labels), dtype="float32", name=head.name)(encoded["sequence"])

    def target(self, head: Head, example: Example, encoding: Encoding) -> list[int]:
        """Return a class a piece; `UNKNOWN` on special pieces and where nobody looked."""
        spans = getattr(example, head.name)
        targets = [UNKNOWN] * len(encoding.token_ids)
        if spans is None:
            return targets
        for piece in range(1, len(targets) - 1):
            start, end = encoding.offsets[piece]
            targets[piece] = head.labels.index("O")
            for span_start, span_end, slot in spans:
                if start < span_end and end > span_start:
                    first = piece == 1 or encoding.offsets[piece - 1][1] <= span_start
                    targets[piece] = class_of(head, f"{'B' if first else 'I'}-{slot}")
        return targets

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return cross-entropy over labelled pieces."""
        return losses.masked_cross_entropy(class_weights)

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return micro precision, recall and F1 of exact spans (the CoNLL-2000 measure), and piece accuracy."""
        gold, predicted, right, pieces = [], [], 0, 0
        for example, encoding, logits in zip(answered.examples, answered.encodings, answered.outputs, strict=True):
            spans = getattr(example, head.name)
            if spans is None:
                continue
            n = len(encoding.token_ids)
            classes = self.classes(logits, head.labels, n)
            targets = np.array(self.target(head, example, encoding))
            right += int((classes == targets)[targets != UNKNOWN].sum())
            pieces += int((targets != UNKNOWN).sum())
            gold.append({tuple(span) for span in spans})
            predicted.append({(s.start, s.end, s.slot) for s in self.spans(logits, head.labels, encoding.offsets)})
        if not gold:
            return {}
        return {
            **metrics.span_f1(gold, predicted),
            **({f"f1_{slot}": self._f1(slot, gold, predicted) for slot in _slots(head)} if self.each_slot else {}),
            "piece_accuracy": right / max(pieces, 1),
        }

    def _f1(self, slot: str, *sides: list[set[tuple[Any, ...]]]) -> float:
        gold, predicted = [[{span for span in spans if span[2] == slot} for spans in side] for side in sides]
        return metrics.span_f1(gold, predicted)["f1"]

    def spans(self, logits: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
        """Decode one text, whose output may be padded."""
        return bio_spans(logits[: len(offsets)], labels, offsets)

    def classes(self, logits: NDArray[np.float32], labels: Sequence[str], pieces: int) -> NDArray[np.int64]:
        """Decode one text to one class a piece."""
        best: NDArray[np.int64] = logits[:pieces].argmax(-1)
        return best


@dataclass(frozen=True, slots=True)
class FieldHead(TokenHead):
    """BIO classes of pieces that depend on each other: a conditional random field on top of a token head."""

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return each piece's scores, with the field's own weights behind them; see `crf.stacked`."""
        from keras import layers

        emissions = layers.Dense(len(head.labels), dtype="float32", name=f"{head.name}_emissions")(encoded["sequence"])
        return crf.stacked(emissions, head.name)

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return the negative log-likelihood of the labels' path; classes cannot be weighed in it."""
        return crf.negative_log_likelihood

    def spans(self, logits: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
        """Decode one text along its best path."""
        return crf_spans(logits, labels, offsets)

    def classes(self, logits: NDArray[np.float32], labels: Sequence[str], pieces: int) -> NDArray[np.int64]:
        """Decode the pieces between the special ones along their best path."""
        field = logits[-len(labels) - crf.EXTRA :]
        path = viterbi(np.concatenate([logits[1 : pieces - 1], field]), labels)
        return np.concatenate([[0], path, [0]])


def _slots(head: Head) -> list[str]:
    return sorted({label.partition("-")[2] for label in head.labels if label != "O"})
