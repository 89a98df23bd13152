"""What does the device wing cost: the time of `import makeup_ai`, and the peak memory of a consultation?

Run by hand, best in an environment with the base install only:

    python benchmarks/device_cost.py build/demo/bundle [--photo me.jpg]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

IMPORT = "import time; t = time.perf_counter(); import makeup_ai; print(1000 * (time.perf_counter() - t))"
CONSULT = """
import re, sys
from pathlib import Path
from makeup_ai import Assistant
bundle, photo = sys.argv[1], sys.argv[2] or None
Assistant.load(bundle).consult("a serum for oily skin", photo=photo)
heavy = {"keras", "tensorflow", "torch", "jax"} & set(sys.modules)
peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
print(f"{peak / 1000:.0f} MB at the peak; heavy modules loaded: {sorted(heavy) or 'none'}")
"""


def run(code: str, *words: str) -> str:
    """Run code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle")
    parser.add_argument("--photo", default="")
    options = parser.parse_args()
    times = sorted(float(run(IMPORT)) for _ in range(7))
    print(f"import makeup_ai: median {times[3]:.1f} ms of 7")
    print(f"words alone: {run(CONSULT, options.bundle, '')}")
    if options.photo:
        print(f"words and photo: {run(CONSULT, options.bundle, options.photo)}")


if __name__ == "__main__":
    main()
