"""Metrics as plain functions over arrays, from their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def accuracy(gold: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Return the share of equal entries.

    Raises:
        ValueError: There is nothing to compare, or the shapes differ.
    """
    if gold.shape != predicted.shape or not gold.size:
        raise ValueError(f"Expected two non-empty arrays of one shape. Received: {gold.shape} and {predicted.shape}")
    return float((gold == predicted).mean())


def macro_f1(gold: NDArray[Any], predicted: NDArray[Any], classes: int) -> float:
    """Return the mean F1 over the classes that occur in `gold` or `predicted`."""
    scores = []
    for c in range(classes):
        true = int(((gold == c) & (predicted == c)).sum())
        either = int((gold == c).sum() + (predicted == c).sum())
        if either:
            scores.append(2 * true / either)
    return float(np.mean(scores))


def roc_auc(gold: NDArray[Any], scores: NDArray[Any]) -> float:
    """Return the area under the ROC curve: the chance that a positive outscores a negative, ties counted half.

    Args:
        gold: `(n,)` of 0 and 1, both present.
        scores: `(n,)`, higher for 1.

    Raises:
        ValueError: One of the classes is missing.
    """
    positive = gold == 1
    if positive.all() or not positive.any():
        raise ValueError("Expected both classes. Received: only one, for which the area is not defined.")
    _, ranks, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2  # mid-ranks, from 1
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    statistic = mean_rank[ranks][positive].sum() - n_positive * (n_positive + 1) / 2
    return float(statistic / (n_positive * n_negative))


def span_f1(gold: Sequence[set[tuple[Any, ...]]], predicted: Sequence[set[tuple[Any, ...]]]) -> dict[str, float]:
    """Return micro precision, recall and F1 of exact `(start, end, slot)`; 1 where there is none at all."""
    right = sum(len(g & p) for g, p in zip(gold, predicted, strict=True))
    n_gold, n_predicted = sum(map(len, gold)), sum(map(len, predicted))
    precision = right / n_predicted if n_predicted else float(n_gold == 0)
    recall = right / n_gold if n_gold else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def recall_at(scores: NDArray[Any], gold: NDArray[Any], k: int) -> float:
    """Return how often column `gold[row]` is among the `k` highest of its row of `scores`; see `places`."""
    return float((places(scores, gold) <= k).mean())


def mean_reciprocal_rank(scores: NDArray[Any], gold: NDArray[Any]) -> float:
    """Return the mean of one over the place of column `gold[row]` in its row of `scores`; see `places`."""
    return float((1 / places(scores, gold)).mean())


def places(scores: NDArray[Any], gold: NDArray[Any]) -> NDArray[np.float64]:
    """Return `(rows,)` the place from 1 of column `gold[row]` when its row is sorted, highest first.

    Of equals it takes the middle place, so that a model that says the same of everything finds nothing.
    """
    own = scores[np.arange(len(gold)), gold][:, None]
    return np.asarray(1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2, np.float64)
