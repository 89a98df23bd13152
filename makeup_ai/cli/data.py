"""`makeup-ai data generate|check|corpus`, and what `cli.annotate` and `cli.augment` have."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from makeup_ai.cli import annotate, augment
from makeup_ai.training.data.cleaning import Cleaning
from makeup_ai.training.data.duplicates import NearDuplicates
from makeup_ai.training.data.layouts import read_products, read_purchases, read_reviews
from makeup_ai.training.data.quality import measure_quality
from makeup_ai.training.data.segmentation import SEGMENTERS
from makeup_ai.training.data.shade_lists import read_shades
from makeup_ai.training.data.splits import save_split, split
from makeup_ai.training.data.texts import PLAIN_UNITS

READERS: dict[str, Callable[[str, str], Any]] = {
    "reviews": read_reviews,
    "products": read_products,
    "purchases": read_purchases,
    "shades": read_shades,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser(
        "generate", help="write synthetic utterances, reviews, pairs and questions about the built-in world"
    )
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
    _corpus_arguments(actions.add_parser("corpus", help="make a corpus for language pre-training of texts"))
    annotate.arguments(actions)
    augment.arguments(actions)


def run(options: argparse.Namespace) -> int:
    """Generate, check, make a corpus, annotate, or augment."""
    if options.action in annotate.ACTIONS:
        return annotate.run(options)
    if options.action == augment.ACTION:
        return augment.run(options)
    if options.action == "generate":
        return _generate(options)
    if options.action == "corpus":
        return _corpus(options)
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
        write_examples(out / f"{part}.jsonl", corpus.examples(part, world.describe, world.shelf))
    for part, pairs in world.questions(options.seed).items():
        write_examples(out / f"answers_{part}.jsonl", pairs)
    write_examples(out / "handwritten.jsonl", labelled(world.handwritten()))
    print(json.dumps(corpus.card()["utterances"]))
    print(f"{out}  next: makeup-ai train --task understanding --data {out}/train.jsonl --out runs/understanding")
    return 0


def _corpus_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="CSV, JSONL, JSON, Parquet or plain text (.txt)")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument(
        "--licence", required=True, action="append", help="of the texts, for the card: once, or once for each file"
    )
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="of tables: text=..., title=...")
    parser.add_argument("--plain", default=PLAIN_UNITS[0], help=f"one text of a .txt file, one of {list(PLAIN_UNITS)}")
    parser.add_argument("--languages", default="en,zh", help="kept ones, of en, zh and other")
    parser.add_argument("--shortest", type=int, default=Cleaning().shortest, metavar="WORDS")
    parser.add_argument("--longest", type=int, default=Cleaning().longest, metavar="CHARACTERS")
    parser.add_argument("--no-placeholders", action="store_true", help="leave nothing in the place of personal data")
    parser.add_argument(
        "--resemblance",
        type=float,
        default=NearDuplicates().resemblance,
        help="from here on, a text is a near-duplicate",
    )
    parser.add_argument("--keep-duplicates", action="store_true")
    parser.add_argument("--segment", default="", help=f"cut Chinese into words, by one of {sorted(SEGMENTERS)}")
    parser.add_argument("--brands", metavar="FILE", help="words for the segmenter, one a line")
    parser.add_argument("--tokenizer", metavar="FILE", help="tokenizer.json by which the card counts pieces")
    parser.add_argument("--json", action="store_true", help="print the card")


def _corpus(options: argparse.Namespace) -> int:
    from makeup_ai.text.tokenizer import Tokenizer
    from makeup_ai.training.data.text_corpus import CorpusSettings, build_corpus

    brands = Path(options.brands).read_text(encoding="utf-8").split("\n") if options.brands else []
    settings = CorpusSettings(
        mapping=options.map,
        plain=options.plain,
        cleaning=Cleaning(
            languages=tuple(options.languages.split(",")),
            shortest=options.shortest,
            longest=options.longest,
            placeholders=not options.no_placeholders,
        ),
        duplicates=None if options.keep_duplicates else NearDuplicates(resemblance=options.resemblance),
        segmenter=options.segment,
        brands=tuple(brand.strip() for brand in brands if brand.strip()),
    )
    tokenizer = Tokenizer(options.tokenizer) if options.tokenizer else None
    card = build_corpus(options.files, options.out, options.licence, settings, tokenizer)
    print(json.dumps(card, ensure_ascii=False) if options.json else json.dumps(card["languages"]))
    if not options.json:
        print(f"{options.out}  next: read {options.out}/CARD.md")
    return 0
