"""Latency against accuracy: one point a file, as large as the file."""

from __future__ import annotations

from pathlib import Path

from makeup_ai.export.bench import Benchmark

COLOURS = {"LiteRT": "#0b6e99", "ONNX Runtime": "#c2571a", "Keras": "#555555"}
AREA = 28.0  # square points for each megabyte


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
    from matplotlib.lines import Line2D
    from matplotlib.ticker import FuncFormatter, NullFormatter, ScalarFormatter

    points = [measured for measured in benchmark.measurements if score in measured.scores]
    if not points:
        known = sorted({name for measured in benchmark.measurements for name in measured.scores})
        raise ValueError(f"A score that was measured was expected, one of {known}. Received: score={score!r}")
    figure = Figure(figsize=(9, 5.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for at, measured in enumerate(sorted(points, key=lambda one: one.p50_ms)):
        colour = COLOURS[measured.runtime]
        size = max(30.0, AREA * measured.file_bytes / 1e6)
        axes.scatter(
            measured.p50_ms, measured.scores[score], s=size, color=colour, alpha=0.75, edgecolor="white", zorder=3
        )
        label = f"{measured.name.rsplit('.', 1)[0]}\n{measured.p50_ms:.2f} ms, {measured.file_bytes / 1e6:.1f} MB"
        reach = size**0.5 / 2 + 4
        axes.annotate(
            label,
            (measured.p50_ms, measured.scores[score]),
            xytext=(0, reach if at % 2 else -reach),
            textcoords="offset points",
            ha="center",
            va="bottom" if at % 2 else "top",
            fontsize=7.5,
            zorder=4,
        )
    axes.set_xscale("log")
    for axis in (axes.xaxis,):
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_formatter(FuncFormatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else ""))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.18, y=0.28)
    axes.grid(True, which="major", color="#e4e4e4", zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(f"median latency of one text in ms, {benchmark.threads} thread(s), log scale")
    axes.set_ylabel(score.replace("_", " "))
    axes.set_title("Latency and accuracy of each file; area is file size", loc="left", fontsize=11)
    kinds = sorted({measured.runtime for measured in points})
    handles = [Line2D([], [], marker="o", linestyle="", color=COLOURS[kind], label=kind) for kind in kinds]
    axes.legend(handles=handles, frameon=False, loc="best")
    figure.text(0.01, 0.005, benchmark.machine, fontsize=7, color="#777777")
    path = Path(path)
    temporary = path.with_name(f".tmp-{path.name}")
    figure.savefig(temporary, dpi=160)
    temporary.replace(path)
