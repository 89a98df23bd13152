"""Calibrating a run: fitted on its validation part, reported on its test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.calibration import Calibration, HeadCalibration
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation import abstention, calibration
from makeup_ai.training.evaluation.evaluate import answer_examples
from makeup_ai.training.evaluation.judged import JUDGES, Told, Units, best_thresholds
from makeup_ai.training.evaluation.target import Target
from makeup_ai.training.tasks.heads import Answered, Head

COVERAGES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)
"""Shares of answers told, for which the error is reported."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the threshold must promise.

    Args:
        error: Share of wrong answers among those told, in (0, 1).
        level: Probability with which the promise holds, in (0, 1).
        each_class: Whether each class of a `labels` head has a threshold of its own.
    """

    error: float = 0.05
    level: float = 0.95
    each_class: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.error < 1 and 0 < self.level < 1):
            raise ValueError(f"Expected an error and a level in (0, 1). Received: {self.error}, {self.level}")


@dataclass(frozen=True, slots=True)
class Figures:
    """How true probabilities are.

    Args:
        nll: Negative log-likelihood, nats.
        brier: Squared distance from the truth.
        ece: Expected calibration error, 15 bins of equal mass.
        units: Texts, pieces, or texts times classes.
    """

    nll: float
    brier: float
    ece: float
    units: int


@dataclass(frozen=True, slots=True)
class Curve:
    """What saying nothing buys.

    Args:
        answers: How many there are.
        error: Coverage -> share of wrong answers among the surest of that coverage.
        aurc: Area under the whole curve.
        told: Share of answers at or above the threshold; `None` where there is no threshold.
        told_error: Share of wrong answers among those; `None` where nothing is told.
        points: `(n, 2)` coverage and error of the whole curve, for the plot.
    """

    answers: int
    error: dict[float, float]
    aurc: float
    told: float | None
    told_error: float | None
    points: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeadReport:
    """One head before and after.

    Args:
        head: Its name.
        kind: A key of `JUDGES`.
        found: What goes to the device.
        promise: Behind its threshold, or `None`.
        before: By language, with `"all"` first; empty where the kind has no temperature.
        after: The same.
        curve: By language, of the confidences after.
        f1: For labels, micro-F1 at one half and at the thresholds; else empty.
        bins: `(2, bins, 3)`, before and after, as `reliability` gives them; empty without a temperature.
    """

    head: str
    kind: str
    found: HeadCalibration
    promise: abstention.Promise | None
    before: dict[str, Figures]
    after: dict[str, Figures]
    curve: dict[str, Curve]
    f1: dict[str, float]
    bins: tuple[NDArray[np.float64], ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, without the points of the plot."""
        values = asdict(replace(self, bins=(), curve={}))
        curves = {
            name: {k: v for k, v in asdict(replace(c, points=np.empty(0))).items() if k != "points"}
            for name, c in self.curve.items()
        }
        return {**{k: v for k, v in values.items() if k != "bins"}, "curve": curves}


def calibrate(
    target: Target, valid: Sequence[Example], test: Sequence[Example], wanted: Wanted, weights: str = ""
) -> tuple[Calibration, list[HeadReport]]:
    """Fit temperatures and thresholds on one part, and say on another what they are worth.

    Args:
        target: Whose probabilities they are.
        valid: Labelled, not trained on.
        test: Labelled, neither trained on nor in `valid`.
        wanted: What a threshold must promise.
        weights: SHA-256 of the weights, which the calibration is bound to.

    Raises:
        ValueError: No head of the target has probabilities and labels in both parts.
    """
    fitted, held = (answer_examples(target.task, part, target.tokenizer, target.max_length, target.predict)
                    for part in (valid, test))  # fmt: skip
    reports = [
        _calibrate_head(head, fitted[head.name], held[head.name], wanted)
        for head in target.task.heads
        if head.kind in JUDGES and _is_labelled(head, fitted[head.name]) and _is_labelled(head, held[head.name])
    ]
    if not reports:
        names = [head.name for head in target.task.heads if head.kind in JUDGES]
        raise ValueError(
            f"Expected examples with labels of {names} in both parts. "
            f"Received: {len(valid)} and {len(test)} examples without any."
        )
    return Calibration({report.head: report.found for report in reports}, weights), reports


