"""The table of `language.py`, and the picture of its frontier: how good, how large, how fast."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from language_recipes import Recipe

SHOWN = {
    # task: the figures of its row
    "rating": (("sentiment", "auc"), ("sentiment", "macro_f1"), ("rating", "macro_f1")),
    "sentiment": (("sentiment", "accuracy"), ("sentiment", "auc")),
    "aspects": (("aspects", "f1"), ("slots", "f1_aspect"), ("slots", "f1_opinion")),
    "entities": (("slots", "f1"),),
}
LENGTH = "64"
"""Pieces of the bucket whose median time is shown."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: of Keras, or of the file that was exported from it.

    Args:
        recipe: What was trained.
        figures: Of the test part, in the order of `SHOWN`.
        megabytes: Of the file; `None` of a run.
        milliseconds: Median of one text of `LENGTH` pieces on one core; `None` of a run.
    """

    recipe: Recipe
    figures: tuple[float, ...]
    megabytes: float | None = None
    milliseconds: float | None = None


def table(out: Path, runs: Sequence[tuple[Recipe, int]]) -> str:
    """Return a Markdown table of what is there, and draw the frontier beside it.

    Args:
        out: Folder of the runs.
        runs: Recipes and seeds.
    """
    rows: dict[tuple[str, str], list[Measured]] = {}
    for recipe, seed in runs:
        for kind, measured in _measured(recipe.folder(out, seed), recipe):
            rows.setdefault((recipe.name, kind), []).append(measured)
    lines = ["| network | as | test part | MB | ms | seeds |", "|---|---|---|---|---|---|"]
    lines += [_line(name, kind, found) for (name, kind), found in rows.items()]
    draw(out / "frontier.png", [found[0] for found in rows.values() if found[0].megabytes])
    return "\n".join(lines)


def _measured(folder: Path, recipe: Recipe) -> list[tuple[str, Measured]]:
    path = folder / "metrics.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if "test" not in known:
        return []
    found = [("Keras", Measured(recipe, _figures(recipe, known["test"])))]
    bench = folder / "export" / "bench.json"
    if bench.is_file():
        for timed in json.loads(bench.read_text(encoding="utf-8"))["measurements"]:
            scored = bench.parent / f"{Path(timed['name']).stem}.test.json"
            if scored.is_file():
                figures = _figures(recipe, json.loads(scored.read_text(encoding="utf-8"))["metrics"])
                at = timed["p50_ms_by_length"].get(LENGTH)
                found.append((timed["name"], Measured(recipe, figures, timed["file_bytes"] / 1e6, at)))
    return found


def _figures(recipe: Recipe, metrics: dict[str, dict[str, float]]) -> tuple[float, ...]:
    return tuple(metrics[head][name] for head, name in SHOWN[recipe.task])


def _line(name: str, kind: str, found: Sequence[Measured]) -> str:
    columns = zip(*(each.figures for each in found), strict=True)
    names = [f"{head} {figure}" for head, figure in SHOWN[found[0].recipe.task]]
    said = ", ".join(f"{label} {_spread(values)}" for label, values in zip(names, columns, strict=True))
    first = found[0]
    size = "" if first.megabytes is None else f"{first.megabytes:.2f}"
    time = "" if first.milliseconds is None else f"{first.milliseconds:.2f}"
    return f"| {name} | {kind} | {said} | {size} | {time} | {len(found)} |"


def _spread(values: Sequence[float]) -> str:
    around = f" ({min(values):.4f} to {max(values):.4f})" if len(values) > 1 else ""
    return f"{mean(values):.4f}{around}"


def draw(path: Path, found: Sequence[Measured]) -> None:
    """Draw the first figure of each file over its size, one panel a set of data."""
    if not found:
        return
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    sets = sorted({each.recipe.data for each in found})
    figure, axes = plt.subplots(1, len(sets), figsize=(4.5 * len(sets), 4), squeeze=False)
    for axis, data in zip(axes[0], sets, strict=True):
        for each in (each for each in found if each.recipe.data == data):
            axis.scatter(each.megabytes, each.figures[0])
            axis.annotate(each.recipe.name, (each.megabytes, each.figures[0]), fontsize=8)
        head, name = SHOWN[next(each.recipe.task for each in found if each.recipe.data == data)][0]
        axis.set(title=data, xlabel="MB", ylabel=f"{head} {name}", xscale="log")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


__all__ = ["Measured", "draw", "table"]
