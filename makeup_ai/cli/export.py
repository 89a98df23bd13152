"""`makeup-ai export RUN --out DIR`: convert a run to TFLite and ONNX, and hold every file to Keras.

`makeup-ai export --skin --out DIR` does so with the skin formulas, and holds the files to NumPy.
"""

from __future__ import annotations

import argparse
import sys

from makeup_ai.export.recipes import RECIPES
from makeup_ai.export.shipping import export_and_describe
from makeup_ai.export.skin import export_skin
from makeup_ai.training.data.pairs import readings
from makeup_ai.training.data.parts import load_examples
from makeup_ai.training.evaluation.target import describe_export
from makeup_ai.training.tasks.registry import as_read
from makeup_ai.vision.table import default_table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="run folder")
    parser.add_argument("--skin", action="store_true", help="the skin formulas, in place of a run")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the files")
    parser.add_argument("--format", default="tflite,onnx", help="tflite, onnx or both")
    parser.add_argument("--recipe", default="float32,dynamic_int8", help=f"any of {','.join(RECIPES)}")
    parser.add_argument(
        "--data", metavar="FILE", help="real texts to compare and calibrate on; the run's own by default"
    )
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...")
    parser.add_argument("--saved-model", action="store_true", help="also a SavedModel that takes strings")
    parser.add_argument("--keep-going", action="store_true", help="status 0 even where a file was refused")


def run(options: argparse.Namespace) -> int:
    """Export; 1 where a file was refused."""
    if options.skin == bool(options.run):
        raise ValueError("Expected a run folder or --skin. Received: " + ("both" if options.skin else "neither"))
    if options.skin:
        return _export_skin(options)
    texts = None
    if options.data:
        task, _, _ = describe_export(options.run)
        texts = readings(as_read(task.name, load_examples(options.data, options.map)))
    report = export_and_describe(
        options.run,
        options.out,
        texts=texts,
        formats=options.format.split(","),
        recipes=options.recipe.split(","),
        saved_model=options.saved_model,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    print(report)
    print(f"{options.out}  next: makeup-ai bench {options.out} --data FILE")
    return int(bool(report.refused) and not options.keep_going)


def _export_skin(options: argparse.Namespace) -> int:
    for file in export_skin(options.out, default_table(), options.format.split(",")).values():
        print(f"{file.path}  {file.bytes / 1000:.0f} kB  worst {file.worst}, {file.share:.1%} of its tolerance")
    print(f"{options.out}  next: makeup-ai bundle make")
    return 0
