"""Match: would whoever wrote this buy that product? No or yes a pair of query and product text.

What was bought is the label of a ranking and of nothing else: it does not say what the query means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from makeup_ai.training.data.examples import ANSWERS, Example
from makeup_ai.training.data.negatives import draw_negatives
from makeup_ai.training.tasks.heads import Head, Task


def build(examples: Sequence[Example]) -> Task:
    """Return the task; its labels do not depend on the examples."""
    return Task("match", (Head("bought", "pair", ANSWERS),), monitor="bought.auc")


def read(examples: Sequence[Example]) -> list[Example]:
    """Return the pairs among the examples; where none says that it was not bought, with such pairs drawn.

    An example with a product but no second text is a pair of its text and the product, which was bought.

    Raises:
        ValueError: No pair was bought, or there is nothing else to draw from.
    """
    pairs = dict.fromkeys(pair for example in examples if (pair := _pair(example)) is not None)
    positives = [pair for pair in pairs if pair.bought == "yes"]
    found = list(pairs) if len(positives) < len(pairs) else draw_negatives(positives) if positives else []
    if {pair.bought for pair in found} != set(ANSWERS):
        raise ValueError(
            "Task 'match' needs pairs that were bought (`second` with `bought`, or `product`), and others: of two "
            f"products or more. Received: {len(positives)} that were bought, among {len(examples)} examples"
        )
    return found


def _pair(example: Example) -> Example | None:
    """Return the pair alone, without what else is known of the text."""
    bare = Example(example.text, language=example.language, group=example.group, shelf=example.shelf)
    if example.bought is not None:
        return replace(bare, second=example.second, bought=example.bought)
    return None if example.product is None else replace(bare, second=example.product, bought="yes")
