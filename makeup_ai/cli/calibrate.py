"""`makeup-ai calibrate RUN --data FILE`: make a run's probabilities true, and say from which confidence to speak."""

from __future__ import annotations

import argparse
import json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("run", metavar="RUN", help="run folder; calibration.json and calibration.png are left in it")
    parser.add_argument(
        "--data", required=True, metavar="FILE", help="the file of the run's split; or, with --test, any"
    )
    parser.add_argument("--test", metavar="FILE", help="for a run without a split: what to report on")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    parser.add_argument("--labels", metavar="FILE", help="what is judged in the texts, where it is a table of its own")
    parser.add_argument("--error", type=float, default=0.05, help="share of wrong answers that the threshold promises")
    parser.add_argument("--level", type=float, default=0.95, help="probability with which it promises that")
    parser.add_argument("--each-class", action="store_true", help="a threshold for each class of a `labels` head")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Calibrate and print."""
    from makeup_ai.training.evaluation.calibrate import Wanted  # `--help` need not wait for Keras
    from makeup_ai.training.evaluation.calibration_run import calibrate_run

    wanted = Wanted(options.error, options.level, options.each_class)
    report = calibrate_run(
        options.run, options.data, mapping=options.map, labels=options.labels, test=options.test, wanted=wanted
    )
    if options.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        print(report)
        print(f"{options.run}/calibration.png  next: makeup-ai export {options.run} --out {options.run}/export")
    return 0
