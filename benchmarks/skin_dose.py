"""Dose and response: eight strengths of every known edit, and what each cue makes of them.

    python benchmarks/skin_dose.py ../shared/data/photos --raw build/skin_dose.jsonl --out benchmarks/skin_dose.md

Ten portraits of odd number, spread over the skin tones, are edited in 22 ways (`skin_edits.py`) in eight steps; pores
and irises, which these portraits have hardly a pixel for, are drawn after enlarging them. Each step is measured twice:
with the mesh of the unedited photo, which shows the cue alone, and through the whole `SkinAnalyser`, which finds the
face again. Own cue: Spearman's rank correlation of dose and measurement over the unedited photo and the eight steps.
A score that the unedited photo already has at the end of its scale can go no further and is not counted on the route.
Others: how much a cue moves, by the least-squares slope over the same points, beside the edited one's own cue: the
cross-talk.
`--edits` and `--photos-only` measure a part; what `--raw` already holds is not measured again, and the tables are
made from all of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.stats import rankdata
from skin_canvas import enlarged
from skin_edits import EDITS

from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.cues import CUES
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.measure import measure
from makeup_ai.vision.patch import cut_patch
from makeup_ai.vision.photo import Photo, read_photo
from makeup_ai.vision.table import default_table

STEPS = 8
PHOTOS = 10
TARGET = 0.95
PICTURE = Path(__file__).with_name("skin_crosstalk.png")
Row = dict[str, Any]


def chosen(folder: Path, parity: str) -> list[str]:
    """Choose portraits of odd (or even) number, evenly over the order of their measured tone; or all of them."""
    rows = list(csv.DictReader((folder / "portraits" / "cheek_lab_measured.csv").open()))
    if parity == "all":
        return [row["file"] for row in rows]
    remainder = {"odd": 1, "even": 0}[parity]
    rows = [row for row in rows if int(row["file"][9:12]) % 2 == remainder]
    rows.sort(key=lambda row: float(row["ita"]))
    return [rows[i]["file"] for i in np.linspace(0, len(rows) - 1, PHOTOS).round().astype(int)]


def score(name: str, value: float) -> float:
    """Put a value on its cue's scale without the ends at 0 and 100; what has no scale stays as it is."""
    row = default_table()["cues"].get(name)
    return value if row is None else 100.0 * (value - row["none"]) / (row["strong"] - row["none"])


def watched() -> list[str]:
    """List what is followed: every cue, and what the gate measures."""
    gate = [f"gate.{row['name']}" for row in default_table()["gate"]]
    return [*CUES, *gate]


def run(folder: Path, files: Iterable[str], edits: Iterable[str], raw: Path) -> None:
    """Measure every step that the raw file does not hold, and append it there."""
    done = {(row["file"], row["edit"], row["step"]) for row in read(raw)}
    finder, analyser = FaceFinder(), SkinAnalyser()
    for file in files:
        photo = read_photo(folder / "portraits" / file)
        for name in edits:
            plain = enlarged(photo.pixels, EDITS[name].enlarge)
            mesh = finder.find(plain)
            for step in range(STEPS + 1):
                if (file, name, step) in done:
                    continue
                pixels = EDITS[name](plain, mesh, step / STEPS, np.random.default_rng(7))
                alone = measure(cut_patch(pixels, mesh), default_table())
                report = analyser.analyse(Photo(pixels, pixels.shape[1], pixels.shape[0]))
                row = {"file": file, "edit": name, "step": step, "accepted": report.capture.accepted}
                row["alone"] = {key: round(float(v), 6) for key, v in alone.items() if key in watched()}
                row["shown"] = {key: (cue.value, round(cue.score, 3)) for key, cue in report.cues.items()}
                row["gate"] = {f"gate.{check.name}": check.value for check in report.capture.checks}
                row["refused_for"] = [check.name for check in report.capture.checks if not check.passed]
                with raw.open("a") as out:
                    out.write(json.dumps(row) + "\n")
        print(file, file=sys.stderr, flush=True)


def read(raw: Path) -> list[Row]:
    return [json.loads(line) for line in raw.read_text().splitlines()] if raw.exists() else []


def spearman(values: list[float]) -> float:
    """Correlate the ranks of a series with its own order; a series that never moves has 0."""
    ranks = rankdata(np.round(values, 5))
    if len(values) < 3 or np.ptp(ranks) == 0.0:
        return 0.0
    return float(np.corrcoef(np.arange(len(values)), ranks)[0, 1])


def slope(values: list[float]) -> float:
    """Give what a series gains from no dose to full dose, by least squares."""
    return float(np.polyfit(np.linspace(0.0, 1.0, len(values)), values, 1)[0])


def series(rows: list[Row]) -> Mapping[tuple[str, str], list[Row]]:
    """Order the steps of every photo and edit; only complete ones."""
    found: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in rows:
        found[row["edit"], row["file"]][row["step"]] = row
    return {key: [steps[i] for i in sorted(steps)] for key, steps in found.items() if len(steps) == STEPS + 1}


