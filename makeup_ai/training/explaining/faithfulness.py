"""Does the answer really rest on the words that an explanation names? Take them away, or leave nothing else.

Comprehensiveness and sufficiency of DeYoung et al. (2020, ERASER, arXiv:1911.03429), beside random and inverted orders.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.explaining.aims import AIMS, Aim
from makeup_ai.text.explaining.explain import Method, Reader
from makeup_ai.text.explaining.words import Word, without, words_of
from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.evaluation.ranking import interval

SHARES = (0.01, 0.05, 0.10, 0.20, 0.50)
"""Shares of a text's words that are erased or kept, at least one word each; the figures are means over them."""

RANDOM_ORDERS = 5
WHOLE = ("text", "labels")
"""Kinds of heads whose answers are of a whole text, from which words can be erased."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over answers, with its bootstrap interval of 95 %."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How faithful explanations are, in probability of the answer.

    Args:
        head: Whose answers were explained.
        method: That was measured.
        answers: How many were explained; texts of a single word are left out.
        comprehensiveness: Order -> what is lost when its first words are erased; higher is better.
        sufficiency: Order -> what is lost when nothing else is left; lower is better.
        gain: Comprehensiveness beyond the random order, of the same answers.
    """

    head: str
    method: str
    answers: int
    comprehensiveness: dict[str, Estimate]
    sufficiency: dict[str, Estimate]
    gain: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.head}, {self.answers} answers, explained by {self.method}; shares of probability lost"]
        lines.append(f"  {'order':<18}{'comprehensiveness (more is better)':<38}sufficiency (less is better)")
        for order, lost in self.comprehensiveness.items():
            lines.append(f"  {order:<18}{_interval(lost):<38}{_interval(self.sufficiency[order])}")
        lines.append(f"  beyond random     {_interval(self.gain)}")
        return "\n".join(lines)


def measure(
    reader: Reader, texts: Sequence[str], name: str, method: Method, head: str | None = None, seed: int = 0
) -> Faithfulness:
    """Measure how faithful a method is to a model.

    Args:
        reader: The model.
        texts: That it reads.
        name: Of the method.
        method: Gives words their weights.
        head: Whose answers are explained; the first one of whole texts by default.
        seed: Of the random orders and the bootstrap.

    Raises:
        ValueError: No head answers of whole texts, or no text has two words and an answer.
    """
    known = {one.name: one for one in reader.heads if one.kind in WHOLE}
    if not known or (head is not None and head not in known):
        raise ValueError(f"Expected a head that answers of whole texts, one of {sorted(known)}. Received: {head!r}")
    chosen = known[head] if head is not None else next(iter(known.values()))
    rng = np.random.default_rng(seed)
    rows: list[dict[str, tuple[float, float]]] = []
    for text in texts:
        encoding = reader.tokenizer.encode(text, reader.max_length)
        words = words_of(text, encoding)
        if len(words) > 1:
            output = reader.answer([encoding])[chosen.name][0]
            found = reader.calibration.of(chosen.name)
            aims = AIMS[chosen.kind](chosen, output, encoding.offsets, found, None)
            rows += [_one(reader, encoding, words, aim, method(encoding, words, aim), rng) for aim in aims]
    if not rows:
        raise ValueError(f"Expected texts of two words and more with an answer. Received: {len(texts)} without any.")
    columns = {order: np.array([row[order] for row in rows]) for order in rows[0]}
    return Faithfulness(
        head=chosen.name,
        method=name,
        answers=len(rows),
        comprehensiveness={order: _estimate(values[:, 0], seed) for order, values in columns.items()},
        sufficiency={order: _estimate(values[:, 1], seed) for order, values in columns.items()},
        gain=_estimate(columns["explained"][:, 0] - columns["random"][:, 0], seed),
    )


def some_of(texts: Sequence[str], limit: int, seed: int) -> list[str]:
    """Return at most `limit` of the texts, drawn without replacement, in their order.

    Raises:
        ValueError: `limit` is below 1.
    """
    if limit < 1:
        raise ValueError(f"Expected at least one text. Received: limit={limit}")
    rows = np.random.default_rng(seed).permutation(len(texts))[:limit]
    return [texts[row] for row in sorted(rows)]


def _one(
    reader: Reader, encoding: Encoding, words: Sequence[Word], aim: Aim, weights: Floats, rng: np.random.Generator
) -> dict[str, tuple[float, float]]:
    """Return comprehensiveness and sufficiency of one answer by order; the random ones are averaged."""
    best = np.argsort(-weights, kind="stable")
    orders = [best, best[::-1], *(rng.permutation(len(words)) for _ in range(RANDOM_ORDERS))]
    variants = [encoding]
    for order in orders:
        for share in SHARES:
            first = order[: math.ceil(share * len(words))]
            rest = order[len(first) :]
            variants += [without(encoding, [p for w in side for p in words[w].pieces]) for side in (first, rest)]
    p = np.array([aim.probability(output) for output in reader.answer(variants)[aim.head]])
    lost = (p[0] - p[1:]).reshape(len(orders), len(SHARES), 2).mean(axis=1)
    rows = {"explained": lost[0], "random": lost[2:].mean(axis=0), "inverted": lost[1]}
    return {name: (float(values[0]), float(values[1])) for name, values in rows.items()}


def _estimate(values: Floats, seed: int) -> Estimate:
    return Estimate(float(values.mean()), *interval(values, seed))


def _interval(estimate: Estimate) -> str:
    return f"{estimate.mean:+.4f} [{estimate.low:+.4f}, {estimate.high:+.4f}]"
