"""`makeup-ai knowledge link|index`."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from dataclasses import asdict
from pathlib import Path

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.inci import InciNames
from makeup_ai.knowledge.packlinking import LinkedPack, PackLinker

WIDTH = 44
"""Columns of the table for the printed name and for its INCI name."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    link = actions.add_parser("link", help="link the ingredient list of a pack to INCI names")
    link.add_argument("text", help="the list as printed; - reads it from standard input")
    link.add_argument("--index", metavar="FILE", help="names to know beyond our own, as `knowledge index` writes them")
    link.add_argument("--json", action="store_true", help="a list of objects, one for each printed name")
    index = actions.add_parser("index", help="make a names index of CosIng and other tables of ingredients")
    index.add_argument("files", nargs="+", metavar="FILE", help="CosIng first; a taxonomy ends in .txt")
    index.add_argument("--out", required=True, metavar="FILE")
    index.add_argument("--json", action="store_true", help="the whole report of the merge")


def run(options: argparse.Namespace) -> int:
    """Link or index."""
    return _link(options) if options.action == "link" else _index(options)


def _link(options: argparse.Namespace) -> int:
    text = sys.stdin.read() if options.text == "-" else options.text
    names = InciNames.load(options.index) if options.index else None
    linked = PackLinker(Knowledge.load(), names).link_text(text)
    if options.json:
        print(json.dumps([asdict(mention) for mention in linked.mentions], ensure_ascii=False, indent=1))
    else:
        _show(linked)
    return 0


def _show(linked: LinkedPack) -> None:
    for number, mention in enumerate(linked.mentions, start=1):
        inci = mention.inci or "not linked"
        print(f"{number:>3}  {_column(mention.text)}  {_column(inci)}  {mention.confidence:.2f}  {mention.how}")
    known = sum(mention.inci is not None for mention in linked.mentions)
    print(f"{known} of {len(linked.mentions)} names linked; {len(linked.aside)} passage(s) set aside as no ingredients")


def _column(text: str) -> str:
    """Cut or fill a text to `WIDTH` columns, of which a Chinese character takes two."""
    width, kept = 0, ""
    for char in text:
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if width > WIDTH:
            return f"{kept[:-1]}…"
        kept += char
    return kept + " " * (WIDTH - width)


def _index(options: argparse.Namespace) -> int:
    from makeup_ai.training.data.ingredients import COSING, InciRow, read_ingredients, read_taxonomy
    from makeup_ai.training.data.inventory import merge

    rows: list[InciRow] = []
    for number, file in enumerate(options.files):
        if Path(file).suffix.lower() == ".txt":
            rows.extend(read_taxonomy(file))
        else:
            rows.extend(read_ingredients(file, COSING if number == 0 else Path(file).stem))
    inventory = merge(rows)
    size = inventory.names.save(options.out)
    print(inventory.report.to_json() if options.json else inventory.report)
    if not options.json:
        print(f'{options.out} ({size / 1000:.0f} kB)  next: makeup-ai knowledge link "Aqua, ..." --index {options.out}')
    return 0
