"""The kinds of heads: what a task may ask of an encoder. One row a kind.

A kind knows its layer, its target, its loss and its metrics; a task only names heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from makeup_ai.training.tasks.base import UNKNOWN, Answered, Head, HeadKind, Task
from makeup_ai.training.tasks.embedding_head import EmbeddingHead
from makeup_ai.training.tasks.pair_head import PairHead
from makeup_ai.training.tasks.piece_heads import FieldHead, TokenHead
from makeup_ai.training.tasks.text_heads import LabelsHead, TextHead

if TYPE_CHECKING:
    import keras

__all__ = ["HEAD_KINDS", "UNKNOWN", "Answered", "Head", "HeadKind", "Task", "TrainingModel", "build_network"]

HEAD_KINDS: dict[str, HeadKind] = {
    "text": TextHead(),
    "tokens": TokenHead(),
    "field": FieldHead(each_slot=True),
    "labels": LabelsHead(),
    "pair": PairHead(),
    "embedding": EmbeddingHead(),
}


@dataclass(frozen=True, slots=True)
class TrainingModel:
    """A task's network, as it is shipped and as it is trained.

    Args:
        inference: `token_ids`, `padding_mask` -> one output a head.
        training: The same layers; where a head compares texts, it also reads `product_token_ids` and
            `product_padding_mask`, `(batch or more, pieces)`, and has the output `similarity`, one column a product.
        encoder: The layers that both share.
        pairs: Whether the trained model reads products.
        encoded: The encoder's `sequence` and `pooled` within the trained model, for what is learned beside the heads.
    """

    inference: keras.Model
    training: keras.Model
    encoder: keras.Model
    pairs: bool = field(default=False)
    encoded: Mapping[str, Any] = field(default_factory=dict)


SIMILARITY_SCALE = 20.0
"""Inverse temperature of the contrastive loss, as in Sentence-BERT's implementation of it."""


def build_network(encoder: keras.Model, task: Task) -> TrainingModel:
    """Put a task's heads on an encoder."""
    import keras

    inputs = {
        "token_ids": keras.Input((None,), dtype="int32", name="token_ids"),
        "padding_mask": keras.Input((None,), dtype="int32", name="padding_mask"),
    }
    encoded = {**encoder(inputs), **inputs}
    outputs = {head.name: HEAD_KINDS[head.kind].apply(head, encoded) for head in task.heads}
    inference = keras.Model(inputs, outputs, name=task.name)
    embedding = next((head.name for head in task.heads if head.kind == "embedding"), None)
    if embedding is None:
        return TrainingModel(inference, inference, encoder, encoded=encoded)
    paired = {f"product_{name}": keras.Input((None,), dtype="int32", name=f"product_{name}") for name in inputs}
    products = inference({name: paired[f"product_{name}"] for name in inputs})[embedding]
    similarity = keras.ops.matmul(outputs[embedding], keras.ops.transpose(products)) * SIMILARITY_SCALE
    others = {name: output for name, output in outputs.items() if name != embedding}
    training = keras.Model({**inputs, **paired}, {**others, "similarity": similarity}, name=f"{task.name}_training")
    return TrainingModel(inference, training, encoder, pairs=True, encoded=encoded)
