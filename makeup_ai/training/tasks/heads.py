"""The kinds of heads: what a task may ask of an encoder. One row a kind.

A kind knows its layer, its target, its loss and its metrics; a task only names heads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.decoding import bio_spans
from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation import metrics
from makeup_ai.training.tasks import losses

if TYPE_CHECKING:
    import keras

UNKNOWN = -1
"""Target of a text or piece that carries no label; no loss is taken there."""


@dataclass(frozen=True, slots=True)
class Head:
    """One output of a task.

    Args:
        name: Of the output, and of the field of `Example` that it learns.
        kind: A key of `HEAD_KINDS`.
        labels: Names of the classes; for an embedding, its dimensions' count is `width`.
        width: Dimensions of an embedding; 0 for the other kinds.
        weight: Of its loss in the sum.
    """

    name: str
    kind: str
    labels: tuple[str, ...] = ()
    width: int = 0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """What is learned: heads, and the number that early stopping watches (higher is better)."""

    name: str
    heads: tuple[Head, ...]
    monitor: str

    @property
    def labels(self) -> dict[str, list[str]]:
        """Class names by head, as a bundle's label file holds them."""
        return {head.name: list(head.labels) for head in self.heads if head.labels}


class HeadKind(Protocol):
    """What a kind of head must answer."""

    @property
    def output(self) -> str:
        """Name of the training output its loss reads; `"{name}"` stands for the head's own."""

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return the head's output from the encoder's `sequence` and `pooled`."""

    def target(self, head: Head, example: Example, encoding: Encoding) -> Any:
        """Return the label of one example: an int, or one int a piece."""

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return the loss of a batch, a scalar, from targets and outputs."""

    def metrics(
        self,
        head: Head,
        examples: Sequence[Example],
        encodings: Sequence[Encoding],
        outputs: Sequence[NDArray[np.float32]],
        products: Sequence[NDArray[np.float32] | None],
    ) -> dict[str, float]:
        """Return the metrics over examples that carry the label; empty where none does."""


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
        return UNKNOWN if label is None else _class_of(head, label)

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return cross-entropy over labelled texts."""
        return losses.masked_cross_entropy(class_weights)

    def metrics(
        self,
        head: Head,
        examples: Sequence[Example],
        encodings: Sequence[Encoding],
        outputs: Sequence[NDArray[np.float32]],
        products: Sequence[NDArray[np.float32] | None],
    ) -> dict[str, float]:
        """Return accuracy, macro-F1 and, for two classes, AUC."""
        rows = [i for i, example in enumerate(examples) if getattr(example, head.name) is not None]
        if not rows:
            return {}
        gold = np.array([_class_of(head, getattr(examples[i], head.name)) for i in rows])
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
class TokenHead:
    """One BIO class a piece: logits `(batch, tokens, classes)` from the sequence."""

    output: str = "{name}"

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
                    targets[piece] = _class_of(head, f"{'B' if first else 'I'}-{slot}")
        return targets

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return cross-entropy over labelled pieces."""
        return losses.masked_cross_entropy(class_weights)

    def metrics(
        self,
        head: Head,
        examples: Sequence[Example],
        encodings: Sequence[Encoding],
        outputs: Sequence[NDArray[np.float32]],
        products: Sequence[NDArray[np.float32] | None],
    ) -> dict[str, float]:
        """Return micro precision, recall and F1 of exact spans (the CoNLL-2000 measure), and piece accuracy."""
        gold, predicted, right, pieces = [], [], 0, 0
        for example, encoding, logits in zip(examples, encodings, outputs, strict=True):
            spans = getattr(example, head.name)
            if spans is None:
                continue
            n = len(encoding.token_ids)
            classes = logits[:n].argmax(-1)
            targets = np.array(self.target(head, example, encoding))
            right += int((classes == targets)[targets != UNKNOWN].sum())
            pieces += int((targets != UNKNOWN).sum())
            gold.append({tuple(span) for span in spans})
            predicted.append({(s.start, s.end, s.slot) for s in bio_spans(logits[:n], head.labels, encoding.offsets)})
        if not gold:
            return {}
        return {**metrics.span_f1(gold, predicted), "piece_accuracy": right / max(pieces, 1)}


