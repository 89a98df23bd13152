"""Our detector, mesh and irises beside MediaPipe's own graph: are the landmarks the same, and what does each cost?

    python -m venv peer && peer/bin/pip install "mediapipe==0.10.21" "numpy<2"
    python benchmarks/face_landmarks.py ../shared/data/photos --peer-python peer/bin/python

The peer runs as a child process on the same processor; both get the same decoded pixels, turn by turn. Its landmarks
come from the same model files, its irises (`refine_landmarks`) from another model, which the table says.
Writes `face_landmarks.md` beside itself.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from makeup_ai.vision.capture import is_greyscale
from makeup_ai.vision.face import FaceFinder, FaceMesh
from makeup_ai.vision.patch import cut_patch
from makeup_ai.vision.photo import read_photo
from makeup_ai.vision.table import default_table

SCALED = "portraits scaled to "
GRAIN = 10.0  # bytes, standard deviation of the noise added to large photos
PEER_IRISES = (468, 473)  # centres of the right and left iris among the 478 points of the peer's refined graph


class Peer:
    """MediaPipe in another interpreter."""

    def __init__(self, python: str):
        command = [python, str(Path(__file__).with_name("face_landmarks_peer.py"))]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "GLOG_minloglevel": "2"}
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.versions = self._answer()

    def find(self, path: Path) -> dict:
        """Ask for the face in an `.npy` file."""
        self._child.stdin.write(f"{path}\n")
        self._child.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        line = self._child.stdout.readline()
        if not line:
            raise SystemExit("The peer ended. Expected a Python with mediapipe==0.10.21 and numpy<2 in --peer-python.")
        return json.loads(line)

    def close(self) -> None:
        """Let it end."""
        self._child.stdin.close()
        self._child.wait()


@dataclass
class Row:
    """One photo, both sides."""

    factor: float  # over the photo's own size
    ours: FaceMesh | None
    peer: dict
    seconds: list[float]
    peer_seconds: list[float]
    peer_refined_seconds: list[float]

    @property
    def both(self) -> bool:
        """Whether both sides found a face."""
        return self.ours is not None and self.peer["points"] is not None

    def distances(self) -> np.ndarray:
        """Of the 468 landmarks, in percent of the distance between the irises."""
        apart = np.hypot(*(self.ours.points[:, :2] - np.array(self.peer["points"])).T)
        return 100.0 * apart / self.ours.eye_distance

    def iris_distances(self) -> np.ndarray:
        """Of the two iris centres, in percent of the distance between them."""
        theirs = np.array(self.peer["refined"])[list(PEER_IRISES)]
        return 100.0 * np.hypot(*(self.ours.irises[:, 0] - theirs).T) / self.ours.eye_distance


def photo_sets(folder: Path) -> Iterator[tuple[str, list[np.ndarray]]]:
    portraits = [read_photo(path).pixels for path in sorted((folder / "portraits").glob("*.jpg"))]
    yield "portraits", portraits
    yield "greyscale", [read_photo(path).pixels for path in sorted((folder / "greyscale").glob("*.jpg"))]
    others = [*sorted(folder.glob("*.*")), *sorted((folder / "skin_masks" / "photo").glob("*.png"))]
    yield "others", [read_photo(path).pixels for path in others if path.suffix in {".png", ".jpg"}]
    for side in (1024, 2048):
        yield f"{SCALED}{side} px", [scaled(pixels, side) for pixels in portraits]
    rng = np.random.default_rng(0)
    yield f"{SCALED}2048 px with grain", [grainy(scaled(pixels, 2048), rng) for pixels in portraits]


def scaled(pixels: np.ndarray, side: int) -> np.ndarray:
    factor = side / max(pixels.shape[:2])
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def grainy(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    noise = rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(GRAIN)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def compare(finder: FaceFinder, peer: Peer, pixels: np.ndarray, factor: float, folder: Path, turns: int) -> Row:
    path = folder / "photo.npy"
    np.save(path, pixels)
    row = Row(factor, None, {}, [], [], [])
    for turn in range(turns):
        for side in ("ours", "peer") if turn % 2 else ("peer", "ours"):
            if side == "ours":
                start = time.perf_counter()
                row.ours = finder.find(pixels)
                row.seconds.append(time.perf_counter() - start)
            else:
                row.peer = peer.find(path)
                row.peer_seconds.append(row.peer["seconds"])
                row.peer_refined_seconds.append(row.peer["seconds_refined"])
    return row


def landmarks_line(name: str, rows: list[Row]) -> str:
    both = [row for row in rows if row.both]
    found = f"{sum(row.ours is not None for row in rows)} | {sum(row.peer['points'] is not None for row in rows)}"
    means = [row.distances().mean() for row in both]
    irises = np.concatenate([row.iris_distances() for row in both if row.peer["refined"] is not None])
    return (
        f"| {name} | {len(rows)} | {found} | {np.mean(means):.2f} | {max(means):.2f} "
        f"| {max(row.distances().max() for row in both):.2f} | {irises.mean():.2f} |"
    )


def moved_line(name: str, rows: list[Row], own: list[Row]) -> str:
    """Tell how far each side's landmarks lie from those it found in the same photos at their own size."""
    moved = []
    for large, small in zip(rows, own, strict=True):
        unit = 100.0 / small.ours.eye_distance
        ours = large.ours.points[:, :2] / large.factor - small.ours.points[:, :2]
        peer = np.array(large.peer["points"]) / large.factor - np.array(small.peer["points"])
        moved.append([unit * np.hypot(*side.T).mean() for side in (ours, peer)])
    (ours, peer), worst = np.mean(moved, axis=0), np.max(moved, axis=0)
    return f"| {name} | {ours:.2f} | {peer:.2f} | {worst[0]:.2f} | {worst[1]:.2f} |"


