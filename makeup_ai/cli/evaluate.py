"""`makeup-ai evaluate TARGET --data FILE [--json]`: metrics of a run, an exported file or a bundle on any file."""

from __future__ import annotations

import argparse
import json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("target", metavar="RUN|FILE|BUNDLE", help="run folder, exported file, or bundle folder")
    parser.add_argument("--data", required=True, metavar="FILE", help="reviews of any layout, or our JSONL of examples")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    parser.add_argument("--labels", metavar="FILE", help="aspects that the reviews of --data judge, in their own table")
    parser.add_argument("--split", metavar="FILE", help="a run's split.json: measure on one part of the same file")
    parser.add_argument("--part", default="test", help="with --split: train, valid or test")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    from makeup_ai.training.data.parts import load_examples, load_parts  # `--help` need not wait for Keras
    from makeup_ai.training.evaluation.evaluate import evaluate
    from makeup_ai.training.evaluation.target import open_target

    if options.part not in {"train", "valid", "test"}:
        raise ValueError(f"Expected a part of ['train', 'valid', 'test']. Received: part={options.part!r}")
    if options.split:
        parts = load_parts(options.data, options.map, split_file=options.split, labels=options.labels)
        examples = getattr(parts, options.part)
    else:
        examples = load_examples(options.data, options.map, options.labels)
    target = open_target(options.target, options.threads)
    found = evaluate(target.task, examples, target.tokenizer, target.max_length, target.predict)
    if options.json:
        print(json.dumps({"target": target.name, "examples": len(examples), "metrics": found}, indent=2))
    else:
        for head, values in found.items():
            print(f"{head}: " + "  ".join(f"{name} {value:.4f}" for name, value in values.items()))
    return 0
