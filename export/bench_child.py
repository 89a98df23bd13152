"""The process that holds one file to be measured: `python -m makeup_ai.export.bench_child FILE THREADS INPUTS.npz`.

Alone in its process, a file's load time and memory are its own. It answers each line on its standard input, the number
of the text to run, with the seconds that took; an empty line ends it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np


def main(path: str, threads: int, inputs: Path) -> None:
    """Load a model file, then time one text a line."""
    from makeup_ai.runtime.session import open_session

    with np.load(inputs, allow_pickle=False) as file:
        texts = [
            {name: file[f"{row}/{name}"] for name in ("token_ids", "padding_mask")}
            for row in range(len(file.files) // 2)
        ]
    # The runtimes are imported before the clock and the memory count start: they are the app's, not the file's.
    import onnxruntime  # noqa: F401

    before = peak_memory()
    started = time.perf_counter()
    session = open_session(path, threads)
    answer({"load_seconds": time.perf_counter() - started})
    calls = [session.bucket(text["token_ids"].shape[1]).signature for text in texts]
    for line in sys.stdin:
        if not line.strip():
            break
        row = int(line)
        started = time.perf_counter()
        session.run(texts[row], calls[row])
        answer({"seconds": time.perf_counter() - started})
    answer({"memory": peak_memory() - before, "process_memory": peak_memory()})


def peak_memory() -> int:
    """Return the most bytes this process has held in memory so far.

    On Linux from `VmHWM`: `getrusage` there hands a child its parent's peak, and a parent that has trained has held
    more than any file takes.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def answer(values: dict[str, float]) -> None:
    """Write one JSON object as a line of its own."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
