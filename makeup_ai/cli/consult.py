"""`makeup-ai consult BUNDLE --text TEXT [--photo FILE] [--profile FILE | --vault FILE] [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from makeup_ai.assistant import Assistant
from makeup_ai.profile.given import given_profile
from makeup_ai.schema import Advice, to_dict


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of a bundle")
    parser.add_argument("--text", required=True, help="what the person writes; '-' reads standard input")
    parser.add_argument("--photo", metavar="FILE", help="a photo of the face; read in memory, never written")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--profile", metavar="FILE", help="JSON object with fields of makeup_ai.schema.Profile")
    kept.add_argument(
        "--vault", metavar="FILE", help="of `makeup-ai profile`; what its policy gives to advice and safety"
    )
    parser.add_argument("--json", action="store_true", help="print the whole advice as one JSON object")
    parser.add_argument("--html", metavar="FILE", help="also write the advice as a page")


def run(options: argparse.Namespace) -> int:
    """Consult once; 1 where the photo was refused by the capture gate."""
    assistant = Assistant.load(options.bundle)
    text = sys.stdin.read() if options.text == "-" else options.text
    profile = given_profile(options.profile, options.vault)
    advice = assistant.consult(text, photo=options.photo, profile=profile)
    if options.html:
        assistant.write_page(advice, Path(options.html))
    if options.json:
        print(json.dumps(to_dict(advice), ensure_ascii=False, indent=2))
    else:
        _print(advice)
    return int(advice.skin is not None and not advice.skin.capture.accepted)


def _print(advice: Advice) -> None:
    print(advice.answer)
    for place, offered in enumerate(advice.recommendations, 1):
        shade = f", {offered.shade.name[advice.language]}" if offered.shade else ""
        print(f"\n{place:2}. {offered.brand} {offered.name}{shade}  {offered.price:g} {offered.currency}", end="")
        print(f"  [{offered.product_id}, {offered.score:.4f}]")
        for reason in offered.reasons:
            print(f"      - {reason}")
    for caution in advice.cautions:
        print(f"\n! {caution.text}")
