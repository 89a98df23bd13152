"""Light: whether the tone stays when the light changes, what is withheld, and what the gate catches.

    python benchmarks/skin_light.py ../shared/data/photos --out benchmarks/skin_light.md

Every portrait is stored again under eight lights (each channel -25 % and +25 %, exposure -0.7 and +0.7 EV, linear),
found and measured anew. A pair of photo and light is kept where the tone is withheld or within 5 degrees of ITA of the
unedited photo's own answer. Limits and the Monk line were chosen on portraits of even number; the weights of the
references, the blur of the scene and the cast's limit with all portraits in view, so odd ones are not wholly unseen.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.stats import spearmanr
from skin_light_edits import (
    INFRARED,
    LIGHTS,
    TONINGS,
    jpeg,
    masked,
    multiplied,
    multiplied_bytes,
    smoothed,
    sunglasses,
    toned,
)

from makeup_ai.schema import Capture, Tone
from makeup_ai.vision.capture import is_grey, judge
from makeup_ai.vision.face import FaceFinder, FaceMesh
from makeup_ai.vision.gate import gate_values
from makeup_ai.vision.light import MEASURED, REFERENCES
from makeup_ai.vision.measure import read_patch
from makeup_ai.vision.patch import FacePatch, cut_patch
from makeup_ai.vision.photo import read_photo
from makeup_ai.vision.table import default_table
from makeup_ai.vision.tone import TONE_REGIONS, read_tone, tone_or_reason, tone_values

WITHIN = 5.0  # degrees of ITA
GROUPS = {"below 10": (-181.0, 10.0), "10 to 41": (10.0, 41.0), "above 41": (41.0, 181.0)}
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Reading:
    """What one picture of a face gave: `tone` is `None` where withheld, `raw` is what would have been said."""

    tone: Tone | None
    raw: Tone | None
    capture: Capture
    grey: bool
    values: Mapping[str, float]
    why: str


@dataclass(frozen=True)
class Portrait:
    """One photo, its number, the ITA of its cheeks as photographed, and its place on the Monk scale by eye."""

    number: int
    pixels: np.ndarray
    mesh: FaceMesh | None
    ita: float
    lightness: float
    monk: float


def read_face(patch: FacePatch, mesh: FaceMesh, table: Any) -> Reading:
    """Measure light, gate and tone of a face, without its cues."""
    frame = read_patch(patch, table)
    values = {f"gate.{name}": value for name, value in gate_values(frame).items()}
    values |= {f"light.{name}": getattr(frame.light, name) for name in MEASURED}
    values |= {f"tone.{name}": value for name, value in tone_values(frame).items()}
    values |= {f"usable.{name}": frame.usable(name) for name in TONE_REGIONS}
    numbers = {name: float(value) for name, value in values.items()}
    grey = is_grey(numbers["gate.greyscale"], table)
    known = {"face": 1.0, "eye_distance": mesh.eye_distance, "roll": mesh.roll}
    gate = {name.removeprefix("gate."): value for name, value in numbers.items() if name.startswith("gate.")}
    capture = judge(known | gate, table, greyscale=grey)
    tone, because = tone_or_reason(numbers, capture, table, greyscale=grey)
    why = next((key for key, text in table["withheld"].items() if text == because), "")
    return Reading(tone, read_tone(numbers, table), capture, grey, numbers, why)


def portraits(folder: Path, finder: FaceFinder) -> Iterator[Portrait]:
    """Read the portraits with what is known of them."""
    with (folder / "cheek_lab_measured.csv").open() as file:
        cheeks = {row["file"]: row for row in csv.DictReader(file)}
    with (HERE / "monk_annotations.csv").open() as file:
        monk = {row["sha256_12"]: (float(row["first"]) + float(row["second"])) / 2.0 for row in csv.DictReader(file)}
    for path in sorted(folder.glob("*.jpg")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        pixels, cheek = read_photo(path).pixels, cheeks[path.name]
        number = int(re.sub(r"\D", "", path.stem))
        yield Portrait(
            number, pixels, finder.find(pixels), float(cheek["ita"]), float(cheek["L"]), monk.get(digest, math.nan)
        )


def wilson(hits: int, count: int) -> str:
    """Write a share with its 95 % interval (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    if count == 0:
        return "-"
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{hits}/{count} = {100 * share:.1f} % ({100 * (middle - half):.1f} to {100 * (middle + half):.1f})"


def table_of(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def with_weights(table: Any, exposure: Mapping[str, float], colour: Mapping[str, float]) -> Any:
    """Copy a table with other weights of the references; names left out weigh nothing."""
    light = dict(table["light"])
    for key, given in (("exposure", exposure), ("colour", colour)):
        light[key] = {name: given.get(name, 0.0) for name in REFERENCES}
    return {**table, "light": light}


class Bench:
    """Everything measured once: patches of every portrait under every light."""

    def __init__(self, photos: Path):
        self.finder = FaceFinder()
        self.table = default_table()
        self.people = list(portraits(photos / "portraits", self.finder))
        self.found = [p for p in self.people if p.mesh is not None]
        self.greys = [read_photo(path).pixels for path in sorted((photos / "greyscale").glob("*.jpg"))]
        self.patches: dict[tuple[int, str], tuple[FacePatch, FaceMesh] | None] = {}
        for person in self.found:
            self.patches[person.number, ""] = self._cut(person.pixels)
            for name, factors in LIGHTS.items():
                self.patches[person.number, name] = self._cut(multiplied(person.pixels, factors))
                self.patches[person.number, f"bytes {name}"] = self._cut(multiplied_bytes(person.pixels, factors))

    def _cut(self, pixels: np.ndarray) -> tuple[FacePatch, FaceMesh] | None:
        mesh = self.finder.find(pixels)
        return None if mesh is None else (cut_patch(pixels, mesh), mesh)

    def reading(self, number: int, name: str, table: Any = None) -> Reading | None:
        """Read one portrait under one light."""
        found = self.patches[number, name]
        return None if found is None else read_face(*found, self.table if table is None else table)

    def outcomes(self, table: Any = None, prefix: str = "") -> dict[tuple[int, str], float]:
        """Give, for each pair, the degrees away from the unedited answer; infinite where withheld."""
        result = {}
        for person in self.found:
            own = self.reading(person.number, "", table)
            for name in LIGHTS:
                other = self.reading(person.number, prefix + name, table)
                told = own is not None and own.tone and other is not None and other.tone
                result[person.number, name] = (
                    abs(other.tone.ita_degrees - own.tone.ita_degrees) if told else math.inf  # type: ignore[union-attr]
                )
        return result


def counts(outcomes: Mapping[tuple[int, str], float], keep: Any = lambda number, name: True) -> list[str]:
    """Say how many pairs are within, beyond and withheld."""
    values = [value for key, value in outcomes.items() if keep(*key)]
    withheld = sum(math.isinf(v) for v in values)
    within = sum(v <= WITHIN for v in values)
    told = [v for v in values if math.isfinite(v)]
    worst = f"{max(told):.1f}" if told else "-"
    return [
        wilson(within + withheld, len(values)),
        f"{within}",
        f"{len(values) - within - withheld}",
        f"{withheld} ({100 * withheld / max(len(values), 1):.0f} %)",
        f"{np.median(told):.1f} / {worst}" if told else "-",
    ]


COUNTED = ["within 5 degrees or withheld", "within", "beyond", "withheld", "median / worst, degrees"]


def light_section(bench: Bench) -> str:
    """Report the light requirement."""
    outcomes = bench.outcomes()
    halves = {"even (chosen on)": 0, "odd": 1}
    rows = [["all pairs", *counts(outcomes)]]
    rows += [[f"{k} pairs", *counts(outcomes, lambda n, _, v=v: n % 2 == v)] for k, v in halves.items()]
    rows += [[name, *counts(outcomes, lambda _, light, name=name: light == name)] for name in LIGHTS]
    whole = {n: all(v <= WITHIN or math.isinf(v) for (m, _), v in outcomes.items() if m == n) for n, _ in outcomes}
    lines = ["## Eight lights\n", table_of(["pairs", *COUNTED], rows)]
    for name, keep in (("all", (0, 1)), ("odd", (1,))):
        chosen = [ok for n, ok in whole.items() if n % 2 in keep]
        lines.append(f"Photos with no pair beyond, {name}: {wilson(sum(chosen), len(chosen))}.\n")
    stored = bench.outcomes(prefix="bytes ")
    lines.append(
        "The same factors on the stored values, a change of up to 1.1 EV (in view when the cast's limit was chosen):\n"
    )
    lines.append(table_of(["pairs", *COUNTED], [["all pairs", *counts(stored)]]))
    return "\n".join(lines)


def unedited_section(bench: Bench) -> str:
    """Report what is withheld of unedited portraits, and why."""
    read = {p.number: bench.reading(p.number, "") for p in bench.found}
    rows = []
    for name, keep in (("all", (0, 1)), ("even", (0,)), ("odd", (1,))):
        some = [r for n, r in read.items() if n % 2 in keep and r is not None]
        reasons = Counter(r.why for r in some if r.tone is None)
        rows.append(
            [
                name,
                wilson(sum(r.tone is None for r in some), len(some)),
                ", ".join(f"{k} {v}" for k, v in reasons.items()) or "-",
                Counter(name for r in some for name in r.capture.failed()).most_common(),
            ]
        )
    told = [r.tone for r in read.values() if r is not None and r.tone is not None]
    undertones = Counter(str(t.undertone) for t in told)
    doubts = np.quantile([t.uncertainty_degrees for t in told], [0.1, 0.5, 0.9]).round(1).tolist()
    return (
        "## Unedited portraits\n\n"
        + table_of(["portraits", "tone withheld", "reasons", "checks failed (warnings too)"], rows)
        + f"\nUncertainty of the angles told, 10th, 50th and 90th percentile: {doubts} degrees. "
        + f'Undertones: {dict(undertones)} (`None` is "cannot tell"; no true undertones are known).\n'
    )


def estimator_section(bench: Bench) -> str:
    """Compare the estimators: how steady, how true to rank, how wide apart they keep people."""
    own = bench.table["light"]
    one = {name: with_weights(bench.table, {name: 1.0}, {name: 1.0}) for name in REFERENCES}
    kinds = {"none": with_weights(bench.table, {}, {}), **one, "weighted, as shipped": bench.table}
    kinds["shipped, without the sclera"] = with_weights(
        bench.table, own["exposure"], {**own["colour"], "grey_edge": 0.8, "sclera": 0.0}
    )
    rows = []
    for name, table in kinds.items():
        ungated = {**table, "gate": [r for r in table["gate"] if r["name"] in ("saturated", "light_clipped")]}
        ungated["tone"] = {**table["tone"], "max_uncertainty_degrees": 1e9}
        outcomes = bench.outcomes(ungated)
        raw = [(p, bench.reading(p.number, "", table)) for p in bench.found]
        tones = [(p, r.raw) for p, r in raw if r is not None and r.raw is not None]
        angle = [t.ita_degrees for _, t in tones]
        shade = [t.lab[0] for _, t in tones]
        rows.append(
            [
                name,
                *counts(outcomes)[0:3],
                f"{spearmanr(shade, [p.lightness for p, _ in tones])[0]:.2f}",
                f"{-spearmanr(angle, [p.monk for p, _ in tones])[0]:.2f}",
                f"{np.std(shade):.1f} / {np.std(angle):.1f}",
            ]
        )
    header = ["estimator", *COUNTED[:3], "rank with cheek L*", "rank with Monk by eye", "spread, sd of L* / ITA"]
    return "## Estimators\n\nGated by clipping alone, so that they are compared on the same photos.\n\n" + table_of(
        header, rows
    )


def monk_section(bench: Bench) -> str:
    """Fit the Monk line on even portraits, and report the shipped one on odd ones."""
    pairs = []
    for person in bench.found:
        read = bench.reading(person.number, "")
        if read is not None and read.raw is not None and not math.isnan(person.monk):
            pairs.append((person, read))
    even = [(p, r) for p, r in pairs if p.number % 2 == 0 and r.tone is not None]
    slope, start = np.polyfit([r.tone.ita_degrees for _, r in even], [p.monk for p, _ in even], 1)  # type: ignore[union-attr]
    residuals = sorted(abs(p.monk - start - slope * r.tone.ita_degrees) for p, r in even)  # type: ignore[union-attr]
    rank = min(math.ceil(0.9 * (len(residuals) + 1)), len(residuals))
    fitted = f"at_zero {start:.2f}, per_degree {slope:.4f}, half_width {residuals[rank - 1]:.2f}"
    rows = []
    for name, keep in (("even (fitted on)", (0,)), ("odd", (1,))):
        told = [(p.monk, r.tone.monk) for p, r in pairs if p.number % 2 in keep and r.tone is not None]
        errors = np.array([m.value - monk for monk, m in told])  # type: ignore[union-attr]
        inside = sum(m.low <= monk <= m.high for monk, m in told)  # type: ignore[union-attr]
        widths = np.mean([m.high - m.low for _, m in told])  # type: ignore[union-attr]
        rows.append(
            [
                name,
                len(told),
                f"{np.abs(errors).mean():.2f}",
                f"{errors.mean():+.2f}",
                wilson(inside, len(told)),
                f"{widths:.1f}",
            ]
        )
    with (HERE / "monk_annotations.csv").open() as file:
        twice = np.array([(float(row["first"]), float(row["second"])) for row in csv.DictReader(file)])
    apart = twice[:, 0] - twice[:, 1]
    return (
        "## Monk scale\n\n"
        f"Fitted on even portraits: {fitted}; in the table: {json.dumps(bench.table['monk'])}.\n\n"
        + table_of(["portraits", "told", "mean error", "bias", "in the 90 % interval", "interval, mean width"], rows)
        + "\nTruth here is one annotator's reading of each photo beside the ten swatches, in halves, made twice in two "
        f"random orders within the hour: equal {np.mean(apart == 0):.2f}, within half a step "
        f"{np.mean(abs(apart) <= 0.5):.2f}, "
        f"sd of one reading {apart.std(ddof=1) / math.sqrt(2):.2f}. No person was measured or asked. Readings run from "
        f"{twice.min()} to {twice.max()}: nothing is known of the scale's ends.\n"
    )


def greyscale_section(bench: Bench) -> str:
    """Stress the recognition of black and white."""
    rows = []
    for name, (dark, light) in TONINGS.items():
        row = [name]
        for exposure in (1.0, 0.5, 0.25):
            hits = count = 0
            for pixels in bench.greys:
                for quality in (90, 60, 30):
                    found = bench._cut(jpeg(toned(pixels, dark, light, exposure), quality))
                    if found is not None:
                        hits, count = hits + read_face(*found, bench.table).grey, count + 1
            row.append(f"{hits}/{count}")
        rows.append(row)
    text = (
        "## Black and white\n\nCalled black and white, of 15 photos in JPEG 90, 60 and 30 where a face was found:\n\n"
    )
    text += table_of(["toning", "as it is", "values halved", "values quartered"], rows)
    rows = []
    plain = {"none": (1.0, 1.0, 1.0), "half the light": (0.5,) * 3, "an eighth": (0.125,) * 3}
    for name, factors in {**plain, **INFRARED}.items():
        grey, told, count = 0, 0, 0
        for person in bench.found:
            for quality in (90, 30):
                found = bench._cut(multiplied(person.pixels, factors, quality))
                if found is not None:
                    read = read_face(*found, bench.table)
                    grey, told, count = grey + read.grey, told + (read.tone is not None), count + 1
        rows.append([name, f"{grey}/{count}", f"{told}/{count}"])
    text += "\nColour portraits, JPEG 90 and 30, under casts as of infrared and coloured lamps:\n\n"
    return text + table_of(["light", "called black and white", "tone told"], rows)


def gate_section(bench: Bench) -> str:
    """Report what known edits of the capture do to their checks."""

    def blurred(pixels: np.ndarray, mesh: FaceMesh, millimetres: float) -> np.ndarray:
        return cv2.GaussianBlur(pixels, (0, 0), millimetres * mesh.eye_distance / 63.0)

    def halved(pixels: np.ndarray, _: FaceMesh) -> np.ndarray:
        return cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)

    edits: dict[str, tuple[Any, str]] = {
        "unedited": (lambda p, m: p, ""),
        "half size": (halved, "blur"),
        **{f"blurred by {mm} mm": (lambda p, m, mm=mm: blurred(p, m, mm), "blur") for mm in (1.0, 2.0, 3.0, 4.0)},
        "blue mask": (lambda p, m: masked(p, m, (150, 190, 215)), "occlusion"),
        "white mask": (lambda p, m: masked(p, m, (225, 225, 225)), "occlusion"),
        "black mask": (lambda p, m: masked(p, m, (35, 35, 38)), "occlusion"),
        "sunglasses": (sunglasses, "eyes"),
        "skin smoothed, weak": (lambda p, m: smoothed(p, m, 20.0), "filter"),
        "skin smoothed, strong": (lambda p, m: smoothed(p, m, 40.0), "filter"),
        "JPEG 40": (lambda p, m: jpeg(p, 40), "filter"),
    }
    rows = []
    for name, (edit, check) in edits.items():
        failed: Counter[str] = Counter()
        lost = count = 0
        for person in bench.found:
            found = bench._cut(edit(person.pixels, person.mesh))
            count += 1
            if found is None:
                lost += 1
                continue
            failed.update(read_face(*found, bench.table).capture.failed())
        own = f"{failed[check]}/{count - lost}" if check else "-"
        others = ", ".join(f"{k} {v}" for k, v in failed.most_common() if k != check)
        rows.append([name, check or "-", own, lost, others or "-"])
    return "## Capture gate\n\n" + table_of(
        ["edit (drawn)", "its check", "failed", "no face", "other checks failed"], rows
    )


def fairness_section(bench: Bench) -> str:
    """Report detection, withheld answers and light error by tone group."""
    outcomes, rows = bench.outcomes(), []
    for name, (low, high) in GROUPS.items():
        people = [p for p in bench.people if low <= p.ita < high]
        numbers = {p.number for p in people}
        read = [bench.reading(p.number, "") for p in people if p.mesh is not None]
        told = [r for r in read if r is not None]
        kept = counts(outcomes, lambda n, _, numbers=numbers: n in numbers)
        rows.append(
            [
                name,
                wilson(sum(p.mesh is not None for p in people), len(people)),
                wilson(sum(r.tone is None for r in told), len(told)),
                wilson(sum(bool(r.capture.failed("warn")) for r in told), len(told)),
                *kept,
            ]
        )
    header = [
        "cheeks, ITA as photographed",
        "face found",
        "tone withheld",
        "warned",
        *(f"lights: {c}" for c in COUNTED),
    ]
    return (
        "## Fairness table\n\n"
        + table_of(header, rows)
        + "\nPairs of one photo are not independent: read the intervals of the lights as too narrow.\n"
    )


def main() -> None:
    """Measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=HERE.parent.parent / "shared" / "data" / "photos")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    bench = Bench(given.photos)
    sections = (
        light_section,
        unedited_section,
        estimator_section,
        fairness_section,
        monk_section,
        greyscale_section,
        gate_section,
    )
    text = (
        "# Light, tone and the capture gate\n\n    python benchmarks/skin_light.py ../shared/data/photos --out "
        "benchmarks/skin_light.md\n\n"
        f"{date.today()}; {platform.machine()}; Python {platform.python_version()}, NumPy {np.__version__}, "
        f"OpenCV {cv2.__version__}. {len(bench.people)} colour portraits, {len(bench.greys)} in black and white. Edits "
        "are drawn by code on real photos: multiplied channels are no real lamp, drawn masks no real masks. Limits and "
        "the Monk line were chosen on portraits of even number; the weights of the references, the blur of the scene "
        "and the cast's limit with all portraits in view, so odd ones are not wholly unseen.\n\n"
    )
    for section in sections:
        part = section(bench)
        print(part, flush=True)
        text += part + "\n"
    if given.out:
        given.out.write_text(text, "utf-8")
        print(f"written to {given.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
