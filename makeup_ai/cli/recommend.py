"""`makeup-ai recommend BUNDLE [--profile FILE | --vault FILE] [--text TEXT] [--top N] [--explain ID] [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from makeup_ai.assistant import Assistant, Recommended
from makeup_ai.profile.given import given_profile
from makeup_ai.recommend.reasons import explained, points, signed, why_not
from makeup_ai.schema import LANGUAGES, to_dict


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of a bundle")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--profile", metavar="FILE", help="JSON object with fields of makeup_ai.schema.Profile")
    kept.add_argument(
        "--vault", metavar="FILE", help="of `makeup-ai profile`; what its policy gives to advice and safety"
    )
    parser.add_argument("--text", default="", help="what the person writes; '-' reads standard input")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the answer; the text's own by default")
    parser.add_argument("--top", type=int, help="products at most; the bundle's own number by default")
    parser.add_argument("--explain", metavar="PRODUCT_ID", help="tell everything about one product, masked or not")
    parser.add_argument("--json", action="store_true", help="print the whole advice as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Recommend once."""
    assistant = Assistant.load(options.bundle)
    text = sys.stdin.read() if options.text == "-" else options.text
    found = assistant.recommend(text, given_profile(options.profile, options.vault), options.top, options.lang)
    if options.json:
        print(json.dumps(as_dict(found, options.explain), ensure_ascii=False, indent=2))
    else:
        _print(found, options.explain)
    return 0


def as_dict(found: Recommended, product_id: str | None = None) -> dict[str, Any]:
    """Return an advice as plain JSON values, with what was left out and, where one is asked for, an explanation."""
    ranking = found.ranking
    table: dict[str, Any] = to_dict(found.advice) | {
        "considered": ranking.considered,
        "left_out": [
            {"kind": kind, "subject": subject, "products": count}
            for (kind, subject), count in ranking.masked.counts().items()
        ],
    }
    if product_id is not None:
        explanation = ranking.explain(product_id)
        masks = [why_not(ranking.tables, mask, ranking.language) for mask in explanation.masks]
        words = explained(ranking.tables, explanation, ranking.considered, ranking.language)
        table["explanation"] = to_dict(explanation) | {"why_not": masks, "words": list(words)}
    return table


def _print(found: Recommended, product_id: str | None) -> None:
    ranking, phrases = found.ranking, found.ranking.tables.phrases
    if product_id is not None:
        explanation = ranking.explain(product_id)
        print("\n".join(explained(ranking.tables, explanation, ranking.considered, ranking.language)))
        return
    print(found.advice.answer)
    for place, offered in enumerate(found.advice.recommendations, 1):
        price = phrases.price(offered.price, offered.currency, ranking.language)
        paid = f"  [{phrases.render('sponsored', ranking.language)}]" if offered.sponsored else ""
        print(f"\n{place:2}. {offered.brand} {offered.name}  {price}  [{offered.product_id}]{paid}")
        print(f"      {points(offered.score)} = {' '.join(signed(term.value) for term in offered.terms) or 0}")
        for reason in offered.reasons:
            print(f"      - {reason}")
    for caution in found.advice.cautions:
        print(f"\n! {caution.text}")
