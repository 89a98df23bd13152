"""Repeatability: the same face re-encoded, scaled, rolled and cropped, and how far every score strays.

    python benchmarks/skin_repeat.py ../shared/data/photos --raw build/skin_repeat.jsonl --out benchmarks/skin_repeat.md

Every portrait goes through the whole `SkinAnalyser` as it is and in about thirty variants of five families: JPEG of
quality 60 to 95, scaling by 0.5 to 2 with several interpolations, rolls up to 5 degrees, crops that cut off 5 to 20 %
of a side, and combinations. A photo's figure is the standard deviation of a score over its variants, the unedited one
among them; variants that the gate refuses or whose cue is left out are counted apart. Portraits of even number are
there to choose the tables' `noise` by, those of odd number to report; tone groups go by the measured cheeks (ITA below
10, 10 to 41, above 41). Intervals: 95 %, bootstrap over photos.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.photo import Photo, read_photo
from makeup_ai.vision.table import default_table

Picture = np.ndarray
Row = dict[str, Any]

TARGETS = {"ITA": 2.0}
TARGET = 3.0  # score points
GROUPS: Mapping[str, tuple[float, float]] = {
    "below 10": (-180.0, 10.0),
    "10 to 41": (10.0, 41.0),
    "above 41": (41.0, 180.0),
}
FAMILIES = ("jpeg", "scale", "roll", "crop", "combined")
_AREA, _LINEAR, _CUBIC, _LANCZOS = cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4


def jpeg(pixels: Picture, quality: int) -> Picture:
    """Encode and decode as JPEG with chroma at half size, as phones do."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    ]
    encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)[1]
    return cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def scale(pixels: Picture, factor: float, interpolation: int) -> Picture:
    """Resize by a factor."""
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return cv2.resize(pixels, size, interpolation=interpolation)


