"""A run's calibration, from data file to files in the run: the library call behind `makeup-ai calibrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.text.calibration import Calibration
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.parts import load_examples, load_parts
from makeup_ai.training.data.splits import file_sha256
from makeup_ai.training.evaluation.calibrate import HeadReport, Wanted, calibrate
from makeup_ai.training.evaluation.calibration_plot import plot_calibration
from makeup_ai.training.evaluation.judged import JUDGES
from makeup_ai.training.evaluation.target import open_target
from makeup_ai.training.run import RunLayout, write_json


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What a calibration found, ready to print.

    Args:
        calibration: What goes to the device.
        wanted: What its thresholds promise.
        heads: One report each.
        parts: Examples fitted to, and examples reported on.
    """

    calibration: Calibration
    wanted: Wanted
    heads: Sequence[HeadReport]
    parts: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "fitted_on": self.parts[0],
            "reported_on": self.parts[1],
            "wanted": {"error": self.wanted.error, "level": self.wanted.level},
            "heads": [head.to_dict() for head in self.heads],
        }

    def __str__(self) -> str:
        return "\n".join(line for head in self.heads for line in _lines(head, self.wanted))


def calibrate_run(
    folder: str | Path,
    data: str | Path,
    *,
    mapping: str = "",
    labels: str | Path | None = None,
    test: str | Path | None = None,
    wanted: Wanted,
) -> CalibrationReport:
    """Calibrate a run, and leave `calibration.json`, its report and its picture in the folder.

    Args:
        folder: Of the run.
        data: The file that was split for the run, or, with `test`, labelled texts to fit to.
        mapping: Of columns, for reviews.
        labels: The table of what is judged in the texts, where it is a file of its own.
        test: Labelled texts to report on, of a run without a split.
        wanted: What the thresholds must promise.

    Raises:
        ValueError: The run keeps no split and no `test` is given, or no head can be calibrated.
        DataError: A file cannot be read, or is not the one that was split.
    """
    layout = RunLayout(Path(folder))
    target = open_target(folder)
    if not layout.weights.is_file():
        raise ValueError(f"Expected a run folder: exported files carry its calibration. Received: {str(folder)!r}")
    if test is None:
        valid, held = _split_parts(layout, data, mapping, labels)
    else:
        valid, held = (load_examples(path, mapping, labels) for path in (data, test))
    found, heads = calibrate(target, valid, held, wanted, file_sha256(layout.weights))
    report = CalibrationReport(found, wanted, heads, (len(valid), len(held)))
    plot_calibration(heads, layout.calibration_plot)
    write_json(layout.calibration_report, report.to_dict())
    write_json(layout.calibration, found.to_dict())
    return report


def _split_parts(
    layout: RunLayout, data: str | Path, mapping: str, labels: str | Path | None
) -> tuple[list[Example], list[Example]]:
    if not layout.split.is_file():
        raise ValueError(
            f"Expected {layout.split.name} in {str(layout.folder)!r}, to tell what was trained on. Received: a run "
            "without it. Remedy: --data FILE to fit to and --test FILE to report on, neither of them trained on."
        )
    parts = load_parts(data, mapping, split_file=layout.split, labels=labels)
    return parts.valid, parts.test


def _lines(report: HeadReport, wanted: Wanted) -> Iterator[str]:
    if report.before:
        yield f"{report.head}: temperature {report.found.temperature:.3f}"
        for name, before in report.before.items():
            after = report.after[name]
            yield (
                f"  {name:<6}{before.units:>8} units  NLL {before.nll:.4f} -> {after.nll:.4f}  "
                f"Brier {before.brier:.4f} -> {after.brier:.4f}  ECE {before.ece:.4f} -> {after.ece:.4f}"
            )
    else:
        yield f"{report.head}: no temperature; the confidence of a field's span is no probability of its path"
    if report.f1:
        yield "  micro-F1 " + ", ".join(f"{name} {value:.4f}" for name, value in report.f1.items())
    for name, curve in report.curve.items():
        if curve.answers:
            errors = "  ".join(f"{share:.0%}: {error:.2%}" for share, error in curve.error.items())
            yield f"  {name:<6}{curve.answers:>8} {JUDGES[report.kind].answers}, wrong at coverage  {errors}"
            yield f"  {'':<6}area under it {curve.aurc:.2%}{_told(report, curve.told, curve.told_error)}"
    if report.promise is None:
        yield f"  no confidence promises at most {wanted.error:.1%} wrong: more validation data, or a higher --error"
    else:
        yield (
            f"  told from {report.promise.threshold:.4f}: {report.promise.coverage:.1%} of the answers, "
            f"at most {wanted.error:.1%} wrong with probability {wanted.level:.0%} (seen {report.promise.error:.2%})"
        )


def _told(report: HeadReport, told: float | None, error: float | None) -> str:
    if told is None:
        return ""
    wrong = "none wrong to be seen" if error is None else f"{error:.2%} of them wrong"
    return f"; from the threshold on {told:.1%} told, {wrong}"
