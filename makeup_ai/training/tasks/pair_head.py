"""The head for pairs of texts: does the second answer the first? One class a pair, and a ranking of each query's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from makeup_ai.training.data.examples import ANSWERS
from makeup_ai.training.evaluation import ranking
from makeup_ai.training.tasks.base import Answered, Head
from makeup_ai.training.tasks.text_heads import TextHead


@dataclass(frozen=True, slots=True)
class PairHead(TextHead):
    """No or yes a pair, which the encoder reads as one: logits `(batch, 2)`.

    A small network does not find out by itself that two places hold the same thing, so the head is told how the sides
    compare: see `compare`.
    """

    def apply(self, head: Head, encoded: dict[str, Any]) -> Any:
        """Return logits from the pooled vector and from how the two sides compare."""
        from keras import layers, ops

        token_ids, sequence = encoded["token_ids"], encoded["sequence"]
        weights = layers.Dense(1, activation="sigmoid", dtype="float32", name=f"{head.name}_weights")(sequence)
        compared = compare(token_ids, sequence, weights, *sides(token_ids, encoded["padding_mask"]))
        features = [encoded["pooled"], *compared]
        return layers.Dense(len(head.labels), dtype="float32", name=head.name)(ops.concatenate(features, axis=-1))

    def metrics(self, head: Head, answered: Answered) -> dict[str, float]:
        """Return what a text head says, and how well the answers rank what was set against each query."""
        found = TextHead.metrics(self, head, answered)
        rows = [i for i, example in enumerate(answered.examples) if getattr(example, head.name) is not None]
        if not rows:
            return found
        logits = np.stack([answered.outputs[i] for i in rows]).astype(np.float64)
        relevant = np.array([getattr(answered.examples[i], head.name) == ANSWERS[1] for i in rows])
        queries = [answered.examples[i].text for i in rows]
        ranked = ranking.by_query(queries, relevant, logits[:, 1] - logits[:, 0])
        if ranked is None:
            return found
        return {
            **found,
            "mrr": ranked.mrr,
            "ndcg_at_10": ranked.ndcg,
            "p_at_1": ranked.first,
            "queries": float(ranked.queries),
        }


def sides(token_ids: Any, padding_mask: Any) -> tuple[Any, Any]:
    """Return where the pieces of the first text stand, and where those of the second.

    Whatever its number is, the separator is the last real piece of a row; so an encoder needs no segment ids, and an
    exported file no third input.

    Args:
        token_ids: `(batch, tokens)`, `[CLS] first [SEP] second [SEP]`.
        padding_mask: `(batch, tokens)`, 1 on real pieces.

    Returns:
        Two masks `(batch, tokens)` float32, 0 on special pieces and padding.
    """
    from keras import ops

    real, ids = ops.cast(padding_mask, "float32"), ops.cast(token_ids, "float32")  # ids are below 2**24
    nothing = ops.zeros_like(real[:, :1])
    last = real - ops.concatenate([real[:, 1:], nothing], axis=1)
    separator = ops.sum(ids * last, axis=1, keepdims=True)
    parting = ops.cast(ops.equal(ids, separator), "float32") * real
    passed = ops.cumsum(parting, axis=1)
    word = (real - parting) * ops.concatenate([nothing, ops.ones_like(real[:, 1:])], axis=1)
    first = word * ops.cast(passed < 0.5, "float32")
    return first, word - first


def compare(token_ids: Any, sequence: Any, weights: Any, first: Any, second: Any) -> list[Any]:
    """Compare two sides by their mean vectors, and piece by piece.

    Args:
        token_ids: `(batch, tokens)`.
        sequence: `(batch, tokens, width)`.
        weights: `(batch, tokens, 1)` in (0, 1): how much it tells that a piece is met on the other side.
        first: `(batch, tokens)`, 1 on the pieces of the first side.
        second: The same of the second.

    Returns:
        `(batch, width)` products and distances of the means (Conneau et al., 2017, arXiv:1705.02364); and of each side
        `(batch, 1)` the weighted mean over its pieces of the cosine with the most similar one of the other side
        (Khattab & Zaharia, 2020, arXiv:2004.12832), and of whether the very piece stands there (Guo et al., 2016,
        arXiv:1711.08611).
    """
    from keras import ops

    vectors, ids = ops.cast(sequence, "float32"), ops.cast(token_ids, "float32")
    means = [_mean(vectors, side[..., None]) for side in (first, second)]
    unit = vectors / ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-6)
    cosines = ops.matmul(unit, ops.transpose(unit, (0, 2, 1)))  # (batch, tokens, tokens)
    equal = ops.cast(ops.equal(ids[:, :, None], ids[:, None, :]), "float32")
    met = []
    for side, other in ((first, second), (second, first)):
        elsewhere = (1.0 - other[:, None, :]) * 4.0  # below any cosine
        for likeness in (cosines, equal):
            best = ops.max(likeness - elsewhere, axis=-1, keepdims=True)
            met.append(_mean(ops.maximum(best, -1.0), weights * side[..., None]))
    return [means[0] * means[1], ops.abs(means[0] - means[1]), *met]


def _mean(values: Any, weights: Any) -> Any:
    """Return the weighted mean over places, `(batch, width)`; 0 where none has a weight."""
    from keras import ops

    return ops.sum(values * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1e-6)