def _is_labelled(head: Head, answered: Answered) -> bool:
    return any(getattr(example, head.name) is not None for example in answered.examples)


def _calibrate_head(head: Head, fitted: Answered, held: Answered, wanted: Wanted) -> HeadReport:
    judge, found = JUDGES[head.kind], HeadCalibration()
    before: dict[str, Figures] = {}
    after: dict[str, Figures] = {}
    bins: list[NDArray[np.float64]] = []
    f1: dict[str, float] = {}
    if judge.link is not None and judge.units is not None:
        units, seen = judge.units(head, fitted), judge.units(head, held)
        found = HeadCalibration(calibration.fit_temperature(units.logits, units.gold, judge.link))
        languages = _languages(held, seen.rows)
        before, after = (_figures(judge.link, seen, languages, t) for t in (1.0, found.temperature))
        bins = [calibration.reliability(*_believed(judge.link, seen, t)) for t in (1.0, found.temperature)]
        if judge.link is calibration.SIGMOID:
            p = calibration.sigmoid(units.logits / found.temperature)
            found = replace(found, thresholds=best_thresholds(p, units.gold, wanted.each_class))
            seen_p = calibration.sigmoid(seen.logits / found.temperature)
            f1 = {"at one half": _micro_f1(seen_p >= 0.5, seen.gold)}
            f1["at the thresholds"] = _micro_f1(seen_p >= np.array(found.thresholds), seen.gold)
    chosen = judge.told(head, fitted, found)
    promise = (
        abstention.promise(chosen.confidence, chosen.right, wanted.error, wanted.level) if len(chosen.rows) else None
    )
    found = replace(found, told_from=None if promise is None else promise.threshold)
    told = judge.told(head, held, found)
    curves = {
        name: _curve(Told(told.confidence[rows], told.right[rows], told.rows[rows]), found.told_from)
        for name, rows in _languages(held, told.rows).items()
    }
    return HeadReport(head.name, head.kind, found, promise, before, after, curves, f1, tuple(bins))


def _languages(answered: Answered, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Return which of `rows` are of each language, all of them first."""
    names = np.array([answered.examples[row].language for row in rows], dtype=object)
    known = sorted({name for name in names if name})
    slices = {name: np.flatnonzero(names == name) for name in known} if len(known) > 1 else {}
    return {"all": np.arange(len(rows)), **slices}


def _believed(link: calibration.Link, units: Units, temperature: float) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return confidences and whether each was right: of the chosen class, or of each class for itself."""
    p = link.probabilities(units.logits / temperature)
    if link is calibration.SIGMOID:
        return p.ravel(), units.gold.ravel()
    return p.max(-1), (p.argmax(-1) == units.gold).astype(np.int64)


def _figures(
    link: calibration.Link, units: Units, languages: dict[str, NDArray[np.int64]], temperature: float
) -> dict[str, Figures]:
    figures = {}
    for name, rows in languages.items():
        own = Units(units.logits[rows], units.gold[rows], units.rows[rows])
        confidence, right = _believed(link, own, temperature)
        figures[name] = Figures(
            nll=link.nll(own.logits / temperature, own.gold),
            brier=link.brier(link.probabilities(own.logits / temperature), own.gold),
            ece=calibration.expected_calibration_error(confidence, right),
            units=len(confidence),
        )
    return figures


def _curve(told: Told, threshold: float | None) -> Curve:
    if not len(told.rows):
        return Curve(0, {}, 0.0, None, None, np.empty((0, 2)))
    errors = abstention.risk_coverage(told.confidence, told.right)
    above = told.confidence >= threshold if threshold is not None else np.zeros(len(told.rows), bool)
    return Curve(
        answers=len(told.rows),
        error={share: abstention.error_at(told.confidence, told.right, share) for share in COVERAGES},
        aurc=float(errors.mean()),
        told=None if threshold is None else float(above.mean()),
        told_error=float(1 - told.right[above].mean()) if above.any() else None,
        points=np.stack([np.arange(1, len(errors) + 1) / len(errors), errors], axis=1),
    )


def _micro_f1(said: NDArray[np.bool_], gold: NDArray[Any]) -> float:
    return float(2 * (said & (gold > 0)).sum() / max(int(said.sum() + gold.sum()), 1))
