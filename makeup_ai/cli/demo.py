"""`makeup-ai demo [--out DIR] [--quick]`: the main job on built-in data."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--out", default="build/demo", metavar="DIR", help="folder for everything it makes")
    parser.add_argument("--quick", action="store_true", help="every step in under two minutes, with poor models")


def run(options: argparse.Namespace) -> int:
    """Do it all; 1 where the finished bundle fails its own test."""
    from makeup_ai.cli.train import show  # these import Keras and TensorFlow, which `--help` need not wait for
    from makeup_ai.export.demo import DemoOptions, run_demo
    from makeup_ai.export.report import write_report

    demo = run_demo(options.out, DemoOptions.quick() if options.quick else DemoOptions(), progress=show)
    report = write_report(demo, Path(options.out) / "report.html")
    print(demo.benchmark)
    print(f"{report}  next: makeup-ai consult {demo.bundle.folder} --text '...'")
    return int(not demo.selftest.passed)
