"""Embed: the query's embedding alone, for retrieval; contrasted with the batch and with hard negatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from makeup_ai.training.data.examples import Example
from makeup_ai.training.tasks.heads import Head, Task
from makeup_ai.training.tasks.understanding import EMBEDDING_WIDTH


def build(examples: Sequence[Example]) -> Task:
    """Return the task; it does not depend on the examples."""
    return Task("embed", (Head("embedding", "embedding", width=EMBEDDING_WIDTH),), monitor="embedding.mrr")


def read(examples: Sequence[Example]) -> list[Example]:
    """Return the examples that name a product, each with as many negatives as any; the empty text stands for none.

    A pair that was bought is a query and its product.

    Raises:
        ValueError: No example names a product.
    """
    found = [
        Example(e.text, language=e.language, group=e.group, product=product, shelf=e.shelf, negatives=e.negatives)
        for e in examples
        if (product := e.second if e.bought == "yes" else e.product) is not None
    ]
    if not found:
        raise ValueError(
            f"Task 'embed' needs examples with a `product`. Received: {len(examples)} examples without one"
        )
    most = max(len(example.negatives or ()) for example in found)
    if not most:
        return found
    return [replace(e, negatives=(*(e.negatives or ()), *[""] * (most - len(e.negatives or ())))) for e in found]