def through(steps: list[Row], cue: str) -> tuple[list[float], list[float]]:
    """Give what the whole route said of a cue, on the open scale and as shown; steps it left out are missing."""
    if cue.startswith("gate."):
        values = [step["gate"][cue] for step in steps if cue in step["gate"]]
        return values, values
    given = [step["shown"][cue] for step in steps if cue in step["shown"]]
    return [score(cue, value) for value, _ in given], [shown for _, shown in given]


def at_the_end(unedited: Row, cue: str, sign: int) -> bool:
    """Tell whether a score stands at the end of its scale before the edit, which has nothing left to show then."""
    if cue not in unedited["shown"]:
        return False
    return float(unedited["shown"][cue][1]) == (100.0 if sign > 0 else 0.0)


def own_row(edit: str, photos: list[list[Row]]) -> Row:
    """Sum up what an edit did to its own cue over the photos."""
    cue, sign = EDITS[edit].cue, EDITS[edit].sign
    alone = [[score(cue, step["alone"][cue]) for step in steps] for steps in photos if cue in steps[0]["alone"]]
    if not alone:
        return {}
    ranks = [spearman(values) for values in alone]
    sign = sign or (1 if np.median(ranks) >= 0 else -1)
    routes = [through(steps, cue) for steps in photos if not at_the_end(steps[0], cue, sign)]
    if not routes:
        return {}
    open_ranks = [sign * spearman(open_) if len(open_) >= 3 else None for open_, _ in routes]
    slopes = [slope(values) for values in alone]
    return {
        "photos": len(alone),
        "alone": [round(sign * rank, 3) for rank in ranks],
        "route": [rank if rank is None else round(rank, 3) for rank in open_ranks],
        "shown": [round(sign * spearman(shown), 3) if len(shown) >= 3 else None for _, shown in routes],
        "slope": float(np.median(slopes)),
        "slopes": (min(slopes), max(slopes)),
        "given": sum(len(open_) for open_, _ in routes) / (len(routes) * (STEPS + 1)),
    }


