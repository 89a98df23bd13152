"""Side by side with skin-tone-classifier, and the time of MediaPipe's face mesh, on the same photos.

    python benchmarks/skin_peer.py ../shared/data/photos --peer-python VENV/bin/python [--mesh-python VENV/bin/python]

The first environment holds `skin-tone-classifier` and `opencv-python<5` (it uses the cascade detector that OpenCV 5
took out), the second `mediapipe==0.10.21`. Compared: the order from light to dark against the measured L* of the
cheeks, the spread of the answers, failures and photos wrongly called black-and-white, and time from the file to the
answer on photos scaled to 1024 pixels, turn by turn, everything on one core.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.stats import spearmanr

from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.colour import lab_from_hex
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.patch import cut_patch
from makeup_ai.vision.photo import read_photo
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.table import default_table

WORKER = Path(__file__).with_name("skin_peer_worker.py")
LONGEST = 1024  # pixels of the photos that are timed
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
Answer = dict[str, Any]


def run_on_one_core() -> None:
    """Keep this process and its children to one core, and start it again with one thread a library where need be.

    BLAS reads its number of threads once, while NumPy is loaded; two threads on one core wait for each other.
    """
    if os.environ | ONE_THREAD != os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)


class Worker:
    """A peer in its own environment that answers one path at a time."""

    def __init__(self, python: Path, what: str):
        self._process = subprocess.Popen(
            [str(python), str(WORKER), what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": ""},
        )

    def ask(self, path: Path, mode: str = "auto") -> Answer:
        """Wait for the answer to one photo."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{path}\t{mode}\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the peer."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def ours(analyser: SkinAnalyser, path: Path) -> Answer:
    """Give what our report says, and the time it took."""
    start = time.perf_counter()
    report = analyser.analyse(path)
    ms = 1000.0 * (time.perf_counter() - start)
    answer: Answer = {"ms": ms, "face": report.face is not None, "grey": report.greyscale}
    if report.tone is not None:
        answer |= {"l": report.tone.lab[0], "ita": report.tone.ita_degrees, "class": report.tone.ita_class}
    return answer


def seen_lightness(portraits: Iterable[Path]) -> dict[str, float]:
    """Give L* of the cheeks as photographed, which no report shows but which the compared L* was measured by."""
    finder, found = FaceFinder(), {}
    for path in portraits:
        pixels = read_photo(path).pixels
        mesh = finder.find(pixels)
        if mesh is not None:
            patch = cut_patch(pixels, mesh)
            images = NUMPY.planes(patch.crop), patch.points, NUMPY.planes(patch.scene)
            frame = Frame(NUMPY, default_table(), *images, np.ones(3, np.float32))
            found[path.name] = float(frame.colour("right_cheek", "left_cheek")[0])
    return found


def peer_lightness(answer: Answer) -> tuple[float, float, str] | None:
    """Give L* of the peer's tone, of its dominant colours, and its class; `None` where it names no single tone."""
    faces = [face for face in answer.get("faces", ()) if face["skin_tone"]]
    if len(faces) != 1:
        return None
    face = faces[0]
    parts = [(lab_from_hex(colour["color"])[0], float(colour["percent"])) for colour in face["dominant_colors"]]
    weighted = sum(lightness * share for lightness, share in parts) / sum(share for _, share in parts)
    return lab_from_hex(face["skin_tone"])[0], weighted, str(face["tone_label"])


def entropy(classes: Iterable[str]) -> float:
    """Give the entropy of answers in bits."""
    shares = np.array(list(Counter(classes).values()), dtype=float)
    shares /= shares.sum()
    return float(-(shares * np.log2(shares)).sum())


def order_row(name: str, given: Mapping[str, float], classes: Sequence[str], truth: Mapping[str, float]) -> str:
    """Make one row: rank agreement with the cheeks' L*, answers given, spread."""
    files = [file for file in truth if file in given]
    rank = float(spearmanr([given[file] for file in files], [truth[file] for file in files])[0])
    distinct = f"{len(set(classes))} classes, {entropy(classes):.2f} bits" if classes else "-"
    return f"| {name} | {rank:.3f} | {len(files)} of {len(truth)} | {distinct} |"


def order(portraits: Sequence[Path], analyser: SkinAnalyser, peer: Worker, truth: Mapping[str, float]) -> list[str]:
    """Compare the order from light to dark, the spread and the failures on colour portraits."""
    mine = {path.name: ours(analyser, path) for path in portraits}
    toned = {file: answer for file, answer in mine.items() if "l" in answer}
    lines = ["| | Spearman with cheek L* | tone given | spread |", "|---|---|---|---|"]
    classes = [answer["class"] for answer in toned.values()]
    lines.append(order_row("ours, L*", {file: a["l"] for file, a in toned.items()}, classes, truth))
    lines.append(order_row("ours, ITA", {file: a["ita"] for file, a in toned.items()}, classes, truth))
    lines.append(order_row("ours, cheeks before the light is corrected", seen_lightness(portraits), [], truth))
    notes = [f"- ours: no face on {sum(not a['face'] for a in mine.values())}, called greyscale "
             f"{sum(a['grey'] for a in mine.values())} of {len(mine)} colour portraits."]  # fmt: skip
    for mode in ("auto", "color"):
        answers = {path.name: peer.ask(path, mode) for path in portraits}
        tones = {file: found for file, a in answers.items() if (found := peer_lightness(a))}
        classes = [label for _, _, label in tones.values()]
        lines.append(order_row(f"peer ({mode}), its tone", {f: t[0] for f, t in tones.items()}, classes, truth))
        lines.append(order_row(f"peer ({mode}), dominant colours", {f: t[1] for f, t in tones.items()}, [], truth))
        both = {file: tones[file][0] for file in tones if file in toned}
        lines.append(order_row(f"peer ({mode}), its tone, where ours is given too", both, [], truth))
        black = sum(a.get("type") == "bw" for a in answers.values())
        notes.append(
            f"- peer ({mode}): errors {sum('error' in a for a in answers.values())}, no single tone "
            f"{len(answers) - len(tones)}, called black-and-white {black} of {len(answers)} colour portraits."
        )
    return [*lines, "", *notes]


