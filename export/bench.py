"""Measure model files and Keras on the same real texts, turn by turn, each file alone in its own process."""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from makeup_ai.export.operators import operators
from makeup_ai.files import write_whole
from makeup_ai.runtime.session import Session, open_session
from makeup_ai.runtime.signature import Array
from makeup_ai.schema import to_dict

VERSIONED = ("makeup-ai", "ai-edge-litert", "onnxruntime", "numpy")
RUNTIMES = {".tflite": "LiteRT", ".onnx": "ONNX Runtime"}
WARM_UP = 1
"""Rounds over all texts before any that counts: every padded length has its memory by then."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One file, or Keras, on one machine.

    Args:
        name: Name of the file, with its folder where two files have the same; `"keras"` for the model itself.
        runtime: What ran it.
        file_bytes: Size on disk; 0 for Keras.
        load_ms: To open the file; 0 for Keras, which was open already.
        first_ms: The first call, which allocates memory.
        p50_ms: Median of a call.
        p90_ms: Nine calls in ten take less.
        p99_ms: Ninety-nine in a hundred take less.
        per_second: Texts a second, one after the other.
        p50_ms_by_length: Median by padded length in tokens.
        memory: Most bytes that opening and running the file added to its process; 0 for Keras.
        process_memory: Most bytes that process held, runtime and Python included; 0 for Keras.
        operators: Operator -> how many the file holds over all its signatures; empty for Keras.
        scores: What the caller's `score` said of this very file.
    """

    name: str
    runtime: str
    file_bytes: int
    load_ms: float
    first_ms: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    per_second: float
    p50_ms_by_length: Mapping[int, float]
    memory: int
    process_memory: int
    operators: Mapping[str, int]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Measurements with all it takes to repeat them.

    Args:
        measurements: In the order the files were given, Keras last.
        calls: Timed calls of each.
        threads: Cores that one call may use.
        machine: Processor's name and number of cores.
        versions: Of the runtimes.
        command: The command line that ran this.
    """

    measurements: tuple[Measurement, ...]
    calls: int
    threads: int
    machine: str
    versions: Mapping[str, str]
    command: str

    def __str__(self) -> str:
        scores = sorted({score for measured in self.measurements for score in measured.scores})
        columns = "".join(f"{column:>8}" for column in ("load", "first", "p50", "p90", "p99", "/s"))
        width = max(len(measured.name) for measured in self.measurements) + 1
        head = f"{'file':<{width}}{'MB':>7}{columns}{'+RAM MB':>9}{'ops':>6}"
        lines = [head + "".join(f"{score:>{len(score) + 2}}" for score in scores)]
        for m in self.measurements:
            times = "".join(f"{value:>8.2f}" for value in (m.load_ms, m.first_ms, m.p50_ms, m.p90_ms, m.p99_ms))
            size = f"{m.file_bytes / 1e6:>7.2f}"
            memory = f"{m.memory / 1e6:>9.1f}{sum(m.operators.values()):>6}"
            values = "".join(
                f"{m.scores[score]:>{len(score) + 2}.4f}" if score in m.scores else " " * (len(score) + 2)
                for score in scores
            )
            lines.append(f"{m.name:<{width}}{size}{times}{m.per_second:>8.0f}{memory}{values}")
        versions = ", ".join(f"{package} {number}" for package, number in self.versions.items())
        lines.append(f"times in ms over {self.calls} calls, {self.threads} thread(s); {self.machine}; {versions}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Turn into plain JSON types."""
        values: dict[str, Any] = to_dict(self)
        return values

    def save(self, path: str | Path) -> None:
        """Write everything as JSON."""
        path = Path(path)
        write_whole(path, json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n")


class Contestant(Protocol):
    """Something that runs the texts and is timed.

    Attributes:
        path: The file, or `None` for Keras.
        load_seconds: Time it took to open.
    """

    path: Path | None
    load_seconds: float

    def run(self, row: int) -> float:
        """Run one text, and return the seconds that took."""

    def close(self) -> Memory:
        """End it, and return the memory it took."""


class Memory(NamedTuple):
    """Bytes at the peak: those that a file added, and those its whole process held."""

    added: int
    process: int


class FileContestant:
    """A model file in a process of its own.

    Raises:
        RuntimeError: The process ended early.
    """

    def __init__(self, path: Path, threads: int, inputs: Path):
        self.path: Path | None = path
        command = [sys.executable, "-m", "makeup_ai.export.bench_child", str(path), str(threads), str(inputs)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.load_seconds = self._read()["load_seconds"]

    def run(self, row: int) -> float:
        """Run one text, and return the seconds that took."""
        self._write(f"{row}\n")
        return self._read()["seconds"]

    def close(self) -> Memory:
        """End the process, and return the memory it took; zeros where it had ended by itself."""
        try:
            self._write("\n")
            last = self._read()
            return Memory(int(last["memory"]), int(last["process_memory"]))
        except RuntimeError:
            return Memory(0, 0)
        finally:
            self._process.communicate()

    def _write(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None or self._process.poll() is not None:
            raise RuntimeError(self._ended())
        pipe.write(line)
        pipe.flush()

    def _read(self) -> dict[str, float]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise RuntimeError(self._ended())
        values: dict[str, float] = json.loads(line)
        return values

    def _ended(self) -> str:
        return f"The process that measures {self.path} ended early. Open the file with `open_session` to see why."


class KerasContestant:
    """The Keras model itself, in this process."""

    def __init__(self, model: Callable[[Mapping[str, Array]], Any], inputs: Sequence[Mapping[str, Array]]):
        self.path: Path | None = None
        self.load_seconds = 0.0
        self._model, self._inputs = model, inputs

    def run(self, row: int) -> float:
        """Run one text, and return the seconds that took."""
        started = time.perf_counter()
        self._model(self._inputs[row])
        return time.perf_counter() - started

    def close(self) -> Memory:
        """Return no memory: this process holds more than the model."""
        return Memory(0, 0)


def bench(
    files: Sequence[str | Path],
    inputs: Sequence[Mapping[str, Array]],
    keras: Callable[[Mapping[str, Array]], Any] | None = None,
    *,
    repeats: int = 10,
    threads: int = 1,
    score: Callable[[Session], Mapping[str, float]] | None = None,
) -> Benchmark:
    """Time every file on every text, in turns, so that a busy moment of the machine touches all alike.

    Args:
        files: `.tflite` and `.onnx` files.
        inputs: Real texts: `token_ids` and `padding_mask`, `(1, length)` int32 each, padded to a length of the files.
        keras: Runs the model the files came from on one text, and waits for the result.
        repeats: Timed rounds over all texts.
        threads: Cores that one call may use; `keras` sees to its own.
        score: Measures accuracy on an open session of each file.

    Raises:
        ValueError: There is no file, no text, or no round.
        RuntimeError: A file's process ended early.
    """
    if not files or not inputs or repeats < 1:
        raise ValueError(
            "A benchmark needs a file, a text and a round. "
            f"Received: {len(files)} files, {len(inputs)} texts, repeats={repeats}"
        )
    paths = [Path(file) for file in files]
    contestants: list[Contestant] = []
    with tempfile.TemporaryDirectory() as between:
        table = Path(between) / "inputs.npz"
        np.savez(table, **{f"{row}/{name}": array for row, text in enumerate(inputs) for name, array in text.items()})  # type: ignore[arg-type]
        try:
            for path in paths:
                contestants.append(FileContestant(path, threads, table))  # noqa: PERF401 - those open so far are closed
            if keras is not None:
                contestants.append(KerasContestant(keras, inputs))
            first, seconds = race(contestants, len(inputs), repeats)
        finally:
            memories = [contestant.close() for contestant in contestants]
    lengths = np.array([text["token_ids"].shape[1] for text in inputs])
    names = [*_names(paths), "keras"][: len(contestants)]
    measured = zip(names, contestants, first, seconds, memories, strict=True)
    return Benchmark(
        measurements=tuple(_summary(*row, lengths, score) for row in measured),
        calls=repeats * len(inputs),
        threads=threads,
        machine=machine(),
        versions={package: version(package) for package in VERSIONED},
        command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    )


def race(contestants: Sequence[Contestant], texts: int, repeats: int) -> tuple[list[float], Array]:
    """Let all run each text in turn, over and over.

    Returns:
        Seconds of each one's very first call, and of its timed calls, `(contestants, repeats, texts)`.
    """
    first = [contestant.run(0) for contestant in contestants]
    seconds = np.zeros((len(contestants), WARM_UP + repeats, texts))
    for turn in range(WARM_UP + repeats):
        for row in range(texts):
            for at, contestant in enumerate(contestants):
                seconds[at, turn, row] = contestant.run(row)
    return first, seconds[:, WARM_UP:]


def machine() -> str:
    """Return the processor's name and number of cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def _names(paths: Sequence[Path]) -> list[str]:
    names = [path.name for path in paths]
    return [f"{path.parent.name}/{path.name}" if names.count(path.name) > 1 else path.name for path in paths]


def _summary(
    name: str,
    contestant: Contestant,
    first: float,
    seconds: Array,
    memory: Memory,
    lengths: Array,
    score: Callable[[Session], Mapping[str, float]] | None,
) -> Measurement:
    path = contestant.path
    milliseconds = seconds * 1000
    p50, p90, p99 = (float(np.percentile(milliseconds, at)) for at in (50, 90, 99))
    scores = {} if score is None or path is None else dict(score(open_session(path)))
    return Measurement(
        name=name,
        runtime="Keras" if path is None else RUNTIMES[path.suffix],
        file_bytes=0 if path is None else path.stat().st_size,
        load_ms=contestant.load_seconds * 1000,
        first_ms=first * 1000,
        p50_ms=p50,
        p90_ms=p90,
        p99_ms=p99,
        per_second=float(1 / seconds.mean()),
        p50_ms_by_length={
            int(n): float(np.median(milliseconds[:, lengths == n])) for n in sorted(set(lengths.tolist()))
        },
        memory=memory.added,
        process_memory=memory.process,
        operators={} if path is None else operators(path),
        scores=scores,
    )
