"""`makeup-ai knowledge link|index|show|check|jsonld|learn`."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from dataclasses import asdict
from pathlib import Path

from makeup_ai.files import write_whole
from makeup_ai.knowledge.graph import LATER_PARTS, PARTS, Knowledge
from makeup_ai.knowledge.inci import InciNames
from makeup_ai.knowledge.packlinking import LinkedPack, PackLinker
from makeup_ai.schema import LANGUAGES

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
    show = actions.add_parser("show", help="tell all about an ingredient, group, effect or need, and draw it")
    show.add_argument("name", help="in any spelling, English or Chinese")
    show.add_argument("--bundle", metavar="DIR", help="follow the paths to this bundle's products, by its knowledge")
    show.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])
    show.add_argument("--html", metavar="FILE", help="write a page with the neighbourhood drawn")
    show.add_argument("--json", action="store_true", help="statements and paths as one object")
    check = actions.add_parser("check", help="validate the tables; the exit status says whether they are sound")
    check.add_argument("--cosing", metavar="FILE", help="hold names and functions against CosIng, too")
    check.add_argument("--json", action="store_true", help="counts and problems as one object")
    jsonld = actions.add_parser("jsonld", help="write the whole graph as JSON-LD")
    jsonld.add_argument("--out", required=True, metavar="FILE")
    learn = actions.add_parser("learn", help="learn weights of the needs table from what a catalogue claims")
    learn.add_argument("file", metavar="FILE", help="products with ingredients and claims: CSV, JSONL, JSON or Parquet")
    learn.add_argument("--claims", required=True, metavar="COLUMN", help="what each product is said to be good for")
    learn.add_argument("--words", metavar="FILE.json", help="what the column's words mean: word -> list of needs")
    learn.add_argument("--out", required=True, metavar="FILE")
    learn.add_argument("--json", action="store_true", help="products with and without each claim as one object")


def run(options: argparse.Namespace) -> int:
    """Do what the action says."""
    actions = {"link": _link, "index": _index, "show": _show_node, "check": _check, "jsonld": _jsonld}
    actions["learn"] = _learn
    return actions[options.action](options)


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


def _show_node(options: argparse.Namespace) -> int:
    from makeup_ai.bundle import Bundle
    from makeup_ai.knowledge.neighbourhood import around, find_node
    from makeup_ai.knowledge.showing import lines, page, values
    from makeup_ai.knowledge.statements import Statements

    bundle = Bundle.open(options.bundle) if options.bundle else None
    knowledge = Knowledge.from_table(bundle.table("knowledge")) if bundle else Knowledge.load()
    tables = {name: bundle.table(name) for name in ("catalogue", "needs")} if bundle else None
    shown = around(knowledge, find_node(knowledge, options.name), Statements.of(knowledge), tables)
    if options.json:
        print(json.dumps(values(shown), ensure_ascii=False, indent=1))
    elif not options.html:
        print("\n".join(lines(shown, options.lang)))
    if options.html:
        write_whole(options.html, page(shown, options.lang))
        if not options.json:
            print(f"{options.html}  next: open it in a browser")
    return 0


def _check(options: argparse.Namespace) -> int:
    from makeup_ai.knowledge.cosing import cosing_problems
    from makeup_ai.knowledge.statements import Statements

    knowledge = Knowledge.load()  # raises what is wrong with the tables themselves
    found: list[str] = []
    if options.cosing:
        from makeup_ai.training.data.ingredients import COSING, read_ingredients

        rows = read_ingredients(options.cosing, COSING)
        found = cosing_problems(knowledge, {row.inci: row.functions for row in rows})
    counts = {part: len(getattr(knowledge, part)) for part in (*PARTS, *LATER_PARTS)}
    counts["statements"] = len(Statements.of(knowledge))
    if options.json:
        print(json.dumps({"counts": counts, "problems": found}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(found) or "The tables are sound.")
        print(", ".join(f"{count} {part}" for part, count in counts.items()) + f"; {len(found)} problem(s)")
    return 1 if found else 0


def _jsonld(options: argparse.Namespace) -> int:
    from makeup_ai.knowledge.jsonld import jsonld

    text = json.dumps(jsonld(Knowledge.load()), ensure_ascii=False, indent=1) + "\n"
    write_whole(options.out, text)
    print(f"{options.out} ({len(text.encode()) / 1000:.0f} kB)  next: load it into any reader of JSON-LD")
    return 0


def _learn(options: argparse.Namespace) -> int:
    from makeup_ai.training.data.claims import read_claims, read_words
    from makeup_ai.training.suitability import Formulas, learn_weights

    knowledge = Knowledge.load()
    words = read_words(options.words, knowledge.needs) if options.words else {}
    claims = read_claims(options.file, options.claims, words, knowledge.needs)
    linker = PackLinker(knowledge)
    formulas = Formulas.of((linker.link_text(text) for text in claims.texts), knowledge)
    found = learn_weights(formulas, claims.needs, knowledge)
    write_whole(options.out, json.dumps(found.weights.to_table(), ensure_ascii=False) + "\n")
    if options.json:
        print(json.dumps({"learned": found.claims, "left": found.left, "unread": claims.unread}, ensure_ascii=False))
        return 0
    for need, (yes, no) in found.claims.items():
        print(f"{need}: {yes} products claim it, {no} do not")
    for need, (yes, no) in found.left.items():
        print(f"{need}: left to the graph, {yes} products claim it and {no} do not")
    print(f"{options.out}  next: makeup-ai bundle make ... --weights {options.out}")
    return 0
