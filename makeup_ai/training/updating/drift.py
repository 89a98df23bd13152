"""Drift: is what comes in still like what the model was chosen by?

Each measure is a histogram of texts before and after. Its size is the population stability index (PSI), its certainty a
permutation test of the Jensen-Shannon distance: texts change sides at random, and the share of such draws with as large
a distance is p.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.examples import Example
from makeup_ai.training.run import Run
from makeup_ai.training.updating.answers import answers_of, certainty, scores
from makeup_ai.training.updating.labels import labelled_heads, said

Floats = NDArray[np.float64]

SOME, STRONG = 0.1, 0.25  # PSI; the bounds that are customary in scoring
LEVEL = 0.05  # of p, after Holm's correction for the number of measures
PERMUTATIONS = 2_000
SMALLEST = 20  # texts on each side
LARGEST = 2_000  # texts on each side; more are drawn from
BINS = 10
RULE = (
    f"Drift is strong where a measure has PSI >= {STRONG} and some where it has PSI >= {SOME}, each with p < {LEVEL} "
    f"after Holm's correction; measures with fewer than {SMALLEST} texts on a side are not taken."
)
VERDICTS = ("none", "some", "strong")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that may have changed.

    Args:
        name: Such as `"label of intent"` or `"unknown pieces"`.
        language: `"all"`, or of the texts that were looked at.
        before: Texts.
        after: The same.
        means: Before and after, of a number a text; `None` for names.
        distance: Jensen-Shannon, base 2, in [0, 1].
        psi: Population stability index, with half a text added to each bin.
        p: After Holm's correction.
        verdict: One of `VERDICTS`.
    """

    name: str
    language: str
    before: int
    after: int
    means: tuple[float, float] | None
    distance: float
    psi: float
    p: float
    verdict: str = VERDICTS[0]


@dataclass(frozen=True, slots=True)
class Drift:
    """All measures, and the strongest verdict among them."""

    verdict: str
    measures: tuple[Measure, ...]
    rule: str = RULE

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = asdict(self)
        return {**plain, "measures": list(plain["measures"])}


def drift_from(values: Mapping[str, Any]) -> Drift:
    """Rebuild what `Drift.to_json` gave."""
    measures = (Measure(**{**m, "means": m["means"] and tuple(m["means"])}) for m in values["measures"])
    return Drift(values["verdict"], tuple(measures), values["rule"])


def measure_drift(
    run: Run, train: Sequence[Example], before: Sequence[Example], after: Sequence[Example], seed: int = 0
) -> Drift:
    """Compare new texts with those that a model was chosen by.

    Args:
        run: The model in use.
        train: What it learned from; only its words are read.
        before: Labelled examples that it never learned from.
        after: New ones, labelled or not.
        seed: Of draws and permutations.
    """
    words = {word for example in train for word in words_of(example.text)}
    rng = np.random.default_rng(seed)
    sides = [_drawn(side, rng) for side in (before, after)]
    columns = [_columns(run, words, side) for side in sides]
    languages = [np.array([example.language for example in side]) for side in sides]
    both = sorted({*languages[0]} & {*languages[1]} - {""})
    several = both if len({*languages[0], *languages[1]}) > 1 else ()
    found = []
    for name in (name for name in columns[0] if name in columns[1]):
        for language in ("all", *(() if name == "language" else several)):
            chosen = [column[name][where == language] if language != "all" else column[name]
                      for column, where in zip(columns, languages, strict=True)]  # fmt: skip
            if measure := _measure(name, language, chosen[0], chosen[1], rng):
                found.append(measure)
    judged = tuple(map(_judged, found, holm([measure.p for measure in found])))
    worst = max((VERDICTS.index(measure.verdict) for measure in judged), default=0)
    return Drift(VERDICTS[worst], judged)


def words_of(text: str) -> list[str]:
    """Return the words of a text in one case and width; a Chinese character is one.

    Examples:
        >>> words_of("Matte 口红!")
        ['matte', '口', '红']
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def jensen_shannon(p: Floats, q: Floats) -> float:
    """Return the Jensen-Shannon distance of two distributions, base 2 (Endres & Schindelin, 2003)."""
    return float(_distances(p[None], q[None])[0])


def psi(before: Floats, after: Floats) -> float:
    """Return the population stability index of two histograms of counts, with half a count added to each bin."""
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (before, after))
    return float(((q - p) * np.log(q / p)).sum())


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm, 1979), in the order they came in."""
    order = np.argsort(values, kind="stable")
    corrected = np.maximum.accumulate([(len(values) - rank) * values[at] for rank, at in enumerate(order)] or [0.0])
    found = np.empty(len(values))
    found[order] = np.minimum(corrected, 1.0)[: len(values)]
    return [float(value) for value in found]


