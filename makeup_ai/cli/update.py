"""`makeup-ai update begin|run|rollback|history MODELS`: keep models in use up to date from feedback.

Status 3: an update was refused, which is a result, with its record; the version in use stays.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

REFUSED_STATUS = 3


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    begin = actions.add_parser("begin", help="put a finished run into use as version 1, and freeze its test part")
    begin.add_argument("models", metavar="MODELS", help="folder to make")
    begin.add_argument("--run", required=True, metavar="RUN", help="folder of the run, with its split.json")
    begin.add_argument("--data", required=True, metavar="FILE", help="the file it was trained on")
    begin.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    begin.add_argument("--labels", metavar="FILE", help="aspects that the reviews of --data judge, in their own table")
    begin.add_argument("--test", metavar="FILE", help="another frozen test than the run's own test part")
    one = actions.add_parser("run", help="learn from feedback, compare, and promote or refuse; resumes")
    one.add_argument("models", metavar="MODELS")
    one.add_argument("--feedback", required=True, metavar="FILE", help="JSONL of examples, each maybe with `when`")
    one.add_argument(
        "--start", default="current", help="current: from the encoder in use; scratch: from random weights"
    )
    one.add_argument("--epochs", type=int, help="as for the version in use by default")
    one.add_argument("--learning-rate", type=float, help="as for the version in use by default")
    one.add_argument("--replay", type=float, default=1.0, help="share of the old examples that is kept")
    one.add_argument("--new-weight", type=int, default=1, help="how often a new example is seen in an epoch")
    one.add_argument("--group-cap", type=int, default=50, help="most lines of one group")
    one.add_argument("--shadow", type=float, default=0.2, help="share of the feedback that is only compared on")
    one.add_argument("--margin", type=float, default=0.02, help="by which the test may be worse, at 95 %% confidence")
    one.add_argument("--slice-margin", type=float, default=0.05, help="by which a language or label may be worse")
    one.add_argument("--shadow-margin", type=float, default=0.05, help="by which the shadow may be worse, at 95 %%")
    one.add_argument("--smallest-shadow", type=int, default=20, help="examples below which it says nothing")
    one.add_argument("--max-bytes", type=int, help="of the weights' file")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--json", action="store_true", help="print the decision as one JSON object")
    back = actions.add_parser("rollback", help="put an earlier version back into use")
    back.add_argument("models", metavar="MODELS")
    back.add_argument("--to", type=int, metavar="N", help="the version before the current one by default")
    history = actions.add_parser("history", help="show what was decided, and hold every version to its SHA-256")
    history.add_argument("models", metavar="MODELS")
    history.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    return {"begin": _begin, "run": _run, "rollback": _rollback, "history": _history}[options.action](options)


def _begin(options: argparse.Namespace) -> int:
    from pathlib import Path

    from makeup_ai.training.data.parts import load_examples, load_parts
    from makeup_ai.training.run import RunLayout
    from makeup_ai.training.updating.registry import begin

    split = RunLayout(Path(options.run)).split
    if not split.is_file():
        raise FileNotFoundError(
            f"Expected a run with split.json; `makeup-ai train` leaves one. Received: {options.run}"
        )
    parts = load_parts(options.data, options.map, split_file=split, labels=options.labels)
    test = load_examples(options.test) if options.test else parts.test
    registry = begin(options.models, options.run, parts.train, parts.valid, test)
    print(f"{registry.version(1)}  next: makeup-ai update run {options.models} --feedback FILE")
    return 0


def _run(options: argparse.Namespace) -> int:
    from makeup_ai.cli.train import show
    from makeup_ai.training.updating.comparing import Gates
    from makeup_ai.training.updating.mixing import MixOptions
    from makeup_ai.training.updating.retraining import RetrainOptions
    from makeup_ai.training.updating.update import UpdateOptions, update

    chosen = UpdateOptions(
        MixOptions(options.replay, options.new_weight, options.group_cap, options.shadow),
        RetrainOptions(options.start, options.epochs, options.learning_rate, options.seed),
        Gates(
            margin=options.margin,
            slice_margin=options.slice_margin,
            shadow_margin=options.shadow_margin,
            smallest_shadow=options.smallest_shadow,
            max_bytes=options.max_bytes,
        ),
    )
    found = update(options.models, options.feedback, chosen, progress=show)
    if options.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
    else:
        print("feedback: " + ", ".join(f"{count} {what}" for what, count in found.counts.items()))
        print(f"drift: {found.drift.verdict}")
        for reason in found.reasons:
            print(f"refused: {reason}")
        folder = f"{options.models}/versions/{found.version:04d}"
        print(f"version {found.version} is in use; record: {found.folder / 'record.md'}")
        following = f"makeup-ai export {folder} --out EXPORT" if found.promoted else "more feedback, or other options"
        print(f"{folder}  next: {following}")
    return 0 if found.promoted else REFUSED_STATUS


def _rollback(options: argparse.Namespace) -> int:
    from makeup_ai.training.updating.registry import alone, open_registry

    open_registry(options.models)
    with alone(options.models):
        registry = open_registry(options.models).rollback(options.to)
    folder = registry.version(registry.current)
    print(f"{folder}  next: makeup-ai export {folder} --out EXPORT")
    return 0


def _history(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from makeup_ai.errors import DataError
    from makeup_ai.training.updating.registry import open_registry

    registry = open_registry(options.models)
    broken: dict[str, Any] = {}
    for number in sorted({entry.version for entry in registry.history}):
        try:
            registry.verify(number)
        except DataError as error:
            broken[str(number)] = str(error)
    if options.json:
        entries = [asdict(entry) for entry in registry.history]
        print(json.dumps({"current": registry.current, "history": entries, "broken": broken}, indent=2))
    else:
        for entry in registry.history:
            print(f"{entry.when}  {entry.action:<11}  {entry.version:04d}  {'; '.join(entry.reasons)}")
        print(registry.version(registry.current))
    for version, said in broken.items():
        print(f"makeup-ai: version {version}: {said}", file=sys.stderr)
    return 1 if broken else 0
