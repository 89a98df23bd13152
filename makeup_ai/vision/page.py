"""A skin report as one page of HTML: nothing is fetched, no script runs, and every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from makeup_ai.schema import Check, Cue, SkinReport
from makeup_ai.vision import overlay
from makeup_ai.vision.colour import hex_from_lab
from makeup_ai.vision.pictures import Heat, Pictures
from makeup_ai.vision.radar import Axis, monk_scale, radar
from makeup_ai.vision.shades.foundation import FoundationMatch, ShadeMatch
from makeup_ai.vision.tone_text import tone_facts
from makeup_ai.vision.wording import Wording, number

STYLE = Path(__file__).parent / "tables" / "skin_page.css"


def skin_page(
    report: SkinReport,
    words: Wording,
    *,
    pictures: Pictures | None = None,
    facts: Sequence[str] = (),
    shades: FoundationMatch | None = None,
    note: str = "",
) -> str:
    """Write a report as a page.

    Args:
        report: What is told.
        words: Of the language, and of the table that the photo was measured with.
        pictures: Of the face; none where it is `None`.
        facts: About the photo, a short text each.
        shades: Foundations nearest to the tone, where they were asked for.
        note: What has to be known before anything else is read.

    Returns:
        A whole HTML document that needs nothing else.
    """
    page = _Page(words, pictures or Pictures())
    return document(
        words,
        "title",
        [
            page.head("title", "subtitle", facts, note),
            page.hero(report),
            page.marks(report),
            page.cues(report),
            page.heats(report),
            page.shades(shades),
            page.capture(report),
            page.about(report),
        ],
    )


def document(words: Wording, title: str, body: Sequence[str]) -> str:
    """Put the sections of a page into a whole document that fetches nothing."""
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{escape(words.say("language"))}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
            f"<title>{escape(words.say(title))}</title>",
            f"<style>\n{STYLE.read_text('utf-8')}</style>",
            "</head>",
            "<body>",
            "<main>",
            *filter(None, body),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


class _Page:
    """The sections of a page in one language; every method returns HTML, empty where it has nothing to say."""

    def __init__(self, words: Wording, pictures: Pictures):
        self.words, self.pictures = words, pictures

    def say(self, key: str, **fields: object) -> str:
        return escape(self.words.say(key, **fields))

    def section(self, title: str, content: str, name: str = "") -> str:
        return f'<section class="{name}"><h2>{self.say(title)}</h2>\n{content}\n</section>'

    def head(self, title: str, subtitle: str, facts: Sequence[str], note: str) -> str:
        told = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
        return "\n".join(
            filter(
                None,
                [
                    f'<header><h1>{self.say(title)}</h1><p class="lead">{self.say(subtitle)}</p>',
                    f'<ul class="facts">{told}</ul>' if told else "",
                    f'<p class="note">{escape(note)}</p>' if note else "",
                    "</header>",
                ],
            )
        )

    def hero(self, report: SkinReport) -> str:
        drawn = "" if self.pictures.of_photo else " drawn"
        face = f'<figure class="card portrait{drawn}">{self.pictures.face}</figure>' if self.pictures.face else ""
        cards = [self.verdict(report), self.tone(report)]
        return f'<div class="hero{"" if face else " alone"}">{face}<div class="side">{"".join(cards)}</div></div>'

    def verdict(self, report: SkinReport) -> str:
        capture = report.capture
        failed = [check for check in capture.checks if not check.passed]
        key, look = ("accepted", "fine") if capture.accepted else ("refused", "poor")
        if not failed:
            return f'<p class="card verdict {look}">{self.say(key)}</p>'
        advice = "".join(f"<li>{escape(self.words.of(check.advice))}</li>" for check in failed)
        intro = self.say("reservations" if capture.accepted else "retake")
        return f'<div class="card verdict {look}"><h2>{self.say(key)}</h2><p>{intro}</p><ul>{advice}</ul></div>'

    def tone(self, report: SkinReport) -> str:
        if report.tone is None:
            why = escape(self.words.of(report.withheld_because))
            return f'<div class="card tone"><h2>{self.say("tone.withheld")}</h2><p>{why}</p></div>'
        rows = "".join(
            f"<div><dt>{self.say(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in tone_facts(report.tone, self.words)
        )
        swatch = f'<span class="swatch" style="background:{hex_from_lab(report.tone.lab)}"></span>'
        monk = monk_scale(report.tone.monk, self.words.say("tone.monk")) if report.tone.monk else ""
        return f'<div class="card tone"><h2>{swatch}{self.say("section.tone")}</h2>{monk}<dl>{rows}</dl></div>'

    def marks(self, report: SkinReport) -> str:
        if all(cue.level == "description" for cue in report.cues.values()):
            return ""
        columns = "".join(
            self.mark_list(report, level, title)
            for level, title in (("strength", "marks.strengths"), ("need", "marks.needs"))
        )
        return self.section("section.marks", f'<div class="marks">{columns}</div>')

    def mark_list(self, report: SkinReport, level: str, title: str) -> str:
        found = [(name, cue) for name, cue in report.cues.items() if cue.level == level]
        found.sort(key=lambda item: self.beyond(*item), reverse=True)
        items = "".join(f"<li>{escape(self.words.mark(name, cue))}</li>" for name, cue in found)
        listed = f"<ul>{items}</ul>" if items else f"<p>{self.say('marks.none')}</p>"
        return f'<div class="card {level}"><h3>{self.say(title)}</h3>{listed}</div>'

    def beyond(self, name: str, cue: Cue) -> float:
        """How far a score lies beyond the limit that made it a strength or a need."""
        row = self.words.table["cues"].get(name, {})
        return abs(cue.score - float(row.get("good" if cue.level == "strength" else "noticeable", 0.0)))

    def cues(self, report: SkinReport) -> str:
        if not report.cues:
            return ""
        axes = [
            Axis(self.words.cue(name), cue.score, cue.noise, cue.level)
            for name, cue in report.cues.items()
            if cue.level != "description"
        ]
        drawn = radar(axes, self.words.say("section.radar"))
        caption = f'<p class="caption">{self.say("radar.caption")}</p>'
        figure = f'<figure class="card">{drawn}{caption}</figure>' if drawn else ""
        rows = "".join(self.cue(name, cue) for name, cue in report.cues.items())
        heads = "".join(
            f'<th scope="col">{self.say(f"head.{key}")}</th>' for key in ("cue", "score", "value", "noise", "level")
        )
        table = f'<table class="cues"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        return self.section("section.cues", f'{figure}<div class="card wide">{table}</div>')

    def cue(self, name: str, cue: Cue) -> str:
        definition = self.words.definition(name)
        said = f'<span class="definition">{escape(definition)}</span>' if definition else ""
        describes = cue.level == "description"
        score = "" if describes else meter(cue.score, cue.noise, cue.level)
        noise = "" if describes else f"±{cue.noise:.1f}"
        level = escape(cue.named.get(self.words.language, "")) or self.say(f"level.{cue.level}")
        return (
            f'<tr><th scope="row">{escape(self.words.cue(name))}{said}</th><td class="meter-cell">{score}</td>'
            f'<td class="value">{number(cue.value)} <span class="unit">{escape(self.words.unit(cue.unit))}</span></td>'
            f'<td class="noise">{noise}</td>'
            f'<td><span class="pill {escape(cue.level)}">{level}</span></td></tr>'
        )

    def heats(self, report: SkinReport) -> str:
        cards = "".join(
            self.heat(name, report.cues[name], heat)
            for name, heat in self.pictures.heats.items()
            if name in report.cues
        )
        if not cards:
            return ""
        caption = self.say("heat.caption" if self.pictures.of_photo else "heat.map")
        return self.section("section.heat", f'<p class="intro">{caption}</p><div class="heats">{cards}</div>')

    def heat(self, name: str, cue: Cue, heat: Heat) -> str:
        stops = ",".join(overlay.PALETTE)
        low, high = (escape(number(limit)) for limit in heat.limits)
        regions = " · ".join(f"{self.words.region(region)} {number(value)}" for region, value in cue.regions.items())
        score = "" if cue.level == "description" else f'<span class="score">{cue.score:.0f}</span>'
        return (
            f'<figure class="card heat">{heat.picture}<figcaption><h3>{escape(self.words.cue(name))}{score}</h3>'
            f'<div class="legend"><span>{low}</span><i style="background:linear-gradient(90deg,{stops})"></i>'
            f"<span>{high}</span></div><p>{escape(self.words.unit(cue.unit))}</p>"
            f'<p class="regions">{escape(regions)}</p></figcaption></figure>'
        )

    def shades(self, match: FoundationMatch | None) -> str:
        if match is None:
            return ""
        if not match.nearest:
            return self.section(
                "section.shades", f'<p class="card">{escape(self.words.of(match.cannot_tell_because))}</p>'
            )
        cards = "".join(self.shade(shade) for shade in match.nearest)
        unsure = "" if match.stable else f'<p class="caption">{self.say("shades.unstable")}</p>'
        return self.section("section.shades", f'<ol class="shades">{cards}</ol>{unsure}')

    def shade(self, match: ShadeMatch) -> str:
        words = f"{self.words.of(match.words)}; {self.words.of(match.direction)}"
        doubt = f'<p class="doubt">{escape(self.words.of(match.doubt))}</p>' if match.doubt else ""
        distance = self.say("shades.distance", distance=f"{match.distance:.1f}")
        return (
            f'<li class="card"><span class="swatch" style="background:{escape(match.shade.hex)}"></span>'
            f"<div><h3>{escape(match.shade.brand)} {escape(match.shade.product)}</h3><p>{escape(match.shade.name)}</p>"
            f'<p class="words">{escape(words)} <span class="unit">{distance}</span></p>{doubt}</div></li>'
        )

    def capture(self, report: SkinReport) -> str:
        rows = "".join(self.check(check) for check in report.capture.checks)
        heads = "".join(
            f'<th scope="col">{self.say(f"head.{key}")}</th>' for key in ("check", "measured", "limit", "level")
        )
        table = f'<table class="checks"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        return self.section("section.capture", f'<div class="card wide">{table}</div>')

    def check(self, check: Check) -> str:
        advice = f'<span class="definition">{escape(self.words.of(check.advice))}</span>' if check.advice else ""
        key = "passed" if check.passed else check.severity
        pill = {"passed": "strength", "refuse": "need"}.get(key, "usual")
        unit = escape(self.words.unit(check.unit))
        return (
            f'<tr><th scope="row">{escape(self.words.check(check.name))}{advice}</th>'
            f'<td class="value">{number(check.value)} <span class="unit">{unit}</span></td>'
            f'<td class="value">{escape(self.words.limit(check))}</td>'
            f'<td><span class="pill {pill}">{self.say(f"verdict.{key}")}</span></td></tr>'
        )

    def about(self, report: SkinReport) -> str:
        keys = ["about.score", "about.noise"] if report.cues else []
        keys += ["about.light", "about.not", "about.photo" if self.pictures.of_photo else "about.no_photo"]
        items = "".join(f"<li>{self.say(key)}</li>" for key in keys)
        return f"<footer><h2>{self.say('section.about')}</h2><ul>{items}</ul></footer>"


def meter(score: float, noise: float, level: str) -> str:
    """Draw a score as a bar with a whisker of its noise."""
    low, high = max(0.0, score - noise), min(100.0, score + noise)
    return (
        f'<div class="meter {escape(level)}"><span class="track"><b style="width:{score:.1f}%"></b>'
        f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i></span><span class="score">{score:.0f}</span></div>'
    )
