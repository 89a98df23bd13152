"""What a trained model would say of texts, as first answers for a person to correct."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.decoding import softmax
from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.annotation.proposing import SPANS
from makeup_ai.training.data.annotation.records import ASPECTS, TEXT_LABELS, Annotation
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.spans.overlap import without_overlap
from makeup_ai.training.evaluation.target import Target
from makeup_ai.training.tasks.heads import HEAD_KINDS, Head

SLOTS = "slots"
"""The head of spans."""

Answer = tuple[Any, float]
"""The value of an example's field, and how sure the model is of it."""


@dataclass(frozen=True, slots=True)
class RunProposer:
    """Proposes what a run, an exported file or a bundle says.

    A class has its probability; several classes, and the classes of pieces, have the geometric mean of theirs, which
    does not shrink with the length of a text (Shen et al., Deep active learning for named entity recognition, 2018). A
    text is as sure as its least sure head.

    Raises:
        ValueError: No head of the model speaks of what is annotated.
    """

    target: Target

    def __post_init__(self) -> None:
        if not self._heads:
            raise ValueError(
                f"Expected a run with a head of {[SLOTS, *TEXT_LABELS, ASPECTS]}. "
                f"Received: {[head.name for head in self.target.task.heads]} in {self.target.name!r}"
            )

    @property
    def name(self) -> str:
        """What its proposals are signed with."""
        return f"run:{self.target.name}"

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The labels of the model."""
        return {
            SPANS if head.name == SLOTS else head.name: tuple(
                dict.fromkeys(label.partition("-")[2] for label in head.labels if label != "O")
                if head.name == SLOTS
                else head.labels
            )
            for head in self._heads
        }

    @property
    def _heads(self) -> list[Head]:
        known = {SLOTS, *TEXT_LABELS, ASPECTS}
        return [head for head in self.target.task.heads if head.name in known and head.kind in ANSWERS]

    def propose(self, examples: Sequence[Example]) -> list[Annotation]:
        """Return one annotation an example; what lies beyond the model's longest text is not read."""
        if not examples:
            return []
        texts = [example.text for example in examples]
        encodings = self.target.tokenizer.encode_batch(texts, self.target.max_length)
        outputs = self.target.predict(encodings, self.target.max_length)
        found = []
        for row, (example, encoding) in enumerate(zip(examples, encodings, strict=True)):
            answers = {head.name: ANSWERS[head.kind](head, outputs[head.name][row], encoding) for head in self._heads}
            fields = {name: value for name, (value, _) in answers.items()}
            confidence = min(sure for _, sure in answers.values())
            found.append(Annotation(replace(example, **fields), self.name, confidence))
        return found


def _one(head: Head, logits: NDArray[np.float32], encoding: Encoding) -> Answer:
    probabilities = softmax(logits)
    best = int(probabilities.argmax())
    return head.labels[best], float(probabilities[best])


def _several(head: Head, logits: NDArray[np.float32], encoding: Encoding) -> Answer:
    chosen = tuple(head.labels[c] for c in np.flatnonzero(logits > 0))
    return chosen, _geometric_mean(1 / (1 + np.exp(-np.abs(logits.astype(np.float64)))))


def _spans(head: Head, logits: NDArray[np.float32], encoding: Encoding) -> Answer:
    kind: Any = HEAD_KINDS[head.kind]
    spans = kind.spans(logits, head.labels, encoding.offsets)
    pieces = len(encoding.token_ids)
    real = np.flatnonzero(encoding.offsets[:, 1] > encoding.offsets[:, 0])
    probabilities = softmax(logits[:pieces])[real, kind.classes(logits, head.labels, pieces)[real]]
    # Two pieces may come from one character (NFKC), and their spans be the same.
    return without_overlap((span.start, span.end, span.slot) for span in spans), _geometric_mean(probabilities)


def _geometric_mean(probabilities: NDArray[Any]) -> float:
    """Return 0 for none: of a text without a piece nothing is known."""
    if not probabilities.size:
        return 0.0
    return min(1.0, float(np.exp(np.log(np.maximum(probabilities, 1e-12)).mean())))


ANSWERS: Mapping[str, Callable[[Head, NDArray[np.float32], Encoding], Answer]] = {
    "text": _one,
    "labels": _several,
    "tokens": _spans,
    "field": _spans,
}
"""Kind of head -> what its output says."""
