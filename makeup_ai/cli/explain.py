"""`makeup-ai explain MODEL TEXT`: the words an answer rests on; `--data FILE --faithful`: how far to believe it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("model", metavar="RUN|FILE|BUNDLE", help="run folder, exported file, or bundle folder")
    parser.add_argument("text", metavar="TEXT", nargs="?", help="what is read")
    parser.add_argument("--head", help="explain only this answer; all by default")
    parser.add_argument("--label", help="with --head: why this class or slot, said or not")
    parser.add_argument(
        "--method", default="occlusion", help="occlusion; for a run also gradient_x_input or integrated_gradients"
    )
    parser.add_argument("--replace", help="occlusion's mask or remove; by default what fits the answer")
    parser.add_argument("--html", metavar="FILE", help="also write a page")
    parser.add_argument("--language", default="en", help="of the page: en or zh")
    parser.add_argument("--faithful", action="store_true", help="measure the method on --data, beside random orders")
    parser.add_argument("--data", metavar="FILE", help="with --faithful: reviews of any layout, or our JSONL")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    parser.add_argument("--limit", type=int, default=200, help="with --faithful: texts at most")
    parser.add_argument("--seed", type=int, default=0, help="with --faithful: of the texts and of the random orders")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Explain and print."""
    if options.faithful != bool(options.data) or options.faithful == (options.text is not None):
        raise ValueError("Expected a text, or --data FILE --faithful. Received: neither, both or a part of them")
    return _measure(options) if options.faithful else _explain(options)


def _explain(options: argparse.Namespace) -> int:
    from makeup_ai.files import write_whole
    from makeup_ai.text.explaining.explain import explain  # `--help` need not wait for Keras
    from makeup_ai.text.explaining.page import explanation_page
    from makeup_ai.text.explaining.terminal import told
    from makeup_ai.training.explaining.opening import open_method, open_reader

    reader = open_reader(options.model)
    method = open_method(options.method, options.model, reader, options.replace)
    found = explain(reader, options.text, options.method, method, head=options.head, label=options.label)
    if options.html:
        write_whole(options.html, explanation_page(reader.name, options.text, found, options.language))
    if options.json:
        print(json.dumps({"model": reader.name, "explanations": [one.to_dict() for one in found]}, ensure_ascii=False))
        return 0
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print("\n".join(told(one, colour) for one in found) or "nothing is said of this text that could be explained")
    print(f"{options.html or options.model}  next: makeup-ai explain {options.model} --data FILE --faithful")
    return 0


def _measure(options: argparse.Namespace) -> int:
    from makeup_ai.training.data.parts import load_examples
    from makeup_ai.training.explaining.faithfulness import measure, some_of
    from makeup_ai.training.explaining.opening import open_method, open_reader

    texts = [example.text for example in load_examples(options.data, options.map)]
    reader = open_reader(options.model)
    method = open_method(options.method, options.model, reader, options.replace)
    chosen = some_of(texts, options.limit, options.seed)
    found = measure(reader, chosen, options.method, method, options.head, options.seed)
    if options.json:
        print(json.dumps(found.to_dict(), indent=2))
        return 0
    print(found)
    print(f"{Path(options.model)}  next: makeup-ai explain {options.model} TEXT --html page.html")
    return 0