def roll(pixels: Picture, degrees: float) -> Picture:
    """Turn the photo about its middle; corners repeat the edge."""
    rows, columns = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), degrees, 1.0)
    return cv2.warpAffine(pixels, turn, (columns, rows), flags=_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def crop(pixels: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Cut parts of the width and height off each side."""
    rows, columns = pixels.shape[:2]
    return np.ascontiguousarray(
        pixels[
            round(top * rows) : rows - round(bottom * rows), round(left * columns) : columns - round(right * columns)
        ]
    )


def variants() -> Iterator[tuple[str, str, Callable[[Picture], Picture]]]:
    """Name every variant with its family, and how it is made."""
    for quality in (60, 70, 80, 90, 95):
        yield "jpeg", f"q{quality}", lambda p, q=quality: jpeg(p, q)
    for factor, name, how in (
        *((0.5, "area", _AREA), (0.5, "linear", _LINEAR), (0.67, "area", _AREA), (0.8, "cubic", _CUBIC)),
        *((1.25, "linear", _LINEAR), (1.5, "cubic", _CUBIC), (2.0, "linear", _LINEAR), (2.0, "lanczos", _LANCZOS)),
    ):
        yield "scale", f"x{factor} {name}", lambda p, f=factor, h=how: scale(p, f, h)
    for degrees in (-5.0, -2.5, 2.5, 5.0):
        yield "roll", f"{degrees:+}", lambda p, d=degrees: roll(p, d)
    for sides in (
        *((0.05, 0.05, 0.05, 0.05), (0.10, 0.0, 0.0, 0.0), (0.0, 0.0, 0.10, 0.0), (0.0, 0.05, 0.0, 0.0)),
        *((0.0, 0.0, 0.0, 0.20), (0.10, 0.0, 0.10, 0.10), (0.0, 0.03, 0.05, 0.15)),
    ):
        yield "crop", "-".join(f"{100 * side:.0f}" for side in sides), lambda p, s=sides: crop(p, *s)
    yield "combined", "roll 3, x0.8, q80", lambda p: jpeg(scale(roll(p, 3.0), 0.8, _AREA), 80)
    yield "combined", "crop, x1.5, q70", lambda p: jpeg(scale(crop(p, 0.05, 0.0, 0.0, 0.1), 1.5, _CUBIC), 70)
    yield "combined", "roll -4, crop, q90", lambda p: jpeg(crop(roll(p, -4.0), 0.05, 0.03, 0.05, 0.1), 90)
    yield "combined", "x0.7, x1.4, q85", lambda p: jpeg(scale(scale(p, 0.7, _AREA), 1.4, _LINEAR), 85)


def analysed(analyser: SkinAnalyser, pixels: Picture) -> Row:
    """Give what a report says of a photo: scores, the angle of the tone, and what was refused."""
    report = analyser.analyse(Photo(pixels, pixels.shape[1], pixels.shape[0]))
    return {
        "accepted": report.capture.accepted,
        "refused_for": [check.name for check in report.capture.checks if not check.passed],
        "scores": {name: round(cue.score, 4) for name, cue in report.cues.items()},
        "ita": None if report.tone is None else report.tone.ita_degrees,
    }


def run(folder: Path, raw: Path, every: int, enlarge: float) -> None:
    """Analyse what the raw file does not hold yet, and append it there; portraits may be enlarged first."""
    done = {(row["file"], row["variant"], row["enlarge"]) for row in read(raw)}
    analyser = SkinAnalyser()
    for file in sorted((folder / "portraits").glob("*.jpg"))[::every]:
        pixels = read_photo(file).pixels
        pixels = pixels if enlarge == 1.0 else scale(pixels, enlarge, _LANCZOS)
        for family, name, make in (("none", "as it is", lambda p: p), *variants()):
            if (file.name, f"{family} {name}", enlarge) not in done:
                row = {"file": file.name, "family": family, "variant": f"{family} {name}", "enlarge": enlarge}
                with raw.open("a") as out:
                    out.write(json.dumps(row | analysed(analyser, make(pixels))) + "\n")
        print(file.name, file=sys.stderr, flush=True)


def read(raw: Path) -> list[Row]:
    return [json.loads(line) for line in raw.read_text().splitlines()] if raw.exists() else []


def value_of(row: Row, name: str) -> float | None:
    return row["ita"] if name == "ITA" else row["scores"].get(name)


def deviations(rows: Sequence[Row], name: str, family: str | None) -> dict[str, float]:
    """Give the standard deviation of one figure over the variants of every photo that shows it unedited."""
    kept: dict[str, list[float]] = defaultdict(list)
    whole: set[str] = set()
    for row in rows:
        value = value_of(row, name)
        if value is not None and (family is None or row["family"] in {"none", family}):
            kept[row["file"]].append(value)
            whole |= {row["file"]} if row["family"] == "none" else set()
    return {file: float(np.std(values, ddof=1)) for file, values in kept.items() if file in whole and len(values) > 2}


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Give the 95 % bootstrap interval of a mean over photos."""
    drawn = np.random.default_rng(0).choice(np.asarray(values), (2000, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def figures(rows: Sequence[Row]) -> list[str]:
    """Name what is followed: the tone's angle, and cues that some unedited photo was given."""
    given = {name for row in rows if row["family"] == "none" for name in row["scores"]}
    return [*(name for name in default_table()["cues"] if name in given), "ITA"]


def noise_of(rows: Sequence[Row]) -> dict[str, float]:
    """Give the median deviation of every cue: what the table's `noise` should say."""
    found = {name: list(deviations(rows, name, None).values()) for name in figures(rows)}
    return {name: round(float(np.median(values)), 1) for name, values in found.items() if values}


def cue_table(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Make the table of deviations per figure and family."""
    lines = [
        "| | photos | median sd | mean sd (95 %) | within target | " + " | ".join(FAMILIES) + " |",
        "|---" * (5 + len(FAMILIES)) + "|",
    ]
    for name in names:
        target = TARGETS.get(name, TARGET)
        found = list(deviations(rows, name, None).values())
        if not found:
            continue
        low, high = interval(found)
        parts = [list(deviations(rows, name, family).values()) for family in FAMILIES]
        cells = [f"{np.mean(part):.1f}" if part else "-" for part in parts]
        missed = "" if np.mean(found) < target else " **missed**"
        lines.append(
            f"| {name} | {len(found)} | {np.median(found):.1f} | {np.mean(found):.1f} ({low:.1f}, {high:.1f}){missed} "
            f"| {np.mean(np.array(found) < target):.0%} | {' | '.join(cells)} |"
        )
    return lines


def group_table(rows: Sequence[Row], tones: Mapping[str, float]) -> list[str]:
    """Make the table of mean deviations per tone group."""
    lines = ["| | " + " | ".join(f"ITA {group}" for group in GROUPS) + " |", "|---" * (1 + len(GROUPS)) + "|"]
    for name in figures(rows):
        found = deviations(rows, name, None)
        cells = []
        for low, high in GROUPS.values():
            part = [value for file, value in found.items() if low <= tones[file] < high]
            if len(part) > 1:
                start, end = interval(part)
                cells.append(f"{np.mean(part):.1f} ({start:.1f}, {end:.1f}), {len(part)} photos")
            else:
                cells.append(", ".join(f"{value:.1f}" for value in part) + f" ({len(part)} photos)")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def withheld_table(rows: Sequence[Row], tones: Mapping[str, float]) -> list[str]:
    """Count refused captures and tones not given, by family and by tone group."""
    lines = ["| | variants | refused | tone not given | cues left out | refused for |", "|---|---|---|---|---|---|"]
    whole = {row["file"]: len(row["scores"]) for row in rows if row["family"] == "none"}
    parts = [(family, [row for row in rows if row["family"] == family]) for family in ("none", *FAMILIES)]
    for group, (low, high) in GROUPS.items():
        parts.append((f"ITA {group}, all", [row for row in rows if low <= tones[row["file"]] < high]))
    for name, part in parts:
        why: dict[str, int] = defaultdict(int)
        for row in part:
            for check in row["refused_for"]:
                why[check] += 1
        if not part:
            continue
        refused = np.mean([not row["accepted"] for row in part])
        toneless = np.mean([row["ita"] is None for row in part])
        lost = np.mean([whole[row["file"]] - len(row["scores"]) for row in part if row["accepted"]])
        reasons = ", ".join(f"{check} {count}" for check, count in sorted(why.items())) or "-"
        lines.append(f"| {name} | {len(part)} | {refused:.1%} | {toneless:.1%} | {lost:.2f} | {reasons} |")
    return lines


def refused_variants(rows: Sequence[Row]) -> list[str]:
    """List the variants that are refused, and how often."""
    parts: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        parts[row["variant"]].append(not row["accepted"])
    return [f"- {variant}: {sum(part)} of {len(part)}" for variant, part in parts.items() if any(part)]


def worst(rows: Sequence[Row], limit: int = 12) -> list[str]:
    """List the single variants that move a score farthest from the unedited photo's."""
    whole = {row["file"]: row for row in rows if row["family"] == "none"}
    found = [
        (abs(score - whole[row["file"]]["scores"][name]), name, row["file"], row["variant"], score)
        for row in rows
        for name, score in row["scores"].items()
        if row["file"] in whole and name in whole[row["file"]]["scores"]
    ]
    return [
        f"- {name} on {file[9:12]}, {variant}: {whole[file]['scores'][name]:.0f} to {score:.0f}"
        for _, name, file, variant, score in sorted(found, reverse=True)[:limit]
    ]


def close_ups(rows: Sequence[Row]) -> list[str]:
    """Report the cues that enlarged portraits alone are given, or more of them than as they are."""
    large = [row for row in rows if row["enlarge"] > 1.0]
    files = {row["file"] for row in large}
    plain = [row for row in rows if row["enlarge"] == 1.0 and row["file"] in files]
    many = {name for name in figures(large) if len(deviations(large, name, None)) > len(deviations(plain, name, None))}
    odd, even = ([row for row in large if int(row["file"][9:12]) % 2 == remainder] for remainder in (1, 0))
    kept = {name: value for name, value in noise_of(even).items() if name in many}
    return [*cue_table(odd, sorted(many)), "", "`noise`, even-numbered:", "", f"    {json.dumps(kept)}"]


def summary(every: Sequence[Row], tones: Mapping[str, float], command: str) -> str:
    rows = [row for row in every if row["enlarge"] == 1.0]
    odd = [row for row in rows if int(row["file"][9:12]) % 2]
    even = [row for row in rows if not int(row["file"][9:12]) % 2]
    machine = (
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, OpenCV {cv2.__version__}"
    )
    return "\n".join(
        [
            f"    {command}",
            "",
            f"{date.today()}; {machine}. {len({row['file'] for row in odd})} portraits of odd number (reported) and "
            f"{len({row['file'] for row in even})} of even number.",
            "",
            f"### Odd-numbered portraits: sd of scores in points (target {TARGET:.0f}), of ITA in degrees (target 2)",
            "",
            *cue_table(odd, figures(odd)),
            "",
            "### By tone group, all portraits: mean sd (95 %)",
            "",
            *group_table(rows, tones),
            "",
            "### Refused and withheld, all portraits",
            "",
            "Cues left out: per accepted variant, against the same photo unedited.",
            "",
            *withheld_table(rows, tones),
            "",
            *refused_variants(rows),
            "",
            "### The farthest single variants, odd-numbered",
            "",
            *worst(odd),
            "",
            "### Even-numbered portraits: `noise` for the table (median sd)",
            "",
            f"    {json.dumps(noise_of(even))}",
            "",
            "### Every third portrait enlarged twice, for cues that need more pixels; odd-numbered reported",
            "",
            *(close_ups(every) if len(rows) < len(every) else ["- not measured"]),
            "",
        ]
    )


def main() -> None:
    """Parse, analyse what is missing, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=Path("../shared/data/photos"))
    parser.add_argument("--raw", type=Path, default=Path("build/skin_repeat.jsonl"))
    parser.add_argument("--out", type=Path, help="Markdown file whose part under '## What it printed' is replaced")
    parser.add_argument("--every", type=int, default=1, help="every n-th portrait only")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.raw.parent.mkdir(parents=True, exist_ok=True)
    run(options.photos, options.raw, options.every, 1.0)
    run(options.photos, options.raw, 3 * options.every, 2.0)
    with (options.photos / "portraits" / "cheek_lab_measured.csv").open() as file:
        tones = {row["file"]: float(row["ita"]) for row in csv.DictReader(file)}
    text = summary(read(options.raw), tones, "python benchmarks/skin_repeat.py ../shared/data/photos")
    print(text)
    if options.out:
        head = options.out.read_text().split("## What it printed")[0] if options.out.exists() else "# Repeatability\n\n"
        options.out.write_text(f"{head}## What it printed\n\n{text}")


if __name__ == "__main__":
    main()
