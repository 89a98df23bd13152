"""The head for retrieval: a vector a text, near those of the products that answer it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation import metrics
from makeup_ai.training.tasks import losses
from makeup_ai.training.tasks.base import UNKNOWN, Answered, Head


@dataclass(frozen=True, slots=True)
class EmbeddingHead:
    """A unit vector a text, learned so that a query lies near the text of a product that answers it."""

    output: str = "similarity"

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return unit vectors `(batch, width)`."""
        from keras import layers

        vector = layers.Dense(head.width, dtype="float32", name=f"{head.name}_projection")(encoded["pooled"])
        return layers.UnitNormalization(dtype="float32", name=head.name)(vector)

    def target(self, head: Head, example: Example, encoding: Encoding) -> NDArray[np.int32]:
        """Return numbers that equal texts share, of the product, the query and the hard negatives, or `UNKNOWN`s."""
        if example.product is None:
            return np.full(2, UNKNOWN, np.int32)
        texts = (example.product, example.text, *(example.negatives or ()))
        return np.array([_fingerprint(text) if text else UNKNOWN for text in texts], np.int32)

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return the in-batch contrastive loss."""
        return losses.in_batch_contrast

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return how often the product itself is the nearest, or among the ten nearest, of all products named here.

        Other products that answer the same query do not compete with it.
        """
        asked = [(i, e.text, e.product) for i, e in enumerate(answered.examples) if e.product is not None]
        if not asked:
            return {}
        column = {text: at for at, text in enumerate(answered.products)}
        scores = np.stack([answered.outputs[i] for i, _, _ in asked]) @ np.stack(list(answered.products.values())).T
        answers: dict[str, set[int]] = {}
        for _, query, product in asked:
            answers.setdefault(query, set()).add(column[product])
        for row, (_, query, product) in enumerate(asked):
            scores[row, list(answers[query] - {column[product]})] = -np.inf
        gold = np.array([column[product] for _, _, product in asked])
        return {
            "recall_at_1": metrics.recall_at(scores, gold, 1),
            "recall_at_10": metrics.recall_at(scores, gold, 10),
            "mrr": metrics.mean_reciprocal_rank(scores, gold),
            "products": float(len(column)),
        }


def _fingerprint(text: str) -> int:
    # 22 bits: Keras hands targets to losses as float32, which counts exactly up to 2**24.
    return zlib.crc32(text.encode()) >> 10
