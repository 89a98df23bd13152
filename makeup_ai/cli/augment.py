"""`makeup-ai data augment FILE --out FILE.jsonl`: labelled examples, and copies of them in other words."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from makeup_ai.training.data.augmenting.augment import augment
from makeup_ai.training.data.augmenting.kinds import KINDS, PLAIN, kinds_of
from makeup_ai.training.data.examples import write_examples
from makeup_ai.training.data.parts import load_examples

if TYPE_CHECKING:
    from makeup_ai.training.data.augmenting.kinds import Kind

ACTION = "augment"


def arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the action."""
    parser = actions.add_parser(ACTION, help="add copies of labelled examples in other words")
    parser.add_argument("file", metavar="FILE", help="a table, JSONL of examples, or .conll; training examples only")
    parser.add_argument("--out", required=True, metavar="FILE.jsonl")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="copies of each at most")
    parser.add_argument("--seed", type=int, default=0)
    kind_arguments(parser)


def kind_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags that choose kinds, which training has too."""
    parser.add_argument("--kinds", default=",".join(PLAIN), metavar="KIND,...", help=f"of copies: {', '.join(KINDS)}")
    parser.add_argument("--language-model", metavar="FOLDER", help="that `pretrain` left, for copies of the kind fill")


def chosen_kinds(options: argparse.Namespace) -> Sequence[Kind]:
    """Return the kinds that the flags name."""
    fill = None
    if options.language_model:
        from makeup_ai.training.pretraining.filler import Filler

        fill = Filler(options.language_model)
    return kinds_of(options.kinds.split(","), fill=fill)


def run(options: argparse.Namespace) -> int:
    """Write the examples and their copies."""
    examples = load_examples(options.file, options.map)
    found = augment(examples, options.times, chosen_kinds(options), options.seed)
    write_examples(options.out, found)
    words = Counter(example.language or "unknown" for example in found[len(examples) :])
    print(f"{len(examples)} examples and {len(found) - len(examples)} copies of them, by language {dict(words)}")
    print(f"{options.out}  next: makeup-ai train --task TASK --data {options.out} --out RUN")
    return 0