def own_table(rows: list[Row]) -> list[str]:
    """Make the table of own cues."""
    lines = [
        "| edit | its cue | photos | >= 0.95, mesh kept | >= 0.95, whole route | >= 0.95 as shown (0-100) | worst "
        "| points (or unit) from none to full: median (least, most) | steps given |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    kept = series(rows)
    for edit, known in EDITS.items():
        photos = [steps for (name, _), steps in kept.items() if name == edit]
        found = own_row(edit, photos) if photos else {}
        if not found:
            lines.append(f"| {edit} | {known.cue} | - | no such measurement yet | | | | | |")
            continue
        counts = [sum(v is not None and v >= TARGET for v in found[k]) for k in ("alone", "route", "shown")]
        given = [sum(v is not None for v in found[k]) for k in ("alone", "route", "shown")]
        low, high = found["slopes"]
        missed = "" if 10 * counts[1] >= 9 * given[1] and given[1] else " **missed**"
        lines.append(
            f"| {edit} | {known.cue} | {found['photos']} | {counts[0]}/{given[0]} | {counts[1]}/{given[1]}{missed} "
            f"| {counts[2]}/{given[2]} | {min(found['alone']):.2f} | {found['slope']:+.1f} ({low:+.1f}, {high:+.1f}) "
            f"| {found['given']:.0%} |"
        )
    return lines


def crosstalk(rows: list[Row]) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    """Give edits, cues, the median slope of every cue in points, and that over the slope of the edit's own cue."""
    kept = series(rows)
    edits = [edit for edit in EDITS if any(name == edit for name, _ in kept)]
    cues = list(CUES)
    points, ratio = np.full((2, len(edits), len(cues)), np.nan)
    for i, edit in enumerate(edits):
        photos = [steps for (name, _), steps in kept.items() if name == edit]
        slopes = np.array(
            [
                [slope([score(cue, step["alone"].get(cue, np.nan)) for step in steps]) for cue in cues]
                for steps in photos
            ]
        )
        points[i] = np.median(slopes, axis=0)
        if EDITS[edit].cue in cues:
            own = np.abs(slopes[:, cues.index(EDITS[edit].cue)])
            ratio[i] = np.median(slopes / np.maximum(own, 1e-6)[:, None], axis=0)
    return edits, cues, points, ratio


def crosstalk_table(rows: list[Row]) -> list[str]:
    """Make the table of slopes in points; the edit's own cue is bold."""
    edits, cues, points, _ = crosstalk(rows)
    lines = ["| edit | " + " | ".join(cue.replace("_", " ") for cue in cues) + " |", "|---" * (len(cues) + 1) + "|"]
    for edit, row in zip(edits, points, strict=True):
        cells = [
            f"**{v:+.0f}**" if EDITS[edit].cue == cue else ("." if abs(v) < 1.0 else f"{v:+.0f}")
            for cue, v in zip(cues, row, strict=True)
        ]
        lines.append(f"| {edit} | " + " | ".join(cells) + " |")
    return lines


def worst_crosstalk(rows: list[Row]) -> list[str]:
    """List the cues that an edit of another cue moves by a quarter of what it moves its own, or by more."""
    edits, cues, points, ratio = crosstalk(rows)
    found = [
        (abs(ratio[i, k]), f"{edit} moves {cue} by {points[i, k]:+.0f} points ({ratio[i, k]:+.0%} of its own)")
        for i, edit in enumerate(edits)
        for k, cue in enumerate(cues)
        if cue != EDITS[edit].cue and np.isfinite(ratio[i, k]) and abs(ratio[i, k]) >= 0.25
    ]
    return [f"- {text}" for _, text in sorted(found, reverse=True)]


def refusals(rows: list[Row]) -> list[str]:
    """List the edits that make the gate refuse a photo, and for what."""
    lines = []
    for edit in EDITS:
        why: dict[str, int] = defaultdict(int)
        first: list[int] = []
        for steps in (steps for (name, _), steps in series(rows).items() if name == edit):
            refused = [step for step in steps if not step["accepted"]]
            for name in {name for step in refused for name in step["refused_for"]}:
                why[name] += 1
            first += [refused[0]["step"]] if refused else []
        if first:
            names = ", ".join(f"{name} on {count} photos" for name, count in sorted(why.items()))
            lines.append(f"- {edit}: from step {min(first)} (median {np.median(first):.0f}) of 8: {names}")
    return lines


def draw(rows: list[Row], path: Path) -> None:
    """Draw the cross-talk matrix."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    edits, cues, _, ratio = crosstalk(rows)
    keep = [i for i in range(len(edits)) if np.isfinite(ratio[i]).any()]
    shown = np.clip(ratio[keep], -1.0, 1.0)
    figure, axes = pyplot.subplots(figsize=(1.6 + 0.42 * len(cues), 1.4 + 0.36 * len(keep)), dpi=80)
    axes.imshow(shown, cmap="RdBu_r", vmin=-1.0, vmax=1.0, aspect="auto")
    for y, i in enumerate(keep):
        for x in range(len(cues)):
            if abs(ratio[i, x]) >= 0.05:
                dark = abs(shown[y, x]) > 0.6
                axes.text(x, y, f"{ratio[i, x]:.1f}", ha="center", va="center", size=7, color="w" if dark else "k")
    axes.set_xticks(range(len(cues)), [cue.replace("_", " ") for cue in cues], rotation=60, ha="right", size=8)
    axes.set_yticks(range(len(keep)), [edits[i].replace("_", " ") for i in keep], size=8)
    axes.set_xlabel("cue measured")
    axes.set_ylabel("edit")
    axes.set_title("What each edit moves, over what it moves its own cue", size=9)
    figure.tight_layout()
    figure.savefig(path)


def summary(rows: list[Row], command: str) -> str:
    files = sorted({row["file"] for row in rows})
    missing = sorted({edit.cue for edit in EDITS.values() if not edit.cue.startswith("gate.")} - set(CUES))
    machine = (
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, OpenCV {cv2.__version__}"
    )
    return "\n".join(
        [
            f"    {command}",
            "",
            f"{date.today()}; {machine}.",
            f"{len(files)} portraits: {', '.join(file[9:12] for file in files)}. The edits are synthetic.",
            "",
            f"Cues that do not exist yet and were skipped: {', '.join(missing) or 'none'}.",
            "",
            "### Own cue",
            "",
            *own_table(rows),
            "",
            "### Cross-talk in score points from no dose to full dose (median; `.` is under 1)",
            "",
            *crosstalk_table(rows),
            "",
            "Other cues that move by a quarter of the edit's own or more:",
            "",
            *worst_crosstalk(rows),
            "",
            "### What the gate refuses",
            "",
            *(refusals(rows) or ["- nothing"]),
            "",
        ]
    )


def main() -> None:
    """Parse, measure what is missing, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=Path("../shared/data/photos"))
    parser.add_argument("--raw", type=Path, default=Path("build/skin_dose.jsonl"))
    parser.add_argument("--out", type=Path, help="Markdown file whose part under '## What it printed' is replaced")
    parser.add_argument(
        "--parity", choices=("odd", "even", "all"), default="odd", help="even: to look while writing a cue"
    )
    parser.add_argument("--edits", nargs="*", default=list(EDITS), choices=list(EDITS))
    parser.add_argument("--photos-only", type=int, default=PHOTOS, help="this many of ten")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.raw.parent.mkdir(parents=True, exist_ok=True)
    files = chosen(options.photos, options.parity)
    run(options.photos, files[:: max(1, PHOTOS // options.photos_only)], options.edits, options.raw)
    text = summary(read(options.raw), "python benchmarks/skin_dose.py ../shared/data/photos")
    print(text)
    if options.out:
        head = (
            options.out.read_text().split("## What it printed")[0]
            if options.out.exists()
            else "# Dose and response\n\n"
        )
        options.out.write_text(f"{head}## What it printed\n\n{text}")
        draw(read(options.raw), PICTURE)


if __name__ == "__main__":
    main()
