"""What is explained: one class of a head, as a number that words raise or lower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.calibration import HeadCalibration
from makeup_ai.text.decoding import Span, bio_spans, crf_spans, softmax


class HeadOf(Protocol):
    """What has to be known of a head."""

    @property
    def name(self) -> str:
        """Of the model's output."""

    @property
    def kind(self) -> str:
        """A key of `AIMS` where it can be explained."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One class of a head, of the whole text or of some pieces.

    Args:
        head: Name of the model's output.
        label: What is shown: the class, or the slot of a span.
        classes: One a piece, or a single one of the whole text.
        pieces: Rows of the output that the classes are of; empty for the whole text.
        exclusive: Whether one class of several is chosen (softmax) rather than any number (sigmoid).
        temperature: The logits are divided by it.
        span: Start and end of what is labelled in the text, in code points, or `None` for the whole.
    """

    head: str
    label: str
    classes: tuple[int, ...]
    pieces: tuple[int, ...] = ()
    exclusive: bool = True
    temperature: float = 1.0
    span: tuple[int, int] | None = None

    def score(self, output: NDArray[np.float32]) -> float:
        """Return the log-odds of the classes against all others, averaged over the pieces.

        Args:
            output: `(classes,)`, or `(pieces, classes)`.
        """
        rows = (output[list(self.pieces)] if self.pieces else output[None]).astype(np.float64) / self.temperature
        at = np.arange(len(self.classes))
        own = rows[at, list(self.classes)]
        if not self.exclusive:
            return float(own.mean())
        others = rows.copy()
        others[at, list(self.classes)] = -np.inf
        return float((own - np.logaddexp.reduce(others, axis=-1)).mean())

    def probability(self, output: NDArray[np.float32]) -> float:
        """Return the mean probability of the classes, in [0, 1]."""
        rows = (output[list(self.pieces)] if self.pieces else output[None]).astype(np.float64) / self.temperature
        at = np.arange(len(self.classes))
        p = softmax(rows.astype(np.float32)) if self.exclusive else np.exp(-np.logaddexp(0.0, -rows))
        return float(p[at, list(self.classes)].mean())


Aims = Callable[[HeadOf, NDArray[np.float32], NDArray[np.int32], HeadCalibration, "str | None"], list[Aim]]


def _of_text(
    head: HeadOf, output: NDArray[np.float32], offsets: NDArray[np.int32], found: HeadCalibration, label: str | None
) -> list[Aim]:
    chosen = int(output.argmax()) if label is None else head.labels.index(label)
    return [Aim(head.name, head.labels[chosen], (chosen,), temperature=found.temperature)]


def _of_labels(
    head: HeadOf, output: NDArray[np.float32], offsets: NDArray[np.int32], found: HeadCalibration, label: str | None
) -> list[Aim]:
    names = head.labels if label is None else (label,)
    aims = [
        Aim(head.name, name, (head.labels.index(name),), exclusive=False, temperature=found.temperature)
        for name in names
    ]
    least = dict(zip(head.labels, found.thresholds or (0.5,) * len(head.labels), strict=True))
    return [aim for aim in aims if label is not None or aim.probability(output) >= least[aim.label]]


Decoder = Callable[[NDArray[np.float32], Sequence[str], NDArray[np.int32]], list[Span]]


def _of_spans(decode: Decoder) -> Aims:
    def aims(
        head: HeadOf, output: NDArray[np.float32], offsets: NDArray[np.int32], found: HeadCalibration, label: str | None
    ) -> list[Aim]:
        made = []
        for span in decode(output, head.labels, offsets):
            inside = tuple(
                i for i, (start, end) in enumerate(offsets.tolist()) if start < span.end and span.start < end
            )
            names = [f"{'I' if i else 'B'}-{span.slot}" for i in range(len(inside))]
            classes = tuple(head.labels.index(name) for name in names)
            if label in (None, span.slot):
                place = (span.start, span.end)
                made.append(Aim(head.name, span.slot, classes, inside, temperature=found.temperature, span=place))
        return made

    return aims


def _bio(logits: NDArray[np.float32], labels: Sequence[str], offsets: NDArray[np.int32]) -> list[Span]:
    return bio_spans(logits[: len(offsets)], labels, offsets)


AIMS: dict[str, Aims] = {
    "text": _of_text,
    "labels": _of_labels,
    "tokens": _of_spans(_bio),
    "field": _of_spans(crf_spans),  # the path's spans, by the pieces' own scores
}
"""What a kind of head has said that can be explained; a row a kind."""


def labels_of(head: HeadOf) -> list[str]:
    """Return what may be asked of a head: its classes, or the slots of its spans."""
    return sorted({label.partition("-")[2] or label for label in head.labels} - {"O"})