def split(photos: list[np.ndarray], turns: int) -> dict[str, float]:
    """Time reading and finding at 1024 px, in milliseconds a photo, medians over photos."""
    finder, spent = Watched(), []
    for pixels in photos:
        file = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        for _ in range(turns):
            finder.spent = dict.fromkeys(finder.spent, 0.0)
            start = time.perf_counter()
            read = read_photo(file)
            middle = time.perf_counter()
            finder.find(read.pixels)
            end = time.perf_counter()
            own = end - middle - sum(finder.spent.values())
            spent.append({"reading the JPEG": middle - start, **finder.spent, "sampling and decoding": own})
    return {name: 1e3 * statistics.median(row[name] for row in spent) for name in spent[0]}


class Watched(FaceFinder):
    """A finder that adds up the seconds of each model."""

    def __init__(self):
        super().__init__()
        self.spent = {"detector": 0.0, "mesh": 0.0, "both irises": 0.0}

    def _run(self, path, crop):
        start = time.perf_counter()
        answer = super()._run(path, crop)
        name = {"face_detection": "detector", "face_landmark": "mesh", "iris_landmark": "both irises"}
        self.spent[next(name[key] for key in name if path.name.startswith(key))] += time.perf_counter() - start
        return answer


def time_line(name: str, rows: list[Row]) -> str:
    ours, plain, refined = (
        [1e3 * statistics.median(getattr(row, field)) for row in rows]
        for field in ("seconds", "peer_seconds", "peer_refined_seconds")
    )
    ratios = [statistics.median(np.divide(ours, side)) for side in (plain, refined)]
    medians = " | ".join(f"{statistics.median(side):.1f}" for side in (ours, plain, refined))
    return f"| {name} | {medians} | {ratios[0]:.2f} | {ratios[1]:.2f} |"


def greyscale_lines(results: dict[str, list[Row]], pixels: dict[str, list[np.ndarray]]) -> Iterator[str]:
    table = default_table()
    for name in ("greyscale", "portraits"):
        photos = pixels[name]
        whole = sum(is_greyscale(photo, table) for photo in photos)
        crops = [cut_patch(photo, row.ours).crop for photo, row in zip(photos, results[name], strict=True) if row.ours]
        faces = sum(is_greyscale(crop, table) for crop in crops)
        found = sum(row.ours is not None for row in results[name])
        yield f"| {name} | {len(photos)} | {found} | {whole} | {faces} of {len(crops)} |"


