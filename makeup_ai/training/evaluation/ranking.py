"""How good a ranking of products is, from definitions: who finds what they went on to have, and who is never shown.

All of them read `top`, `(users, k)` rows of products, best first, and `relevant`, `(users, products)` bool.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


def best(scores: Floats, k: int, hidden: Flags | None = None) -> Rows:
    """Return `(users, k)` the best columns of each row, best first; of equals the first column.

    Args:
        scores: `(users, products)`, finite.
        k: At most the products.
        hidden: `(users, products)` what is not offered: it comes last.

    Raises:
        ValueError: There are fewer products than `k`, or a score is not finite.
    """
    if not 1 <= k <= scores.shape[1] or not np.all(np.isfinite(scores)):
        raise ValueError(f"Expected finite scores of at least k={k} products. Received: shape {scores.shape}")
    shown = scores if hidden is None else np.where(hidden, -np.inf, scores)
    return np.asarray(np.argsort(-shown, axis=1, kind="stable")[:, :k], np.int64)


def hits(top: Rows, relevant: Flags) -> Flags:
    """Return `(users, k)` whether each place holds something relevant.

    Raises:
        ValueError: Lengths differ, or a user has nothing relevant, for whom nothing can be said.
    """
    if len(top) != len(relevant) or not relevant.any(axis=1).all():
        raise ValueError(
            f"Expected a row of places for each user with something relevant. Received: {len(top)} and {len(relevant)}"
        )
    return np.asarray(np.take_along_axis(relevant, top, axis=1))


def recall(top: Rows, relevant: Flags) -> Floats:
    """Return `(users,)` the share of what is relevant that stands in the first `k` places."""
    return np.asarray(hits(top, relevant).sum(axis=1) / relevant.sum(axis=1))


def ndcg(top: Rows, relevant: Flags) -> Floats:
    """Return `(users,)` normalised discounted cumulative gain, binary (Järvelin & Kekäläinen 2002).

    A hit at place `i` from 1 gains `1 / log2(i + 1)`; the whole is divided by the most that `k` places could gain.
    """
    gains = 1.0 / np.log2(np.arange(2, top.shape[1] + 2))
    most = np.cumsum(gains)[np.minimum(relevant.sum(axis=1), top.shape[1]) - 1]
    return np.asarray(hits(top, relevant) @ gains / most)


def hit(top: Rows, relevant: Flags) -> Floats:
    """Return `(users,)` 1 where anything relevant stands in the first `k` places."""
    return np.asarray(hits(top, relevant).any(axis=1), np.float64)


def reciprocal_rank(top: Rows, relevant: Flags) -> Floats:
    """Return `(users,)` one over the first place with something relevant, 0 where there is none in `k`."""
    found = hits(top, relevant)
    return np.where(found.any(axis=1), 1.0 / (found.argmax(axis=1) + 1.0), 0.0)


MEASURES = {"NDCG": ndcg, "Recall": recall, "Hit": hit, "MRR": reciprocal_rank}
"""Name -> measure of one user."""


@dataclass(frozen=True, slots=True)
class QueryMeasures:
    """What lists of different lengths are worth, one a query: means over the queries that have both kinds.

    Args:
        queries: How many have something relevant and something else.
        mrr: One over the first place with something relevant.
        ndcg: At ten places.
        first: Share whose first place holds something relevant.
    """

    queries: int
    mrr: float
    ndcg: float
    first: float


def by_query(queries: Sequence[str], relevant: Flags, scores: Floats) -> QueryMeasures | None:
    """Rank the rows of each query by their scores, and measure; of equals what is not relevant comes first.

    Args:
        queries: `rows` names; those that are equal are one list.
        relevant: `(rows,)` bool.
        scores: `(rows,)`, higher for relevant.

    Returns:
        The means, or `None` where no query has both something relevant and something else.
    """
    lists: dict[str, list[int]] = {}
    for row, query in enumerate(queries):
        lists.setdefault(query, []).append(row)
    found = []
    for rows in lists.values():
        flags = relevant[rows][None]
        if not flags.any() or flags.all():
            continue
        top = np.lexsort((flags[0], -scores[rows]))[None]
        ten = top[:, :10]
        found.append([float(f[0]) for f in (reciprocal_rank(top, flags), ndcg(ten, flags), hit(top[:, :1], flags))])
    if not found:
        return None
    mrr, gain, first = np.mean(found, axis=0).tolist()
    return QueryMeasures(len(found), mrr, gain, first)


def coverage(top: Rows, products: int) -> float:
    """Return the share of the catalogue that is shown to anybody."""
    return len(np.unique(top)) / products


def gini(top: Rows, products: int) -> float:
    """Return how unevenly places go to products: 0 all alike, towards 1 all to one (Gini 1912)."""
    shown = np.sort(np.bincount(top.ravel(), minlength=products)).astype(np.float64)
    if not shown.sum():
        raise ValueError("Expected at least one place that is shown. Received: none")
    order = np.arange(1, products + 1)
    return float((2 * order - products - 1) @ shown / (products * shown.sum()))


def tail_share(top: Rows, bought: NDArray[np.int64], head: float = 0.2) -> float:
    """Return the share of places that go to products outside the most bought `head` of the catalogue."""
    order = np.argsort(-bought, kind="stable")
    popular = np.zeros(len(bought), bool)
    popular[order[: math.ceil(head * len(bought))]] = True
    return float((~popular[top]).mean())


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference of the same users under two rankings.

    Args:
        mean: First less second.
        low: Of the interval of 95 in 100 resamples.
        high: The same.
        p: Two-sided, that the sign of each user's difference is chance.
    """

    mean: float
    low: float
    high: float
    p: float


def interval(values: Floats, seed: int = 0, resamples: int = 1000) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean, 95 % (Efron 1979), with the users resampled."""
    means = _resampled(values, seed, resamples)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def paired(first: Floats, second: Floats, seed: int = 0, resamples: int = 1000) -> Difference:
    """Compare two rankings on the same users: bootstrap interval, and a randomisation test of signs (Fisher 1935).

    Raises:
        ValueError: Lengths differ or there is nobody.
    """
    if first.shape != second.shape or not first.size:
        raise ValueError(f"Expected the same users twice. Received: {first.shape} and {second.shape}")
    difference = first - second
    low, high = interval(difference, seed, resamples)
    rng = np.random.default_rng(seed + 1)
    mean = float(difference.mean())
    flipped = np.array([difference @ rng.choice((-1.0, 1.0), len(difference)) for _ in range(resamples)])
    extreme = int((np.abs(flipped / len(difference)) >= abs(mean) - 1e-15).sum())
    return Difference(mean, low, high, (extreme + 1) / (resamples + 1))


def _resampled(values: Floats, seed: int, resamples: int) -> Floats:
    rng = np.random.default_rng(seed)
    return np.array([values[rng.integers(0, len(values), len(values))].mean() for _ in range(resamples)])