def greyscale(photos: Sequence[Path], analyser: SkinAnalyser, peer: Worker) -> list[str]:
    """Count what is said of black-and-white photos."""
    mine = [ours(analyser, path) for path in photos]
    answers = [peer.ask(path) for path in photos]
    black = sum(a.get("type") == "bw" for a in answers)
    coloured = sum(a.get("type") == "color" and peer_lightness(a) is not None for a in answers)
    return [
        f"- ours: {sum(a['grey'] for a in mine)} of {len(mine)} greyscale photos recognised, a tone given on "
        f"{sum('l' in a for a in mine)}, no face on {sum(not a['face'] for a in mine)}.",
        f"- peer (auto): {black} of {len(answers)} recognised, a colour tone given on {coloured}, no single face with "
        f"a tone on {sum(peer_lightness(a) is None for a in answers)}.",
    ]


def scaled(photos: Sequence[Path], folder: Path) -> list[Path]:
    """Write the photos with their longest side at `LONGEST` pixels."""
    paths = []
    for path in photos:
        pixels = cv2.imread(str(path))
        factor = LONGEST / max(pixels.shape[:2])
        paths.append(folder / path.name)
        larger = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(paths[-1]), larger, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return paths


def times(photos: Sequence[Path], analyser: SkinAnalyser, peer: Worker, mesh: Worker | None, turns: int) -> list[str]:
    """Time everyone turn by turn on the same photos, each warmed up on two of them."""
    contenders = {"ours": lambda path: ours(analyser, path), "peer": lambda path: peer.ask(path, "color")}
    if mesh is not None:
        contenders["MediaPipe's face mesh alone"] = mesh.ask
    for ask in contenders.values():
        for path in photos[:2]:
            ask(path)
    taken: dict[str, list[list[float]]] = {name: [[] for _ in photos] for name in contenders}
    for _ in range(turns):
        for number, path in enumerate(photos):
            for name, ask in contenders.items():
                taken[name][number].append(ask(path)["ms"])
    each = {name: np.median(np.array(ms), axis=1) for name, ms in taken.items()}
    lines = ["| | median ms | 10th to 90th percentile | ours over it, median of photos |", "|---|---|---|---|"]
    for name, ms in each.items():
        low, high = np.percentile(ms, [10, 90])
        ratio = float(np.median(each["ours"] / ms))
        lines.append(f"| {name} | {np.median(ms):.0f} | {low:.0f} to {high:.0f} | {ratio:.2f} |")
    return lines


def main() -> None:
    """Parse, ask everyone, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=Path("../shared/data/photos"))
    parser.add_argument("--peer-python", type=Path, required=True)
    parser.add_argument("--mesh-python", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path, help="Markdown file whose part under '## What it printed' is replaced")
    options = parser.parse_args()
    run_on_one_core()
    analyser = SkinAnalyser()
    peer = Worker(options.peer_python, "stone")
    mesh = Worker(options.mesh_python, "mesh") if options.mesh_python else None
    with (options.photos / "portraits" / "cheek_lab_measured.csv").open() as file:
        truth = {row["file"]: float(row["L"]) for row in csv.DictReader(file)}
    portraits = sorted((options.photos / "portraits").glob("*.jpg"))
    greys = sorted((options.photos / "greyscale").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        large = scaled(portraits[::3], Path(folder))
        timed = times(large, analyser, peer, mesh, options.turns)
    machine = (
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, OpenCV {cv2.__version__}"
    )
    parts = [
        "    python benchmarks/skin_peer.py ../shared/data/photos --peer-python PEER/bin/python "
        "--mesh-python MESH/bin/python",
        f"{date.today()}; {machine}; skin-tone-classifier 1.2.6 with opencv-python 4, mediapipe 0.10.21.",
        f"### {len(portraits)} colour portraits",
        "\n".join(order(portraits, analyser, peer, truth)),
        f"### {len(greys)} greyscale photos",
        "\n".join(greyscale(greys, analyser, peer)),
        f"### Time from file to answer, {len(large)} portraits at {LONGEST} pixels, {options.turns} turns, one core",
        "\n".join(timed),
    ]
    peer.close()
    if mesh is not None:
        mesh.close()
    text = "\n\n".join(parts) + "\n"
    print(text)
    if options.out:
        head = options.out.read_text().split("## What it printed")[0] if options.out.exists() else "# Beside a peer\n\n"
        options.out.write_text(f"{head}## What it printed\n\n{text}")


if __name__ == "__main__":
    sys.exit(main())
