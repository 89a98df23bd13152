"""Where the time of one skin report goes: portraits at 1024 pixels, one core, medians of turns.

python benchmarks/skin_speed.py ../shared/data/photos --out benchmarks/skin_speed.md
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from skin_peer import LONGEST, run_on_one_core, scaled

from makeup_ai.vision.analyse import keep_memory
from makeup_ai.vision.canonical import REGIONS
from makeup_ai.vision.capture import is_grey, judge
from makeup_ai.vision.cues import CUES
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.gate import gate_values
from makeup_ai.vision.measure import read_patch, values_of
from makeup_ai.vision.patch import cut_patch
from makeup_ai.vision.photo import read_photo
from makeup_ai.vision.report import read_cues, section
from makeup_ai.vision.table import default_table
from makeup_ai.vision.tone import tone_or_reason, tone_values


class Clock:
    """Adds up what each named step took, in ms."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = defaultdict(list)

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        """Time one step and give its result."""
        start = time.perf_counter()
        result = work()
        self.taken[name].append(1000.0 * (time.perf_counter() - start))
        return result


def one_report(path: Path, finder: FaceFinder, clock: Clock) -> None:
    """Go through `SkinAnalyser.analyse` step by step; what several cues share falls to the first of them."""
    table = default_table()
    photo = clock("read the file", lambda: read_photo(path))
    mesh = clock("find the face", lambda: finder.find(photo.pixels))
    patch = clock("cut the patch", lambda: cut_patch(photo.pixels, mesh))
    frame = clock("frame: warp and light", lambda: read_patch(patch, table))
    clock("gate", lambda: gate_values(frame))
    clock("usable and tone", lambda: ([frame.usable(name) for name in REGIONS], tone_values(frame)))
    for name, formula in CUES.items():
        clock(f"cue {name}", lambda formula=formula: formula(frame))
    values = {name: float(value) for name, value in values_of(frame).items()}
    clock("judge", lambda: _judged(values, mesh))


def _judged(values: dict[str, float], mesh: Any) -> None:
    table = default_table()
    grey = is_grey(values["gate.greyscale"], table)
    known = {"face": float(mesh.count), "eye_distance": mesh.eye_distance, "roll": mesh.roll}
    capture = judge(known | section(values, "gate"), table, greyscale=grey)
    tone_or_reason(values, capture, table, greyscale=grey)
    read_cues(values, capture, table, greyscale=grey)


def table_of(clock: Clock) -> list[str]:
    """Make the table: steps, the ten longest cues, the rest together."""
    medians = {name: float(np.median(ms)) for name, ms in clock.taken.items()}
    total = sum(medians.values())
    cues = sorted((name for name in medians if name.startswith("cue ")), key=lambda name: -medians[name])
    rows = [(name, ms) for name, ms in medians.items() if not name.startswith("cue ")]
    rows.insert(-1, (f"all {len(cues)} cues", sum(medians[name] for name in cues)))
    rows += [(f"of these: {name}", medians[name]) for name in cues[:10]]
    rows.append(("sum", total))
    return [
        "| step | median ms | part |",
        "|---|---|---|",
        *(f"| {n} | {ms:.1f} | {ms / total:.0%} |" for n, ms in rows),
    ]


def main() -> None:
    """Parse, time, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=Path("../shared/data/photos"))
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--out", type=Path, help="Markdown file whose part under '## What it printed' is replaced")
    options = parser.parse_args()
    run_on_one_core()
    keep_memory()
    finder, clock = FaceFinder(), Clock()
    with tempfile.TemporaryDirectory() as folder:
        photos = scaled(sorted((options.photos / "portraits").glob("*.jpg"))[::5], Path(folder))
        for turn in range(options.turns + 1):
            clock = Clock() if turn == 1 else clock  # the first turn warms up
            for path in photos:
                one_report(path, finder, clock)
    machine = (
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, OpenCV {cv2.__version__}"
    )
    text = "\n".join(
        [
            "    python benchmarks/skin_speed.py ../shared/data/photos",
            "",
            f"{date.today()}; {machine}. {len(photos)} portraits at {LONGEST} pixels, {options.turns} turns, one core.",
            "",
            *table_of(clock),
            "",
        ]
    )
    print(text)
    if options.out:
        head = options.out.read_text().split("## What it printed")[0] if options.out.exists() else "# Speed\n\n"
        options.out.write_text(f"{head}## What it printed\n\n{text}")


if __name__ == "__main__":
    main()
