"""What a model takes to answer a query: the products nearest to it, by the cosine of their embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.batches import PRODUCT_LENGTH
from makeup_ai.training.data.negatives import Rank
from makeup_ai.training.evaluation.target import Target


def by_vectors(target: Target) -> Rank:
    """Return a ranking of products by a model's embedding, for `mine_negatives`.

    Raises:
        ValueError: The model has no embedding.
    """
    head = next((head.name for head in target.task.heads if head.kind == "embedding"), None)
    if head is None:
        raise ValueError(
            "Expected a model with an embedding, of the tasks 'embed' or 'understanding'. "
            f"Received: one of {target.task.name!r}"
        )
    name = head

    def rank(queries: Sequence[str], products: Sequence[str]) -> Iterable[NDArray[np.float32]]:
        length = target.max_length
        asked = target.predict(target.tokenizer.encode_batch(queries, length), length)[name]
        texts = target.tokenizer.encode_batch(products, min(PRODUCT_LENGTH, length))
        bank = np.stack(target.predict(texts, length)[name])
        return (bank @ vector for vector in asked)

    return rank