@dataclass(frozen=True, slots=True)
class EmbeddingHead:
    """A unit vector a text, learned so that a query lies near the text of a product that answers it."""

    output: str = "similarity"

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return unit vectors `(batch, width)`."""
        from keras import layers

        vector = layers.Dense(head.width, dtype="float32", name=f"{head.name}_projection")(encoded["pooled"])
        return layers.UnitNormalization(dtype="float32", name=head.name)(vector)

    def target(self, head: Head, example: Example, encoding: Encoding) -> int:
        """Return a number that equal product texts share, or `UNKNOWN`."""
        # 22 bits: Keras hands targets to losses as float32, which counts exactly up to 2**24.
        return UNKNOWN if example.product is None else _fingerprint(example.product) >> 10

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return the in-batch contrastive loss."""
        return losses.in_batch_contrast

    def metrics(
        self,
        head: Head,
        examples: Sequence[Example],
        encodings: Sequence[Encoding],
        outputs: Sequence[NDArray[np.float32]],
        products: Sequence[NDArray[np.float32] | None],
    ) -> dict[str, float]:
        """Return how often the product itself is among the ten nearest of all distinct products seen here."""
        rows = [i for i, product in enumerate(products) if product is not None]
        if not rows:
            return {}
        texts = [str(examples[i].product) for i in rows]
        distinct = {text: i for i, text in zip(rows, texts, strict=True)}
        bank = np.stack([vector for i in distinct.values() if (vector := products[i]) is not None])
        gold = np.array([list(distinct).index(text) for text in texts])
        scores = np.stack([outputs[i] for i in rows]) @ bank.T
        return {"recall_at_10": metrics.recall_at(scores, gold, 10), "products": float(len(distinct))}


def _class_of(head: Head, label: str) -> int:
    if label not in head.labels:
        raise ValueError(
            f"Unknown label for head {head.name!r}. Expected one of {list(head.labels)}. Received: {label!r}"
        )
    return head.labels.index(label)


def _fingerprint(text: str) -> int:
    import zlib

    return zlib.crc32(text.encode())


HEAD_KINDS: dict[str, HeadKind] = {
    "text": TextHead(),
    "tokens": TokenHead(),
    "embedding": EmbeddingHead(),
}


@dataclass(frozen=True, slots=True)
class TrainingModel:
    """A task's network, as it is shipped and as it is trained.

    Args:
        inference: `token_ids`, `padding_mask` -> one output a head.
        training: The same layers; where a head compares texts, it also reads `product_token_ids` and
            `product_padding_mask` and has the output `similarity`, `(batch, batch)`.
    """

    inference: keras.Model
    training: keras.Model
    pairs: bool = field(default=False)


SIMILARITY_SCALE = 20.0
"""Inverse temperature of the contrastive loss, as in Sentence-BERT's implementation of it."""


def build_network(encoder: keras.Model, task: Task) -> TrainingModel:
    """Put a task's heads on an encoder."""
    import keras

    inputs = {
        "token_ids": keras.Input((None,), dtype="int32", name="token_ids"),
        "padding_mask": keras.Input((None,), dtype="int32", name="padding_mask"),
    }
    encoded = encoder(inputs)
    outputs = {head.name: HEAD_KINDS[head.kind].apply(head, encoded) for head in task.heads}
    inference = keras.Model(inputs, outputs, name=task.name)
    embedding = next((head.name for head in task.heads if head.kind == "embedding"), None)
    if embedding is None:
        return TrainingModel(inference, inference)
    paired = {f"product_{name}": keras.Input((None,), dtype="int32", name=f"product_{name}") for name in inputs}
    products = inference({name: paired[f"product_{name}"] for name in inputs})[embedding]
    similarity = keras.ops.matmul(outputs[embedding], keras.ops.transpose(products)) * SIMILARITY_SCALE
    others = {name: output for name, output in outputs.items() if name != embedding}
    training = keras.Model({**inputs, **paired}, {**others, "similarity": similarity}, name=f"{task.name}_training")
    return TrainingModel(inference, training, pairs=True)
