"""What a task is made of: heads, and what every kind of head must answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example

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


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model answered to some examples, row by row.

    Args:
        examples: With the labels to be met.
        encodings: Of their texts.
        outputs: One array an example, of the head in question; those of pieces may be padded.
        products: Text of a product -> its vector, of all that the examples name; for embeddings.
    """

    examples: Sequence[Example]
    encodings: Sequence[Encoding]
    outputs: Sequence[NDArray[np.float32]]
    products: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


class HeadKind(Protocol):
    """What a kind of head must answer."""

    @property
    def output(self) -> str:
        """Name of the training output its loss reads; `"{name}"` stands for the head's own."""

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return the head's output from the encoder's `sequence` and `pooled`, and its inputs by their names."""

    def target(self, head: Head, example: Example, encoding: Encoding) -> Any:
        """Return the label of one example: an int, or one int a piece."""

    def loss(self, head: Head, class_weights: NDArray[np.float32] | None) -> Callable[[Any, Any], Any]:
        """Return the loss of a batch, a scalar, from targets and outputs."""

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return the metrics over examples that carry the label; empty where none does."""


def class_of(head: Head, label: str) -> int:
    """Return the place of a label among a head's.

    Raises:
        ValueError: The head does not have it.
    """
    if label not in head.labels:
        raise ValueError(
            f"Unknown label for head {head.name!r}. Expected one of {list(head.labels)}. Received: {label!r}"
        )
    return head.labels.index(label)
