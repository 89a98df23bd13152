"""Time and memory that a photo may take, up to 100 megapixels, in every common format.

    python benchmarks/photo_limits.py

Each case is read, and its face looked for, in a child process that reports its time, without starting Python and
opening the models, and its peak memory, with both. The pictures are made here. Writes `photo_limits.md` beside itself.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import PIL
from PIL import Image
from skimage import data

CHILD = """
import json, resource, sys, time
from pathlib import Path
import numpy as np
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.photo import read_photo

def peak():
    if sys.platform == "linux":  # getrusage there begins with the peak of the parent process
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

finder = FaceFinder()
finder.find(np.zeros((64, 64, 3), np.uint8))
empty = peak()
start = time.perf_counter()
photo = read_photo(sys.argv[1])
middle = time.perf_counter()
mesh = finder.find(photo.pixels)
end = time.perf_counter()
print(json.dumps({"read": middle - start, "find": end - middle, "found": mesh is not None,
                  "peak": peak(), "empty": empty}))
"""
LIMIT_SECONDS, LIMIT_MIB = 3.0, 1024.0


def picture(columns: int, rows: int) -> Image.Image:
    """Enlarge the astronaut to cover the size, with grain, so that it packs as badly as a photo."""
    factor = max(columns / 512, rows / 512)
    large = cv2.resize(data.astronaut(), None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)[:rows, :columns]
    grain = np.random.default_rng(0).integers(-6, 7, (512, 512, 1), dtype=np.int8)
    tiles = np.tile(grain, (rows // 512 + 1, columns // 512 + 1, 1))[:rows, :columns]
    return Image.fromarray(cv2.add(large, np.repeat(tiles, 3, axis=2), dtype=cv2.CV_8U))


def cases(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the files one by one; each replaces the one before."""
    kinds = [
        ("JPEG", 10_000, 10_000, {"quality": 90}),
        ("JPEG", 10_000, 10_000, {"quality": 90, "progressive": True}),
        ("JPEG", 50_000, 2_000, {"quality": 90}),
        ("JPEG", 4_000, 3_000, {"quality": 90}),
        ("JPEG", 1_024, 819, {"quality": 90}),
        ("PNG", 6_000, 4_000, {"compress_level": 1}),
        ("WEBP", 4_000, 3_000, {"quality": 80, "method": 0}),
        ("TIFF", 4_500, 4_500, {}),
    ]
    for kind, columns, rows, options in kinds:
        path = folder / f"photo.{kind.lower()}"
        if kind == "JPEG" and columns > 32_767:
            picture(columns // 2, rows // 2).resize((columns, rows)).save(path, kind, **options)
        else:
            picture(columns, rows).save(path, kind, **options)
        name = f"{kind}{', progressive' if 'progressive' in options else ''}, {columns} x {rows}"
        yield f"{name}, {path.stat().st_size / 2**20:.1f} MiB", path
    path = folder / "flat.png"
    Image.new("L", (10_900, 10_900), 120).save(path)
    yield "PNG, one grey, 10900 x 10900", path


def measure(path: Path, turns: int) -> dict[str, float]:
    rows = []
    for _ in range(turns):
        done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{path.name}: {done.stderr.strip().splitlines()[-1]}")
        rows.append(json.loads(done.stdout))
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def report(turns: int) -> str:
    today = datetime.datetime.now(datetime.UTC).date()
    lines = [
        "# What a photo may cost",
        "",
        "    python benchmarks/photo_limits.py",
        "",
        f"{today}; {platform.machine()}, one thread; Python {platform.python_version()}, Pillow {PIL.__version__}, "
        f"OpenCV {cv2.__version__}. Limits: {LIMIT_SECONDS:.0f} s and {LIMIT_MIB:.0f} MiB. Seconds of reading and of "
        f"looking for the face, medians of {turns} child processes; the peak is that of the whole process with the "
        "models open, in MiB, beside what it was before the photo. Other work ran beside it.",
        "",
        "| file | reading, s | finding, s | face | peak, MiB | before, MiB | within limits |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, path in cases(Path(folder)):
            row = measure(path, turns)
            kept = row["read"] + row["find"] < LIMIT_SECONDS and row["peak"] < LIMIT_MIB
            lines.append(
                f"| {name} | {row['read']:.2f} | {row['find']:.3f} | {'yes' if row['found'] else 'no'} "
                f"| {row['peak']:.0f} | {row['empty']:.0f} | {'yes' if kept else 'NO'} |"
            )
            path.unlink()
    return "\n".join([*lines, ""])


def main() -> None:
    """Parse, measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".md"))
    args = parser.parse_args()
    text = report(args.turns)
    args.out.write_text(text, encoding="utf-8")
    print(text)
    print(f"Written to {args.out}")


if __name__ == "__main__":
    main()
