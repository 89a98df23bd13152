"""What a model answers to single examples: how sure it is, and how right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation.evaluate import answer_examples, predict_keras
from makeup_ai.training.run import Run
from makeup_ai.training.tasks.base import Answered, Head
from makeup_ai.training.tasks.heads import HEAD_KINDS
from makeup_ai.training.updating.labels import knows, said

Floats = NDArray[np.float64]
_FIGURES = ("accuracy", "f1")  # of one example: right or not, or the F1 of its labels or spans


@dataclass(frozen=True, slots=True)
class Answers:
    """What a run answers, with the examples as its task reads them."""

    run: Run
    examples: Sequence[Example]
    by_head: Mapping[str, Answered]


def answers_of(run: Run, examples: Sequence[Example]) -> Answers:
    """Let a run answer examples, labelled or not."""
    found = answer_examples(run.task, examples, run.tokenizer, run.max_length, predict_keras(run.model))
    return Answers(run, next(iter(found.values())).examples, found)


def scores(answers: Answers, head_name: str) -> Floats:
    """Return `(examples,)` how right each answer under a head is, from 0 to 1.

    1 or 0 for one class; the F1 of the example's labels or exact spans. A model without the head, or without a label
    that the example carries, gets 0; NaN where nobody looked.
    """
    head = next((h for h in answers.run.task.heads if h.name == head_name), None)
    asked = head or Head(head_name, "")
    found = np.full(len(answers.examples), np.nan)
    for row, example in enumerate(answers.examples):
        if said(asked, example) is None:
            continue
        found[row] = _score(head, answers.by_head[head.name], row) if head and knows(head, example) else 0.0
    return found


def _score(head: Head, answered: Answered, row: int) -> float:
    one = replace(
        answered,
        examples=[answered.examples[row]],
        encodings=[answered.encodings[row]],
        outputs=[answered.outputs[row]],
    )
    values = HEAD_KINDS[head.kind].metrics(head, one)
    return float(next(values[name] for name in _FIGURES if name in values))


def certainty(answers: Answers, head: Head) -> tuple[Floats, Floats] | None:
    """Return `(examples,)` confidence and `(examples,)` entropy in nats; `None` for a kind of head without either.

    Of one class: the highest probability and the entropy of all. Of several labels: the means over them.
    """
    outputs = answers.by_head[head.name].outputs
    if head.kind not in _CERTAIN or not len(outputs):
        return None
    confidence, entropy = zip(*(_CERTAIN[head.kind](np.asarray(o, np.float64)) for o in outputs), strict=True)
    return np.array(confidence), np.array(entropy)


def _classes(logits: Floats) -> tuple[float, float]:
    shifted = np.exp(logits - logits.max())
    p = shifted / shifted.sum()
    return float(p.max()), float(-(p * np.log(np.maximum(p, 1e-12))).sum())


def _labels(logits: Floats) -> tuple[float, float]:
    each = [_classes(np.array([0.0, logit])) for logit in logits]
    confidence, entropy = np.mean(each, axis=0)
    return float(confidence), float(entropy)


_CERTAIN: Mapping[str, Callable[[Floats], tuple[float, float]]] = {"text": _classes, "labels": _labels}
"""One row a kind of head whose probabilities are those of a whole text."""
