"""`makeup-ai bench BUNDLE|DIR`: time and score model files on LiteRT, ONNX Runtime and Keras."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("target", metavar="BUNDLE|DIR|FILE", help="bundle, export folder, or one exported file")
    parser.add_argument("--data", metavar="FILE", help="labelled texts; a bundle brings its own")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...")
    parser.add_argument("--split", metavar="FILE", help="a run's split.json: use its test part of the data")
    parser.add_argument("--run", metavar="RUN", dest="keras_run", help="also time the Keras model of this run")
    parser.add_argument("--texts", type=int, default=64, help="texts that are timed")
    parser.add_argument("--repeats", type=int, default=10, help="timed rounds over all texts")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", metavar="FILE.json", help="write everything as JSON, and a plot beside it")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(options: argparse.Namespace) -> int:
    """Measure, print, and write what was asked for."""
    from makeup_ai.export.contest import contest  # `--help` need not wait for Keras
    from makeup_ai.export.plot import plot

    result = contest(
        options.target,
        data=options.data,
        mapping=options.map,
        split_file=options.split,
        keras_run=options.keras_run,
        texts=options.texts,
        repeats=options.repeats,
        threads=options.threads,
    )
    print(json.dumps(result.benchmark.to_dict(), indent=1, ensure_ascii=False) if options.json else result.benchmark)
    if options.out:
        result.benchmark.save(options.out)
        picture = Path(options.out).with_suffix(".png")
        plot(result.benchmark, result.score, picture)
        if not options.json:
            print(f"{options.out}, {picture}")
    return 0
