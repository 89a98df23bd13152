"""`makeup-ai tune --task TASK --data FILE --space SPACE --out DIR`: search for good training options; resumes."""

from __future__ import annotations

import argparse
import json
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--task", required=True)
    parser.add_argument("--data", required=True, metavar="FILE", help="as `makeup-ai train` takes it")
    parser.add_argument("--space", required=True, metavar="FILE", help="TOML or JSON: option -> values or a range")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the search, with a run a trial")
    parser.add_argument("--strategy", default="bayesian", help="bayesian, random or hyperband")
    parser.add_argument("--trials", type=int, default=20, help="at most; a finished search takes more")
    parser.add_argument("--epochs", type=int, default=5, help="of a trial at most")
    parser.add_argument("--preset", default="bert_tiny", help="where the space names none")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    parser.add_argument("--labels", metavar="FILE", help="aspects that the reviews of --data judge, in their own table")
    parser.add_argument("--split-by", default="product", help="what a split keeps together: product, user, text or row")
    parser.add_argument("--vocabulary-size", type=int, default=6_000)
    parser.add_argument("--max-length", type=int, help="longest text in pieces")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the strategy and every trial")
    parser.add_argument("--json", action="store_true", help="print what search.json holds")


def run(options: argparse.Namespace) -> int:
    """Search on the train and valid parts; the test part is not read by it."""
    from makeup_ai.cli.train import show
    from makeup_ai.training.data.parts import load_parts
    from makeup_ai.training.tuning.ledger import SearchLayout
    from makeup_ai.training.tuning.search import TuneOptions, tune
    from makeup_ai.training.tuning.space import read_space

    space = read_space(options.space)
    chosen = TuneOptions(
        strategy=options.strategy,
        trials=options.trials,
        epochs=options.epochs,
        preset=options.preset,
        seed=options.seed,
        vocabulary_size=options.vocabulary_size,
        max_length=options.max_length,
    )
    layout = SearchLayout(options.out)
    parts = load_parts(options.data, options.map, options.split_by, options.seed, layout.split, options.labels)
    if parts.quality is not None:
        print(parts.quality, file=sys.stderr)
    given = {"--data": options.data, "--split-by": options.split_by, "--map": options.map, "--labels": options.labels}
    flags = [word for flag, value in given.items() if value for word in (flag, value)]
    found = tune(options.out, options.task, parts.train, parts.valid, space, chosen, data_flags=flags, progress=show)
    if options.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
        return 0
    print(found)
    print(f"{found.folder}  next, to measure the best trial once on the test part: {found.command}")
    return 0
