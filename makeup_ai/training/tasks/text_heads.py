"""Heads that say something of a whole text: one class, or any number of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation import metrics
from makeup_ai.training.tasks import losses
from makeup_ai.training.tasks.base import UNKNOWN, Answered, Head, class_of


@dataclass(frozen=True, slots=True)
class TextHead:
    """One class a text: logits `(batch, classes)` from the pooled vector."""

    output: str = "{name}"

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return logits from the pooled vector."""
        from keras import layers

        return layers.Dense(len(head.labels), dtype="float32", name=head.name)(encoded["pooled"])

    def target(self, head: Head, example: Example, encoding: Encoding) -> int:
        """Return the class, or `UNKNOWN`."""
        label = getattr(example, head.name)
        return UNKNOWN if label is None else class_of(head, label)

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return cross-entropy over labelled texts."""
        return losses.masked_cross_entropy(class_weights)

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return accuracy, macro-F1 and, for two classes, AUC."""
        examples, outputs = answered.examples, answered.outputs
        rows = [i for i, example in enumerate(examples) if getattr(example, head.name) is not None]
        if not rows:
            return {}
        gold = np.array([class_of(head, getattr(examples[i], head.name)) for i in rows])
        logits = np.stack([outputs[i] for i in rows])
        predicted = logits.argmax(-1)
        found = {
            "accuracy": metrics.accuracy(gold, predicted),
            "macro_f1": metrics.macro_f1(gold, predicted, len(head.labels)),
        }
        if len(head.labels) == 2 and len(set(gold.tolist())) == 2:
            found["auc"] = metrics.roc_auc(gold, logits[:, 1] - logits[:, 0])
        return found


@dataclass(frozen=True, slots=True)
class LabelsHead:
    """Any number of classes a text: each fires where one of the pieces does.

    Logits `(batch, classes)` are `log sum exp` over the pieces (a soft maximum), so that the piece that made a class
    fire can be shown.
    """

    output: str = "{name}"

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return logits from the strongest pieces."""
        from keras import layers, ops

        scores = layers.Dense(len(head.labels), dtype="float32", name=f"{head.name}_pieces")(encoded["sequence"])
        # chosen, not added: of one row, Keras makes a sum a BiasAdd over an axis that TFLite does not know
        real = ops.expand_dims(ops.cast(encoded["padding_mask"], "bool"), -1)
        return layers.Identity(name=head.name)(ops.logsumexp(ops.where(real, scores, -1e9), axis=1))

    def target(self, head: Head, example: Example, encoding: Encoding) -> NDArray[np.int32]:
        """Return 0 or 1 a class, or `UNKNOWN` for each."""
        labels = getattr(example, head.name)
        target = np.full(len(head.labels), UNKNOWN if labels is None else 0, np.int32)
        target[[class_of(head, label) for label in labels or ()]] = 1
        return target

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return binary cross-entropy over labelled texts, summed over classes."""
        return losses.masked_binary_cross_entropy

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return micro precision, recall and F1 of (text, class) at a probability of one half, and macro-F1."""
        examples, outputs = answered.examples, answered.outputs
        rows = [i for i, example in enumerate(examples) if getattr(example, head.name) is not None]
        if not rows:
            return {}
        gold = [{(label,) for label in getattr(examples[i], head.name)} for i in rows]
        found = [{(head.labels[c],) for c in np.flatnonzero(outputs[i] > 0)} for i in rows]
        each = [metrics.span_f1([g & {(c,)} for g in gold], [f & {(c,)} for f in found])["f1"] for c in head.labels]
        return {**metrics.span_f1(gold, found), "macro_f1": float(np.mean(each))}
