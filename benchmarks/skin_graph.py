"""Hold the skin graph of a bundle to NumPy on real photos, and time both, one thread each.

    python benchmarks/skin_graph.py build/demo/bundle ../shared/data/photos/portraits --out benchmarks/skin_graph.md

For every number of the graph the difference from NumPy is given as a share of what is allowed: half a point of a cue's
100, one percent of any other number. The files take turns within one process.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from pathlib import Path

from makeup_ai.files import write_whole
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.graph import SkinGraph, disagreement
from makeup_ai.vision.measure import measure
from makeup_ai.vision.patch import FacePatch, cut_patch
from makeup_ai.vision.photo import read_photo

TURNS = 5


def patches(photos: Path) -> list[FacePatch]:
    finder, found = FaceFinder(), []
    for path in sorted(photos.iterdir()):
        pixels = read_photo(path).pixels if path.suffix in {".jpg", ".png"} else None
        mesh = None if pixels is None else finder.find(pixels)
        if pixels is not None and mesh is not None:
            found.append(cut_patch(pixels, mesh))
    return found


def milliseconds(call: object, faces: list[FacePatch]) -> float:
    taken = []
    for face in faces:
        started = time.perf_counter()
        call(face)  # type: ignore[operator]
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    entry = json.loads((options.bundle / "manifest.json").read_text("utf-8"))["models"]["skin"]
    table = json.loads((options.bundle / "tables" / "vision.json").read_text("utf-8"))
    graphs = {name: SkinGraph(options.bundle / name, entry["task"]["values"]) for name in entry["files"]}
    faces = patches(options.photos)
    times: dict[str, list[float]] = {name: [] for name in ("NumPy", *graphs)}
    for _ in range(TURNS):
        times["NumPy"].append(milliseconds(lambda face: measure(face, table), faces[:12]))
        for name, graph in graphs.items():
            times[name].append(milliseconds(graph.measure, faces[:12]))
    numpy = statistics.median(times["NumPy"])
    lines = [
        f"{len(faces)} photos, {len(entry['task']['values'])} numbers each; {platform.machine()}, "
        f"Python {platform.python_version()}.",
        "",
        "| | kB | worst number | share of its tolerance | median ms | over NumPy |",
        "|---|---|---|---|---|---|",
        f"| NumPy | - | - | - | {numpy:.0f} | 1.00 |",
    ]
    for name, graph in graphs.items():
        worst, share = disagreement(graph, table, faces)
        median = statistics.median(times[name])
        size = (options.bundle / name).stat().st_size / 1000
        lines.append(f"| `{name}` | {size:.0f} | {worst} | {share:.4f} | {median:.0f} | {median / numpy:.2f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if options.out is not None:
        command = "    python benchmarks/skin_graph.py build/demo/bundle ../shared/data/photos/portraits"
        write_whole(options.out, f"# The skin graph beside NumPy\n\n{command} --out benchmarks/skin_graph.md\n\n{text}")


if __name__ == "__main__":
    main()
