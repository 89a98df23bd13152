"""A comparison of two photos as lines for a terminal and as a page of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from makeup_ai.vision.compare import CHANGED, Change, Comparison
from makeup_ai.vision.page import document
from makeup_ai.vision.report_text import LEFT, RIGHT, columns
from makeup_ai.vision.table import default_table
from makeup_ai.vision.wording import Wording, number


def refusals(comparison: Comparison, words: Wording) -> list[str]:
    """Say which photo cannot be compared, and what to do."""
    return [
        words.say(
            "compare.refused",
            which=words.say(f"head.{which}"),
            advice=" ".join(words.of(check.advice) for check in capture.checks if check.advice),
        )
        for which, capture in zip(("before", "after"), comparison.captures, strict=True)
        if not capture.accepted
    ]


def comparison_lines(comparison: Comparison, words: Wording) -> list[str]:
    """Write a comparison as lines."""
    lines = refusals(comparison, words)
    lines += [f"! {words.of(condition.warning)}" for condition in comparison.conditions]
    if not comparison.accepted:
        return lines
    heads = ["", *(words.say(f"head.{name}") for name in ("before", "after", "change", "noise", "verdict"))]
    rows = [
        [words.cue(name), f"{change.before:.0f}", f"{change.after:.0f}", *_said(change, words)]
        for name, change in comparison.cues.items()
    ]
    if comparison.tone is not None:
        tone = comparison.tone
        rows.append([words.say("tone.ita"), f"{tone.before:.0f}°", f"{tone.after:.0f}°", *_said(tone, words)])
    lines += ["", *columns([heads, *rows], (LEFT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT)), "", _rule(words)]
    lines += [words.say("compare.tone_none")] if comparison.tone is None else []
    if comparison.only_one:
        lines.append(words.say("compare.only", names=words.listed([words.cue(name) for name in comparison.only_one])))
    return lines


def _said(change: Change, words: Wording) -> list[str]:
    return [_signed(change.change), f"±{change.noise:.1f}", _verdict(change, words)]


def _signed(value: float) -> str:
    return ("+" if value >= 0.05 else "") + f"{value:.1f}".replace("-0.0", "0.0").replace("-", "\N{MINUS SIGN}")


def _verdict(change: Change, words: Wording) -> str:
    if change.verdict != CHANGED:
        return words.say("compare.within")
    return f"{words.say('compare.changed')}: {words.say('compare.more' if change.change > 0 else 'compare.less')}"


def _rule(words: Wording) -> str:
    limits = words.table.get("compare") or default_table()["compare"]
    return words.say("compare.rule", sure=f"{limits['sure']:g}")


def comparison_page(comparison: Comparison, words: Wording, *, faces: Sequence[str] = ("", "")) -> str:
    """Write a comparison as a page.

    Args:
        comparison: Of the two photos.
        words: Of the language and the table.
        faces: Pictures of both, as HTML; empty where the photos must stay out.

    Returns:
        A whole HTML document that needs nothing else.
    """
    said = [words.of(condition.warning) for condition in comparison.conditions]
    body = [
        f"<header><h1>{escape(words.say('compare.title'))}</h1>"
        f'<p class="lead">{escape(words.say("compare.subtitle"))}</p></header>',
        _faces(faces, words),
        "".join(f'<p class="note">{escape(line)}</p>' for line in refusals(comparison, words)),
        _list("compare.warnings", said, words),
        _table(comparison, words) if comparison.accepted else "",
        _footer(words, of_photo=any(faces)),
    ]
    return document(words, "compare.title", body)


def _faces(faces: Sequence[str], words: Wording) -> str:
    if not any(faces):
        return ""
    both = zip(faces, ("head.before", "head.after"), strict=True)
    cards = "".join(
        f'<figure class="card portrait">{face}<figcaption>{escape(words.say(key))}</figcaption></figure>'
        for face, key in both
    )
    return f'<div class="hero pair">{cards}</div>'


def _list(title: str, lines: list[str], words: Wording) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="card verdict poor spaced"><h2>{escape(words.say(title))}</h2><ul>{items}</ul></div>'


def _table(comparison: Comparison, words: Wording) -> str:
    keys = ("cue", "change", "before", "after", "noise", "verdict")
    heads = "".join(f'<th scope="col">{escape(words.say(f"head.{key}"))}</th>' for key in keys)
    rows = "".join(
        _row(words.cue(name), change, f"{change.before:.0f}", f"{change.after:.0f}", words)
        for name, change in comparison.cues.items()
    )
    tone = comparison.tone
    if tone is not None:
        ends = (f"{number(tone.before)}°", f"{number(tone.after)}°")
        rows += _row(words.say("tone.ita"), tone, *ends, words, scale=None)
    only = words.listed([words.cue(name) for name in comparison.only_one])
    notes = [words.say("compare.caption"), _rule(words)]
    notes += [words.say("compare.only", names=only)] if only else []
    notes += [words.say("compare.tone_none")] if tone is None else []
    told = "".join(f'<p class="caption">{escape(note)}</p>' for note in notes)
    return (
        f'<section><h2>{escape(words.say("section.cues"))}</h2><div class="card wide"><table class="cues"><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>{told}</section>"
    )


def _row(name: str, change: Change, before: str, after: str, words: Wording, scale: float | None = 100.0) -> str:
    moved = "need" if change.verdict == CHANGED else "usual"
    drawn = "" if scale is None else _ends(change)
    return (
        f'<tr><th scope="row">{escape(name)}</th><td class="meter-cell">{drawn}<span class="unit">'
        f'{escape(_signed(change.change))}</span></td><td class="value">{escape(before)}</td>'
        f'<td class="value">{escape(after)}</td><td class="noise">±{change.noise:.1f}</td>'
        f'<td><span class="pill {moved}">{escape(_verdict(change, words))}</span></td></tr>'
    )


def _ends(change: Change) -> str:
    """Draw a score before and after on one track, with what two photos differ by anyway around the first."""
    low, high = max(0.0, change.before - change.noise), min(100.0, change.before + change.noise)
    return (
        f'<span class="track ends"><i class="doubt" style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<i class="before" style="left:{change.before:.1f}%"></i>'
        f'<i class="after" style="left:{change.after:.1f}%"></i>'
        "</span>"
    )


def _footer(words: Wording, *, of_photo: bool) -> str:
    keys = ("about.noise", "about.light", "about.not", "about.photo" if of_photo else "about.no_photo")
    items = "".join(f"<li>{escape(words.say(key))}</li>" for key in keys)
    return f"<footer><h2>{escape(words.say('section.about'))}</h2><ul>{items}</ul></footer>"
