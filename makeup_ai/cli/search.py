"""`makeup-ai search BUNDLE WORDS [--json] [--top N] [--lang LANGUAGE]`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from makeup_ai.assistant import Assistant
from makeup_ai.schema import LANGUAGES
from makeup_ai.search.products import Found

TOP = 10
"""Products listed by default."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of a bundle")
    parser.add_argument("words", metavar="WORDS", help="what is looked for; '-' reads standard input")
    parser.add_argument("--top", type=int, default=TOP, metavar="N", help=f"products at most, {TOP} by default")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of names and reasons; the words' own by default")
    parser.add_argument("--json", action="store_true", help="print products, needs and what was left out as one object")


def run(options: argparse.Namespace) -> int:
    """Search once; 0 also where nothing was found."""
    words = sys.stdin.read() if options.words == "-" else options.words
    found = Assistant.load(options.bundle).search(words, options.lang, options.top)
    if options.json:
        print(json.dumps(as_dict(found), ensure_ascii=False, indent=2))
    else:
        _print(found)
    return 0


def as_dict(found: Found) -> dict[str, Any]:
    """Return what was found as plain JSON values, with what was looked for and what was left out."""
    needs = found.needs
    return {
        "language": found.language,
        "products": [
            {
                "product_id": one.product.product_id,
                "name": one.product.name,
                "brand": one.product.brand,
                "price": one.product.price,
                "currency": one.product.currency,
                "score": round(one.score, 4),
                "why": list(one.why),
            }
            for one in found.products
        ],
        "needs": list(needs.needs),
        "filters": {slot: list(values) for slot, values in needs.filters.items()},
        "avoided": [*needs.masks, *needs.unknown_avoid],
        "budget": needs.budget,
        "left_out": [
            {"kind": kind, "subject": subject, "products": count}
            for (kind, subject), count in found.ranking.masked.counts().items()
        ],
    }


def _print(found: Found) -> None:
    if not found.products:
        print({"en": "Nothing found.", "zh": "没有找到。"}[found.language])
    for place, one in enumerate(found.products, 1):
        product = one.product
        print(f"{place:2}. {product.brand} {product.name}  {product.price:g} {product.currency}", end="")
        print(f"  [{product.product_id}, {one.score:.4f}]")
        for reason in one.why:
            print(f"      - {reason}")
