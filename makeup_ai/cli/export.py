"""`makeup-ai export RUN --out DIR`: convert a run to TFLite and ONNX, and hold every file to Keras."""

from __future__ import annotations

import argparse
import sys

from makeup_ai.export.recipes import RECIPES
from makeup_ai.export.shipping import export_and_describe
from makeup_ai.training.data.parts import load_examples


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("run", metavar="RUN", help="run folder")
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
    texts = [example.text for example in load_examples(options.data, options.map)] if options.data else None
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
