"""`makeup-ai data generate|check`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from makeup_ai.training.data.layouts import read_products, read_purchases, read_reviews
from makeup_ai.training.data.quality import measure_quality
from makeup_ai.training.data.shade_lists import read_shades
from makeup_ai.training.data.splits import save_split, split

READERS: dict[str, Callable[[str, str], Any]] = {
    "reviews": read_reviews,
    "products": read_products,
    "purchases": read_purchases,
    "shades": read_shades,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser("generate", help="write synthetic utterances, reviews and pairs about the built-in world")
    make.add_argument("--out", required=True, metavar="DIR")
    make.add_argument("--seed", type=int, default=0)
    check = actions.add_parser("check", help="report what could spoil a training, and split")
    check.add_argument("file", metavar="FILE", help="CSV, JSONL, JSON or Parquet")
    check.add_argument("--layout", default="reviews", help=f"one of {sorted(READERS)}")
    check.add_argument("--map", default="", metavar="FIELD=COLUMN,...")
    check.add_argument("--split-by", metavar="GROUP", help="also split reviews: product, user, text or row")
    check.add_argument("--seed", type=int, default=0)
    check.add_argument("--out", metavar="FILE", help="where the split is written")
    check.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Generate or check."""
    if options.action == "generate":
        return _generate(options)
    if options.layout not in READERS:
        raise ValueError(f"Unknown layout. Expected one of {sorted(READERS)}. Received: layout={options.layout!r}")
    if options.split_by and options.layout != "reviews":
        raise ValueError(f"Only reviews are split. Received: layout={options.layout!r}")
    chosen = None
    if options.split_by:
        reviews = read_reviews(options.file, options.map)
        chosen = split(reviews.rows, by=options.split_by, seed=options.seed)
        report = measure_quality(reviews, chosen)
        if options.out:
            save_split(options.out, chosen, options.file)
    else:
        report = measure_quality(READERS[options.layout](options.file, options.map))
    print(report.to_json() if options.json else report)
    return 0


def _generate(options: argparse.Namespace) -> int:
    from makeup_ai.export.builtin import World, labelled
    from makeup_ai.training.data.examples import write_examples
    from makeup_ai.training.data.generate import Sizes

    world, out = World.builtin(), Path(options.out)
    corpus = world.generate(options.seed, Sizes())
    corpus.write(out)
    for part in ("train", "valid", "test"):
        write_examples(out / f"{part}.jsonl", corpus.examples(part, world.describe))
    write_examples(out / "handwritten.jsonl", labelled(world.handwritten()))
    print(json.dumps(corpus.card()["utterances"]))
    print(f"{out}  next: makeup-ai train --task understanding --data {out}/train.jsonl --out runs/understanding")
    return 0