def report(results: dict[str, list[Row]], pixels: dict[str, list[np.ndarray]], versions: dict, turns: int) -> str:
    today = datetime.datetime.now(datetime.UTC).date()
    lines = [
        "# Face landmarks beside MediaPipe's own graph",
        "",
        '    python -m venv peer && peer/bin/pip install "mediapipe==0.10.21" "numpy<2"',
        "    python benchmarks/face_landmarks.py ../shared/data/photos --peer-python peer/bin/python",
        "",
        f"{today}; {platform.machine()}, both sides held to one processor; Python {platform.python_version()}, NumPy "
        f"{np.__version__}, OpenCV {cv2.__version__}; peer: MediaPipe {versions['mediapipe']}, NumPy "
        f"{versions['numpy']}. Other work ran beside it: read times as ratios.",
        "",
        "## Landmarks",
        "",
        "Distance of the 468 landmarks in percent of the distance between the irises: mean over photos, the worst "
        "photo's mean, and the worst landmark of all. The peer's irises come from another model "
        "(`face_landmark_with_attention`), so their distance is a difference of models.",
        "",
        "| photos | number | found, ours | found, peer | mean | worst photo | worst landmark | irises, mean |",
        "|---|---|---|---|---|---|---|---|",
        *(landmarks_line(name, rows) for name, rows in results.items()),
        "",
        "## How far landmarks move when a photo is scaled",
        "",
        "Against the same side's landmarks in the portraits at their own size (about 600 px), in percent of the "
        f"distance between the irises. Grain is Gaussian noise of {GRAIN:.0f} bytes.",
        "",
        "| photos | ours, mean | peer, mean | ours, worst photo | peer, worst photo |",
        "|---|---|---|---|---|",
        *(moved_line(name, rows, results["portraits"]) for name, rows in results.items() if name.startswith(SCALED)),
        "",
        "## Time",
        "",
        f"Milliseconds a decoded photo: median over photos of the median of {turns} turns, each side after the other. "
        "Ours is detector, mesh and both irises; the peer's mesh has no irises, its refined mesh has. Ratio: median "
        "over photos of ours over the peer's.",
        "",
        "| photos | ours | peer, mesh | peer, refined mesh | ratio to mesh | ratio to refined |",
        "|---|---|---|---|---|---|",
        *(time_line(name, rows) for name, rows in results.items()),
        "",
        "Where ours goes, from a JPEG of 1024 px (quality 90) to the mesh, medians in milliseconds:",
        "",
        "| step | ms |",
        "|---|---|",
        *(f"| {name} | {ms:.2f} |" for name, ms in split(pixels[f"{SCALED}1024 px"], turns).items()),
        "",
        "## Faces found, and greyscale called greyscale",
        "",
        "By `makeup_ai.vision.capture.is_greyscale`, over the whole photo and over the face's crop.",
        "",
        "| photos | number | faces found | whole photo called greyscale | face called greyscale |",
        "|---|---|---|---|---|",
        *greyscale_lines(results, pixels),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Parse, measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=Path("../shared/data/photos"))
    parser.add_argument("--peer-python", required=True, help="a Python that has mediapipe==0.10.21")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".md"))
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the child inherits it
    finder, peer = FaceFinder(), Peer(args.peer_python)
    pixels = dict(photo_sets(args.photos))
    with tempfile.TemporaryDirectory() as folder:
        compare(finder, peer, pixels["portraits"][0], 1.0, Path(folder), 2)  # warms both sides up
        results = {}
        for name, photos in pixels.items():
            own = pixels["portraits"] if name.startswith(SCALED) else photos
            factors = [max(photo.shape) / max(first.shape) for photo, first in zip(photos, own, strict=True)]
            pairs = zip(photos, factors, strict=True)
            results[name] = [compare(finder, peer, photo, factor, Path(folder), args.turns) for photo, factor in pairs]
    peer.close()
    text = report(results, pixels, peer.versions, args.turns)
    args.out.write_text(text, encoding="utf-8")
    print(text)
    print(f"Written to {args.out}")


if __name__ == "__main__":
    main()
