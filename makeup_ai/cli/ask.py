"""`makeup-ai ask BUNDLE QUESTION [--json] [--lang LANGUAGE]`."""

from __future__ import annotations

import argparse
import json
import sys

from makeup_ai.assistant import Assistant
from makeup_ai.schema import LANGUAGES, to_dict
from makeup_ai.search.answering import Answer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of a bundle")
    parser.add_argument("question", metavar="QUESTION", help="what the person asks; '-' reads standard input")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the answer; the question's own by default")
    parser.add_argument("--json", action="store_true", help="print answer, citations, refused, red_flag as one object")


def run(options: argparse.Namespace) -> int:
    """Answer one question; 0 also where the answer is that nothing is known."""
    question = sys.stdin.read() if options.question == "-" else options.question
    answer = Assistant.load(options.bundle).ask(question, options.lang)
    if options.json:
        print(json.dumps(to_dict(answer), ensure_ascii=False, indent=2))
    else:
        _print(answer)
    return 0


def _print(answer: Answer) -> None:
    print(answer.answer)
    for place, cited in enumerate(answer.citations, 1):
        disputed = ", disputed" if cited.contested else ""
        print(f"  [{place}] {cited.id}  ({cited.source}, confidence {cited.confidence:.2f}{disputed})")