def _drawn(examples: Sequence[Example], rng: np.random.Generator) -> list[Example]:
    if len(examples) <= LARGEST:
        return list(examples)
    return [examples[at] for at in sorted(rng.choice(len(examples), LARGEST, replace=False))]


def _columns(run: Run, words: set[str], examples: Sequence[Example]) -> dict[str, NDArray[Any]]:
    """Return what is measured of each text: numbers (NaN where nobody looked), or tuples of names (then `None`)."""
    encodings = run.tokenizer.encode_batch([example.text for example in examples], run.max_length)
    unknown = run.tokenizer.encode("\U0010fffd", 3).token_ids[1]  # no vocabulary holds a private character
    lengths = np.array([max(len(e.token_ids) - 2, 1) for e in encodings])
    found = [words_of(example.text) for example in examples]
    columns: dict[str, NDArray[Any]] = {
        "language": _names([(example.language,) if example.language else None for example in examples]),
        "length in pieces": lengths.astype(np.float64),
        "unknown pieces": np.array([np.sum(np.asarray(e.token_ids) == unknown) for e in encodings]) / lengths,
        "new words": np.array([sum(word not in words for word in each) / max(len(each), 1) for each in found]),
    }
    for head in labelled_heads(run.task):
        columns[f"label of {head.name}"] = _names([said(head, example) for example in examples])
    answers = answers_of(run, examples)
    for head in labelled_heads(run.task):
        if len(answers.examples) == len(examples) and (sure := certainty(answers, head)):
            columns[f"confidence of {head.name}"], columns[f"entropy of {head.name}"] = sure
        if len(answers.examples) == len(examples):
            columns[f"right answers of {head.name}"] = scores(answers, head.name)
    return columns


def _names(values: Sequence[tuple[str, ...] | None]) -> NDArray[Any]:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _measure(
    name: str, language: str, before: NDArray[Any], after: NDArray[Any], rng: np.random.Generator
) -> Measure | None:
    named = before.dtype == object
    if named:
        before, after = (side[[value is not None for value in side]] for side in (before, after))
    else:
        before, after = (side[~np.isnan(side)] for side in (before, after))
    if min(len(before), len(after)) < SMALLEST:
        return None
    rows = _histogram_rows(before, after) if named else _binned_rows(before, after)
    first, second = rows[: len(before)].sum(0), rows[len(before) :].sum(0)
    if not first.sum() or not second.sum():
        return None
    distance = jensen_shannon(first / first.sum(), second / second.sum())
    moved = np.argsort(rng.random((PERMUTATIONS, len(rows)), np.float32), axis=1)[:, : len(before)]
    sides = np.zeros((PERMUTATIONS, len(rows)), np.float32)
    np.put_along_axis(sides, moved, 1.0, axis=1)
    drawn = (sides @ rows.astype(np.float32)).astype(np.float64)
    others = rows.sum(0) - drawn
    drawn, others = (side / np.maximum(side.sum(1, keepdims=True), 1e-12) for side in (drawn, others))
    p = float((1 + (_distances(drawn, others) >= distance - 1e-9).sum()) / (PERMUTATIONS + 1))
    means = None if named else (float(before.mean()), float(after.mean()))
    return Measure(name, language, len(before), len(after), means, distance, psi(first, second), p)


def _histogram_rows(before: NDArray[Any], after: NDArray[Any]) -> Floats:
    """Return `(texts, names)` which names each text carries."""
    values = [*before, *after]
    names = {name: at for at, name in enumerate(sorted({name for value in values for name in value}))}
    rows = np.zeros((len(values), max(len(names), 1)))
    for row, value in enumerate(values):
        rows[row, [names[name] for name in value]] = 1.0
    return rows


def _binned_rows(before: NDArray[Any], after: NDArray[Any]) -> Floats:
    """Return `(texts, bins)` in which bin each text falls.

    Bins lie between the tenths of the texts before; a value that is such a tenth has a bin of its own, since counts and
    shares often have most of their texts in one value.
    """
    edges = np.unique(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1]))
    values = np.concatenate([before, after])
    place = np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")
    rows: Floats = np.eye(2 * len(edges) + 1)[place]
    return rows[:, rows.any(0)]


def _distances(p: Floats, q: Floats) -> Floats:
    """Return the Jensen-Shannon distance of each row."""
    middle = (p + q) / 2

    def divergence(side: Floats) -> Floats:
        ratio = np.where(side > 0, side / np.where(middle > 0, middle, 1.0), 1.0)
        return np.asarray((side * np.log2(ratio)).sum(1))

    return np.sqrt(np.maximum((divergence(p) + divergence(q)) / 2, 0.0))


def _judged(measure: Measure, p: float) -> Measure:
    size = (measure.psi >= SOME) + (measure.psi >= STRONG)
    return replace(measure, p=p, verdict=VERDICTS[size if p < LEVEL else 0])
