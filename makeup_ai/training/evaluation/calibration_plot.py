"""Reliability and abstention as a picture: a row a head."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.files import write_whole
from makeup_ai.training.evaluation.calibrate import HeadReport

BEFORE, AFTER, GREY = "#c2571a", "#0b6e99", "#777777"
LANGUAGES = ("#0b6e99", "#c2571a", "#3f7d78", "#8a5fa8")


def plot_calibration(reports: Sequence[HeadReport], path: str | Path) -> None:
    """Draw confidence against the share that was right, and coverage against error, and write a PNG whole.

    Args:
        reports: At least one.
        path: Of the image.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.6 * len(reports)), layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(len(reports), 2, squeeze=False)
    for (left, right), report in zip(rows, reports, strict=True):
        _draw_reliability(left, report)
        _draw_abstention(right, report)
        for axes in (left, right):
            axes.grid(True, color="#e4e4e4", zorder=0)
            axes.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    write_whole(path, buffer.getvalue())


def _draw_reliability(axes: Any, report: HeadReport) -> None:
    axes.set_title(f"{report.head}: is it as right as it is sure?", loc="left", fontsize=11)
    if not report.bins:
        axes.text(0.5, 0.5, "no temperature for this kind of head", ha="center", color=GREY, transform=axes.transAxes)
        axes.set_axis_off()
        return
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    sides = ((report.bins[0], report.before, BEFORE, "before"), (report.bins[1], report.after, AFTER, "after"))
    for bins, figures, colour, name in sides:
        label = f"{name}: ECE {figures['all'].ece:.3f}"
        axes.plot(bins[:, 0], bins[:, 1], marker="o", markersize=4, color=colour, label=label, zorder=3)
    axes.set_xlabel(f"confidence (temperature {report.found.temperature:.2f})")
    axes.set_ylabel("share that was right")
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _draw_abstention(axes: Any, report: HeadReport) -> None:
    axes.set_title(f"{report.head}: what saying nothing buys", loc="left", fontsize=11)
    drawn = [(name, curve) for name, curve in report.curve.items() if curve.answers]
    for at, (name, curve) in enumerate(drawn):
        axes.plot(
            100 * curve.points[:, 0],
            100 * curve.points[:, 1],
            color=LANGUAGES[at % len(LANGUAGES)],
            linewidth=2 if name == "all" else 1.2,
            label=f"{name}: area {100 * curve.aurc:.2f} %, {curve.answers} answers",
        )
    everything = report.curve["all"]
    if everything.told:
        x, y = 100 * everything.told, 100 * (everything.told_error or 0.0)
        axes.plot([x], [y], marker="o", color="black", zorder=4)
        axes.annotate(f"told from {report.found.told_from:.2f}", (x, y), xytext=(-6, 8), textcoords="offset points",
                      fontsize=9, ha="right")  # fmt: skip
    axes.set_xlabel("answers told, the surest first, %")
    axes.set_ylabel("wrong answers among them, %")
    highest = max((float(np.max(curve.points[:, 1])) for _, curve in drawn), default=0.0)
    axes.set_ylim(0, max(100 * highest * 1.1, 1.0))
    axes.set_xlim(0, 102)
    if drawn:
        axes.legend(frameon=False, fontsize=9, loc="upper left")
