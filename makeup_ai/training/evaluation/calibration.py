"""Are a model's probabilities true? Temperatures that make them truer, and how far off they are: plain functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 15
"""Bins of equal mass for the expected calibration error."""

COLDEST, HOTTEST = 0.05, 20.0
"""Range of temperatures; a model that is never wrong on its validation data ends at the coldest."""

_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class Link:
    """How logits become probabilities.

    Args:
        probabilities: `(n, classes)` logits to probabilities.
        nll: Mean negative log-likelihood of what was true, in nats, from logits and truth.
        brier: Mean squared distance of probabilities from what was true (Brier, 1950), from probabilities and truth.
    """

    probabilities: Callable[[Floats], Floats]
    nll: Callable[[Floats, NDArray[Any]], float]
    brier: Callable[[Floats, NDArray[Any]], float]


def softmax(logits: Floats) -> Floats:
    """Return probabilities over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def sigmoid(logits: Floats) -> Floats:
    """Return `1 / (1 + exp(-logits))`, without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -logits)))


def softmax_nll(logits: Floats, gold: NDArray[Any]) -> float:
    """Return the mean cross-entropy of `(n, classes)` logits with classes `(n,)`, in nats."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    own = shifted[np.arange(len(gold)), gold]
    return float(np.mean(np.log(np.exp(shifted).sum(axis=-1)) - own))


def sigmoid_nll(logits: Floats, gold: NDArray[Any]) -> float:
    """Return the mean binary cross-entropy of `(n, classes)` logits with 0 and 1 `(n, classes)`, in nats."""
    return float(np.mean(np.logaddexp(0.0, logits) - logits * gold))


def softmax_brier(probabilities: Floats, gold: NDArray[Any]) -> float:
    """Return the mean over texts of the squared distance from the true class, in [0, 2]."""
    return float(np.mean(np.sum((probabilities - np.eye(probabilities.shape[-1])[gold]) ** 2, axis=-1)))


def sigmoid_brier(probabilities: Floats, gold: NDArray[Any]) -> float:
    """Return the mean squared distance from 0 and 1, in [0, 1]."""
    return float(np.mean((probabilities - gold) ** 2))


SOFTMAX = Link(softmax, softmax_nll, softmax_brier)
SIGMOID = Link(sigmoid, sigmoid_nll, sigmoid_brier)


def fit_temperature(logits: Floats, gold: NDArray[Any], link: Link) -> float:
    """Return the temperature with the least negative log-likelihood (Guo et al., 2017, arXiv:1706.04599).

    The likelihood is convex in `1 / temperature`, so that golden sections over its logarithm find the only valley.

    Args:
        logits: `(n, classes)`, of texts that were not trained on.
        gold: As the link reads it.
        link: Softmax or sigmoid.

    Returns:
        In [`COLDEST`, `HOTTEST`], to six places.

    Raises:
        ValueError: There is nothing to fit to, or a logit is not finite.
    """
    if not logits.size or not np.all(np.isfinite(logits)):
        raise ValueError(f"Expected finite logits of at least one row. Received: shape {logits.shape}")

    def loss(at: float) -> float:
        return link.nll(logits / math.exp(at), gold)

    low, high = math.log(COLDEST), math.log(HOTTEST)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-7:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return round(math.exp((low + high) / 2), 6)


def reliability(confidence: Floats, right: NDArray[Any], bins: int = BINS) -> NDArray[np.float64]:
    """Return `(bins, 3)`: mean confidence, share that was right, and share of all, in bins of equal mass.

    Of equal confidences each counts as right as they are on average, so that the order of rows does not matter.

    Args:
        confidence: `(n,)` in [0, 1].
        right: `(n,)` of 0 and 1.
        bins: At most; there are no empty ones.

    Raises:
        ValueError: There is nothing to bin.
    """
    if not confidence.size or confidence.shape != right.shape:
        raise ValueError(f"Expected confidences and as many verdicts. Received: {confidence.shape}, {right.shape}")
    order = np.argsort(confidence)
    shared = averaged(confidence, right)[order]
    parts = np.array_split(np.arange(len(order)), min(bins, len(order)))
    return np.array([[confidence[order[p]].mean(), shared[p].mean(), len(p) / len(order)] for p in parts])


def expected_calibration_error(confidence: Floats, right: NDArray[Any], bins: int = BINS) -> float:
    """Return the mean distance between confidence and the share that was right (Naeini et al., 2015), equal mass."""
    found = reliability(confidence, right, bins)
    return float(np.abs(found[:, 0] - found[:, 1]) @ found[:, 2])


def averaged(confidence: Floats, right: NDArray[Any]) -> Floats:
    """Return `(n,)` the mean of `right` over all rows of the same confidence."""
    _, group, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(group, weights=right) / counts)[group])
