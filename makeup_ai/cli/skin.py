"""`makeup-ai skin PHOTO` and `makeup-ai skin compare BEFORE AFTER`: what a photo can honestly tell."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makeup_ai.assistant import open_analyser
from makeup_ai.bundle import Bundle
from makeup_ai.files import write_whole
from makeup_ai.schema import LANGUAGES, SkinReport, to_dict

if TYPE_CHECKING:
    from makeup_ai.vision.analyse import SkinAnalyser
    from makeup_ai.vision.shades.foundation import FoundationMatch
    from makeup_ai.vision.shades.shelf import Shelf

COMPARE = "compare"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.usage = f"{parser.prog} [flags] PHOTO\n       {parser.prog} [flags] {COMPARE} BEFORE AFTER"
    parser.epilog = (
        "Photos are read in memory. Image data is written nowhere, unless --html asks for a page; --no-photo keeps the "
        f"photo out of that too. A photo whose name is '{COMPARE}' is asked for as ./{COMPARE}."
    )
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO", help=f"a photo of a face; or '{COMPARE}' and two photos of one face"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, with units")
    parser.add_argument(
        "--html", metavar="FILE", help="also write a page with overlays; it holds the face, so keep it as you would"
    )
    parser.add_argument("--no-photo", action="store_true", help="with --html: a page of drawings, no part of the photo")
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="language of the words")
    parser.add_argument(
        "--region",
        metavar="LEFT,TOP,WIDTH,HEIGHT",
        help="measure this place instead of a face; in pixels, or each with %%",
    )
    parser.add_argument("--shades", metavar="FILE", help="CSV of foundation shades: name the three nearest")
    parser.add_argument("--bundle", metavar="BUNDLE", help="take thresholds and models of this bundle")
    parser.add_argument("--models", metavar="FOLDER", help="folder with the face models, instead of the cache")


def run(options: argparse.Namespace) -> int:
    """Measure one photo or compare two; 1 where a photo was refused by the capture gate."""
    _check(options)
    if options.photos[0] == COMPARE:
        return _compare(options)
    return _measure_region(options) if options.region else _measure(options)


def _check(options: argparse.Namespace) -> None:
    comparing = options.photos[0] == COMPARE
    photos = options.photos[comparing:]
    if len(photos) != 1 + comparing:
        expected = f"two photos after '{COMPARE}'" if comparing else f"one photo, or '{COMPARE}' and two"
        hint = f" A photo of that name is ./{COMPARE}." if comparing else ""
        raise ValueError(f"Expected {expected}. Received: {photos}.{hint}")
    if options.no_photo and not options.html:
        raise ValueError("--no-photo keeps the photo out of a page. Expected: --html FILE with it. Received: none.")
    if comparing and (options.region or options.shades):
        raise ValueError(f"--region and --shades look at one photo. Expected: neither with '{COMPARE}'. Remove them.")
    if options.region and options.shades:
        raise ValueError("A marked place lies in unknown light. Expected: --shades with a whole face. Remove --region.")
    if options.html and any(_same(options.html, photo) for photo in photos):
        raise ValueError(f"The page would overwrite the photo. Received: --html {options.html!r}. Give another name.")


def _same(page: str, photo: str) -> bool:
    return Path(page).resolve() == Path(photo).resolve()


def _open(options: argparse.Namespace) -> SkinAnalyser:
    if options.bundle:
        return open_analyser(Bundle.open(options.bundle), options.models)
    from makeup_ai.vision.analyse import SkinAnalyser  # OpenCV, which `--help` need not wait for

    return SkinAnalyser(options.models)


def _measure(options: argparse.Namespace) -> int:
    from makeup_ai.vision.page import skin_page
    from makeup_ai.vision.pictures import face_pictures
    from makeup_ai.vision.report_text import facts_of, report_lines, shade_lines
    from makeup_ai.vision.wording import Wording

    shelf = _shelf(options.shades) if options.shades else None
    analyser = _open(options)
    examined = analyser.examine(options.photos[0])
    report, words = examined.report, Wording(options.lang, analyser.table)
    facts = facts_of(report, examined.photo, words)
    shades = None if shelf is None else _nearest(report, shelf)

    def page() -> str:
        patch = None if options.no_photo else examined.patch
        return skin_page(report, words, pictures=face_pictures(patch, report, words), facts=facts, shades=shades)

    lines = [_head(options, facts), "", *report_lines(report, words, marks=_marks())]
    lines += [] if shades is None else ["", *shade_lines(shades, words)]
    _tell(options, to_dict(report) | ({} if shades is None else {"shades": to_dict(shades)}), lines, page)
    return int(not report.capture.accepted)


def _measure_region(options: argparse.Namespace) -> int:
    from makeup_ai.vision.close_up import close_up_table, read_close_up, read_place
    from makeup_ai.vision.marked import cut_region
    from makeup_ai.vision.page import skin_page
    from makeup_ai.vision.photo import read_photo
    from makeup_ai.vision.pictures import place_pictures
    from makeup_ai.vision.report_text import place_of, report_lines
    from makeup_ai.vision.table import check_table, default_table
    from makeup_ai.vision.wording import Wording

    table = check_table(Bundle.open(options.bundle).table("vision")) if options.bundle else default_table()
    photo = read_photo(options.photos[0])
    place = read_place(options.region, photo)
    marked = cut_region(photo.pixels, place, photo.scale)
    report, words = read_close_up(marked, table), Wording(options.lang, close_up_table(table))
    note, where = words.say("words.region_light"), place_of(place)
    facts = [words.say("photo.size", width=photo.width, height=photo.height), words.say("photo.region", **where)]

    def page() -> str:
        pictures = place_pictures(marked, seen=not options.no_photo)
        return skin_page(report, words, pictures=pictures, facts=facts, note=note)

    lines = [_head(options, facts), "", note, "", *report_lines(report, words, marks=_marks())]
    _tell(options, {"region": where | {"note": note}} | to_dict(report), lines, page)
    return int(not report.capture.accepted)


def _compare(options: argparse.Namespace) -> int:
    from makeup_ai.vision.compare import compare
    from makeup_ai.vision.compare_page import comparison_lines, comparison_page
    from makeup_ai.vision.pictures import portrait
    from makeup_ai.vision.wording import Wording

    analyser = _open(options)
    before, after = (analyser.examine(photo) for photo in options.photos[1:])
    words = Wording(options.lang, analyser.table)
    found = compare(before, after, analyser.table)

    def page() -> str:
        patches = [None if options.no_photo else examined.patch for examined in (before, after)]
        return comparison_page(found, words, faces=tuple("" if patch is None else portrait(patch) for patch in patches))

    _tell(options, to_dict(found), comparison_lines(found, words), page)
    return int(not found.accepted)


def _tell(options: argparse.Namespace, found: dict[str, Any], lines: list[str], page: Callable[[], str]) -> None:
    """Write the page where one was asked for, and print the rest; where it lies is the last line."""
    if options.html:
        write_whole(Path(options.html), page())
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    print("\n".join([*lines, *(["", options.html] if options.html else [])]))


def _head(options: argparse.Namespace, facts: list[str]) -> str:
    return "  ".join([Path(options.photos[0]).name, *facts])


def _marks() -> tuple[str, str]:
    """Choose characters for score bars that the terminal can show."""
    try:
        "█·".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "#", "."
    return "█", "·"


def _shelf(file: str) -> Shelf:
    from makeup_ai.vision.shades.read import read_shade_csv
    from makeup_ai.vision.shades.shelf import Shelf

    return Shelf.of(read_shade_csv(file).rows)


def _nearest(report: SkinReport, shelf: Shelf) -> FoundationMatch:
    """Match shades to a tone; a withheld tone withholds them too, for the same reason."""
    from makeup_ai.vision.shades.foundation import FoundationMatch, match_foundation

    if report.tone is None:
        return FoundationMatch((), report.withheld_because, None, None, None, stable=False)
    return match_foundation(report.tone, shelf)
