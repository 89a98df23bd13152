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

    def target(self, head: Head, example: Example, encoding: Encoding) -> int:
        """Return a number that equal product texts share, or `UNKNOWN`."""
        # 22 bits: Keras hands targets to losses as float32, which counts exactly up to 2**24.
        return UNKNOWN if example.product is None else _fingerprint(example.product) >> 10

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return the in-batch contrastive loss."""
        return losses.in_batch_contrast

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return how often the product itself is among the ten nearest of all distinct products seen here."""
        examples, products = answered.examples, answered.products
        rows = [i for i, product in enumerate(products) if product is not None]
        if not rows:
            return {}
        texts = [str(examples[i].product) for i in rows]
        distinct = {text: i for i, text in zip(rows, texts, strict=True)}
        bank = np.stack([vector for i in distinct.values() if (vector := products[i]) is not None])
        gold = np.array([list(distinct).index(text) for text in texts])
        scores = np.stack([answered.outputs[i] for i in rows]) @ bank.T
        return {"recall_at_10": metrics.recall_at(scores, gold, 10), "products": float(len(distinct))}


def _fingerprint(text: str) -> int:
    return zlib.crc32(text.encode())
