"""Latency against accuracy: one numbered point a file, as large as the file, with a key beside the plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from makeup_ai.export.bench import Benchmark, Measurement

COLOURS = {"LiteRT": "#0b6e99", "ONNX Runtime": "#c2571a", "Keras": "#555555"}
AREA = 22.0
"""Square points for each megabyte."""

LEAST_AREA = 36.0
SIDES = ((0, 1, "center", "bottom"), (1, 0, "left", "center"), (0, -1, "center", "top"), (-1, 0, "right", "center"))
"""Where a point's number stands, in turn, so that the numbers of close neighbours do not cover each other."""


def plot(benchmark: Benchmark, score: str, path: str | Path) -> None:
    """Draw median latency (logarithmic) against one score, and write it as an image.

    Args:
        benchmark: With that score on at least one file.
        score: Which of the scores; more is better.
        path: Of the image; its suffix says the format.

    Raises:
        ValueError: No file has that score.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = sorted((one for one in benchmark.measurements if score in one.scores), key=lambda one: one.p50_ms)
    if not points:
        known = sorted({name for measured in benchmark.measurements for name in measured.scores})
        raise ValueError(f"A score that was measured was expected, one of {known}. Received: score={score!r}")
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes, key = figure.subplots(1, 2, width_ratios=(3, 1.25))
    for at, measured in enumerate(points):
        _draw_point(axes, at, measured, score)
    _style(axes)
    axes.set_xlabel(f"median latency of one text in ms, {benchmark.threads} thread(s), log scale")
    axes.set_ylabel(score.replace("_", " "))
    axes.set_title("Latency and accuracy of each file; area is file size", loc="left", fontsize=11)
    _draw_key(key, points, score)
    figure.supxlabel(benchmark.machine, x=0.01, ha="left", fontsize=7, color="#777777")
    path = Path(path)
    temporary = path.with_name(f".tmp-{path.name}")
    figure.savefig(temporary, dpi=160)
    temporary.replace(path)


def _draw_point(axes: Any, at: int, measured: Measurement, score: str) -> None:
    where = (measured.p50_ms, measured.scores[score])
    area = max(LEAST_AREA, AREA * measured.file_bytes / 1e6)
    axes.scatter(*where, s=area, color=COLOURS[measured.runtime], alpha=0.7, edgecolor="white", zorder=3)
    across, up, ha, va = SIDES[at % len(SIDES)]
    reach = area**0.5 / 2 + 2  # points from the middle to just past the edge
    axes.annotate(
        str(at + 1),
        where,
        xytext=(across * reach, up * reach),
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=9,
        fontweight="bold",
        color=COLOURS[measured.runtime],
        zorder=4,
    )


def _style(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    axes.margins(x=0.12, y=0.18)
    axes.grid(True, which="major", color="#e4e4e4", zorder=0)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_key(key: Any, points: list[Measurement], score: str) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], marker="o", linestyle="", color=COLOURS[measured.runtime]) for measured in points]
    labels = []
    for at, measured in enumerate(points, start=1):
        size = f"{measured.file_bytes / 1e6:.1f} MB"
        labels.append(f"{at}  {measured.name}\n{measured.p50_ms:.2f} ms   {size}   {measured.scores[score]:.4f}")
    key.axis("off")
    key.legend(handles, labels, frameon=False, loc="upper left", fontsize=7.5, labelspacing=0.75, borderaxespad=0)
