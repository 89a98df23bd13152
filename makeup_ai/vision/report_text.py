"""A skin report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from makeup_ai.schema import Cue, SkinReport
from makeup_ai.vision.photo import Photo
from makeup_ai.vision.shades.foundation import FoundationMatch
from makeup_ai.vision.tone_text import tone_facts
from makeup_ai.vision.wording import Wording, number

BAR = 20  # characters of a full score
RIGHT = ">"  # alignment of a column of numbers
LEFT = "<"


def facts_of(report: SkinReport, photo: Photo, words: Wording) -> list[str]:
    """Say what was measured: the photo's size, the faces in it, and whether it has colour."""
    found = [words.say("photo.size", width=photo.width, height=photo.height)]
    if report.face is not None:
        several = report.face.count > 1
        found.append(words.say("photo.faces" if several else "photo.one", count=report.face.count))
        found.append(words.say("photo.eyes", distance=f"{report.face.eye_distance:.0f}"))
    if report.greyscale:
        found.append(words.say("photo.grey"))
    return found


def place_of(place: Sequence[float]) -> dict[str, int]:
    """Name the sides of a marked place in whole pixels."""
    return {name: round(side) for name, side in zip(("left", "top", "width", "height"), place, strict=True)}


def report_lines(report: SkinReport, words: Wording, *, marks: tuple[str, str] = ("█", "·")) -> list[str]:
    """Write a report as lines.

    Args:
        report: What is told.
        words: Of the language.
        marks: Characters of the full and the empty part of a score bar.
    """
    return [*capture_lines(report, words), "", *tone_lines(report, words), "", *cue_lines(report, words, marks)]


def capture_lines(report: SkinReport, words: Wording) -> list[str]:
    """Say whether the photo can be measured; what is wrong with it comes first, each with what to do."""
    checks = sorted(report.capture.checks, key=lambda check: check.passed)
    key = "accepted.line" if report.capture.accepted else "refused.line"
    said = words.say(key, passed=sum(check.passed for check in checks), count=len(checks))
    heads = ["", words.say("head.check"), words.say("head.measured"), words.say("head.limit"), ""]
    rows = [
        [
            "  " + ("-" if check.passed else "!"),
            words.check(check.name),
            number(check.value),
            words.limit(check),
            words.unit(check.unit),
        ]
        for check in checks
    ]
    head, *lines = columns([heads, *rows], (LEFT, LEFT, RIGHT, RIGHT, LEFT))
    advice = [["     " + words.of(check.advice)] if check.advice else [] for check in checks]
    return [said, head, *(line for row, told in zip(lines, advice, strict=True) for line in (row, *told))]


def tone_lines(report: SkinReport, words: Wording) -> list[str]:
    """Say the tone, or why it is withheld."""
    if report.tone is None:
        return [f"{words.say('tone.withheld')}: {words.of(report.withheld_because)}"]
    rows = [["  " + words.say(name), value] for name, value in tone_facts(report.tone, words)]
    return [words.say("section.tone"), *columns(rows, (LEFT, LEFT))]


def cue_lines(report: SkinReport, words: Wording, marks: tuple[str, str]) -> list[str]:
    """Say every cue with its value, score, noise and level."""
    if not report.cues:
        return [words.say("cues.none")]
    heads = [words.say(f"head.{name}") for name in ("cue", "score")]
    heads = [heads[0], heads[1], "", *(words.say(f"head.{name}") for name in ("noise", "level", "value")), ""]
    rows = [_cue(name, cue, words, marks) for name, cue in report.cues.items()]
    return columns([heads, *rows], (LEFT, RIGHT, LEFT, RIGHT, LEFT, RIGHT, LEFT))


def _cue(name: str, cue: Cue, words: Wording, marks: tuple[str, str]) -> list[str]:
    level = words.say(f"level.{cue.level}")
    value, unit = number(cue.value), words.unit(cue.unit)
    if cue.level == "description":
        return [words.cue(name), "", "", "", cue.named.get(words.language, level), value, unit]
    full = round(cue.score / 100.0 * BAR)
    bar = marks[0] * full + marks[1] * (BAR - full)
    return [words.cue(name), f"{cue.score:.0f}", bar, f"±{cue.noise:.1f}", level, value, unit]


def shade_lines(match: FoundationMatch, words: Wording) -> list[str]:
    """Say the foundations nearest to the tone, the distance in words."""
    lines = [words.say("section.shades")]
    if not match.nearest:
        return [*lines, "  " + words.of(match.cannot_tell_because)]
    for place, found in enumerate(match.nearest, 1):
        name = ", ".join(filter(None, (f"{found.shade.brand} {found.shade.product}".strip(), found.shade.name)))
        said = f"{words.of(found.words)}; {words.of(found.direction)}"
        distance = words.say("shades.distance", distance=f"{found.distance:.1f}")
        lines.append(f"  {place}. {name}  {found.shade.hex}")
        lines.append(f"     {said} ({distance})")
        lines += [f"     {words.of(found.doubt)}"] if found.doubt else []
    return lines if match.stable else [*lines, "  " + words.say("shades.unstable")]


def columns(rows: Sequence[Sequence[str]], sides: Sequence[str]) -> list[str]:
    """Set cells under each other, two spaces apart; Chinese characters count as two wide.

    Args:
        rows: Of equally many cells.
        sides: Where each column is aligned, `LEFT` or `RIGHT`.

    Examples:
        >>> columns([["出油", "7"], ["oil", "12"]], (LEFT, RIGHT))
        ['出油   7', 'oil   12']
    """
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(_set(*cell) for cell in zip(row, widths, sides, strict=True)).rstrip() for row in rows]


def _set(text: str, wide: int, side: str) -> str:
    gap = " " * (wide - width(text))
    return gap + text if side == RIGHT else text + gap


def width(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
