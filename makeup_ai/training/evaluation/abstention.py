"""What saying nothing buys: error against coverage, and the confidence from which an error rate is promised.

Everything reads `confidence`, `(n,)` in [0, 1], and `right`, `(n,)` of 0 and 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.evaluation.calibration import averaged

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Promise:
    """A confidence from which answers are told, and how often they are wrong.

    Args:
        threshold: Of confidence.
        coverage: Share of answers that are told.
        error: Share of those that were wrong where the threshold was chosen.
        bound: What the true share does not exceed, with the probability that was asked for.
    """

    threshold: float
    coverage: float
    error: float
    bound: float


def risk_coverage(confidence: Floats, right: NDArray[Any]) -> Floats:
    """Return `(n,)` the share of wrong answers among the `k` surest, `k` from 1 to `n` (El-Yaniv & Wiener, 2010).

    Equal confidences share their errors, so that the order of rows does not matter.

    Raises:
        ValueError: There are no answers.
    """
    if not confidence.size or confidence.shape != right.shape:
        raise ValueError(f"Expected confidences and as many verdicts. Received: {confidence.shape}, {right.shape}")
    order = np.argsort(-confidence, kind="stable")
    wrong = 1.0 - averaged(confidence, right)[order]
    return np.asarray(np.cumsum(wrong) / np.arange(1, len(wrong) + 1))


def aurc(confidence: Floats, right: NDArray[Any]) -> float:
    """Return the area under the risk-coverage curve, its mean (Geifman et al., 2019, arXiv:1805.08206).

    Confidences that say nothing would reach the error at full coverage.
    """
    return float(risk_coverage(confidence, right).mean())


def error_at(confidence: Floats, right: NDArray[Any], coverage: float) -> float:
    """Return the share of wrong answers among the surest `coverage` of them.

    Raises:
        ValueError: `coverage` is not in (0, 1].
    """
    if not 0 < coverage <= 1:
        raise ValueError(f"Expected a coverage in (0, 1]. Received: coverage={coverage}")
    curve = risk_coverage(confidence, right)
    return float(curve[max(math.ceil(coverage * len(curve) - 1e-9), 1) - 1])


def clopper_pearson(wrong: int, told: int, level: float) -> float:
    """Return what the true share of wrong answers does not exceed with probability `level` (Clopper & Pearson, 1934).

    Examples:
        >>> round(clopper_pearson(0, 59, 0.95), 3)  # the rule of three
        0.05

    Raises:
        ValueError: `level` is not in (0, 1), or the counts are none of answers.
    """
    if not 0 < level < 1 or not 0 <= wrong <= told:
        raise ValueError(f"Expected 0 <= wrong <= told and a level in (0, 1). Received: {wrong}, {told}, {level}")
    if wrong == told:
        return 1.0
    counts = np.arange(wrong + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, told + 1)))])  # of factorials
    ways = logs[told] - logs[counts] - logs[told - counts]
    low, high = wrong / told, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        terms = ways + counts * math.log(max(middle, 1e-300)) + (told - counts) * math.log1p(-middle)
        low, high = (middle, high) if np.exp(terms).sum() > 1 - level else (low, middle)
    return high


def promise(confidence: Floats, right: NDArray[Any], error: float, level: float = 0.95) -> Promise | None:
    """Find the lowest confidence from which at most `error` of the answers are wrong, with probability `level`.

    Selection with guaranteed risk (Geifman & El-Yaniv, 2017, arXiv:1705.08500): a binary search over the confidences
    that occur, each step held to a Clopper-Pearson bound whose level pays for all of them. It promises for texts that
    are drawn as these were, and with confidences that were not fitted to these.

    Args:
        confidence: See above.
        right: See above.
        error: Wanted share of wrong answers, in (0, 1).
        level: Probability of the promise, in (0, 1).

    Returns:
        `None` where no confidence can promise it.

    Raises:
        ValueError: There are no answers, or `error` is outside its range.
    """
    if not 0 < error < 1:
        raise ValueError(f"Expected an error rate in (0, 1). Received: error={error}")
    curve = risk_coverage(confidence, right)
    values = np.unique(confidence)  # lowest first
    told = np.searchsorted(np.sort(confidence), values, side="left")
    told = len(confidence) - told
    steps = max(math.ceil(math.log2(len(values) + 1)), 1)
    found: Promise | None = None
    low, high = 0, len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        number = int(told[middle])
        wrong = round(float(curve[number - 1]) * number)
        bound = clopper_pearson(wrong, number, 1 - (1 - level) / steps)
        if bound <= error:
            found = Promise(float(values[middle]), number / len(confidence), wrong / number, bound)
            high = middle - 1
        else:
            low = middle + 1
    return found
