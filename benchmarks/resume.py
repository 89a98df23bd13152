"""Does a training that is killed end with the weights of one that was not?

Trains a small understanding model once without a break, and once more while a parent kills the process with SIGKILL at
moments drawn at random, then compares weights, checkpoints and logs. Run by hand:

    python benchmarks/resume.py --kills 5
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from makeup_ai.training.data.examples import Example, write_examples

EPOCHS = 6


def main() -> int:
    """Print one line a kill, and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--preset", default="lstm_bi")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--child", nargs=2, metavar=("RUN", "DATA"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(options.child[0], options.child[1], options.preset)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_examples(folder / "data.jsonl", examples())
        started = time.monotonic()
        start(folder / "unbroken", folder, options.preset).wait()
        whole = time.monotonic() - started
        print(f"unbroken: {whole:.1f} s")
        rng = random.Random(options.seed)
        for kill in range(options.kills):
            before = state(folder / "killed")
            process = start(folder / "killed", folder, options.preset)
            while state(folder / "killed") == before and process.poll() is None:
                time.sleep(0.02)  # at least one checkpoint further than the last time
            time.sleep(rng.random() * whole / 10)
            ended = process.poll() is not None
            process.kill()
            process.wait()
            print(f"kill {kill + 1}: {'too late, it was complete' if ended else state(folder / 'killed')}")
        start(folder / "killed", folder, options.preset).wait()
        equal = compare(folder / "unbroken", folder / "killed")
    import keras

    print(
        f"{'bit for bit the same' if equal else 'DIFFERENT'}: {options.preset}, {EPOCHS} epochs, "
        f"{options.kills} kills; "
        f"Keras {keras.__version__} on {keras.backend.backend()}, Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} cores"
    )
    return 0 if equal else 1


def examples() -> list[Example]:
    """Return texts with every label, enough for some hundred steps."""
    rng = random.Random(1)
    rows = []
    for _ in range(400):
        intent, word = rng.choice(["recommend", "greeting"]), rng.choice(["matte", "dewy", "satin"])
        text = f"{rng.choice(['find', 'show', 'hello'])} {word} {rng.choice(['lipstick', 'primer', '粉底'])}"
        start = text.index(word)
        mood = rng.choice(["negative", "positive"])
        rows.append(Example(text, intent, ((start, start + len(word), "finish"),), mood, product=f"a {word} one"))
    return rows


def child(run: str, data: str, preset: str) -> int:
    """Train, or go on."""
    from makeup_ai.training.data.examples import read_examples
    from makeup_ai.training.job import train_run
    from makeup_ai.training.options import TrainOptions

    rows = read_examples(data)
    options = TrainOptions(epochs=EPOCHS, batch_size=8, patience=EPOCHS, noise=0.1, checkpoint_seconds=0.2)
    train_run(run, "understanding", preset, rows, rows[:50], options, vocabulary_size=150, max_length=16)
    return 0


def start(run: Path, folder: Path, preset: str) -> subprocess.Popen[bytes]:
    """Start the training in a process of its own."""
    command = [sys.executable, __file__, "--preset", preset, "--child", str(run), str(folder / "data.jsonl")]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def state(run: Path) -> str:
    """Return where a run's last checkpoint stands."""
    if not (run / "checkpoint.npz").is_file():
        return "before the first checkpoint"
    with np.load(run / "checkpoint.npz") as arrays:
        position = json.loads(arrays["state"].tobytes())["position"]
    return f"epoch {position['epoch'] + 1}, step {position['step']}"


def compare(first: Path, second: Path) -> bool:
    """Tell whether two runs hold the same weights, last state and log, but for the seconds."""
    for name in ("weights.npz", "checkpoint.npz"):
        with np.load(first / name) as a, np.load(second / name) as b:
            if any(not np.array_equal(a[key], b[key]) for key in a.files if key != "state"):
                return False
    return log(first) == log(second)


def log(run: Path) -> list[dict[str, object]]:
    """Return a run's log without the seconds."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


if __name__ == "__main__":
    raise SystemExit(main())
