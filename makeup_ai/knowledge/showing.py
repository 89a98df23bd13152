"""A neighbourhood told: as lines for a terminal, as plain values, and as a page with the drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from importlib.resources import files
from typing import Any

from makeup_ai.knowledge.drawing import draw
from makeup_ai.knowledge.neighbourhood import Neighbourhood
from makeup_ai.knowledge.sentences import opening, say
from makeup_ai.knowledge.telling import Statement

SECTIONS = {
    "facts": ("is", "covers", "named", "family", "function", "strength", "suits", "unsuited", "step"),
    "effects": ("effect", "helps", "hurts"),
    "rules": ("with",),
    "cautions": ("care", "irritancy", "comedogenic", "pregnancy", "member"),
    "laws": ("law",),
}
"""Headings, and the predicates under each."""
LISTED_PATHS = 15
ARROW = " → "


def values(neighbourhood: Neighbourhood) -> dict[str, Any]:
    """Give a neighbourhood as plain values, for machines."""
    return {
        "node": neighbourhood.node,
        "names": dict(neighbourhood.names[neighbourhood.node]),
        "statements": [asdict(statement) for statement in neighbourhood.statements],
        "paths": [{"nodes": list(path), "weight": round(weight, 4)} for path, weight in neighbourhood.paths()],
    }


def lines(neighbourhood: Neighbourhood, language: str) -> Iterator[str]:
    """Give a neighbourhood line by line, for a terminal."""
    names = neighbourhood.names[neighbourhood.node]
    yield f"{opening(names[language])}  [{neighbourhood.node}]"
    for heading, statements in _sections(neighbourhood):
        yield ""
        yield _word(heading, language)
        for statement in statements:
            yield f"  {statement.text[language]}"
            yield f"      {statement.id} · {_basis(statement, language)}"
    if paths := neighbourhood.paths()[:LISTED_PATHS]:
        yield ""
        yield _word("paths", language)
        for path, weight in paths:
            yield f"  {weight:+.3f}  {_told(neighbourhood, path, language)}"


def page(neighbourhood: Neighbourhood, language: str) -> str:
    """Write a neighbourhood as a page of HTML that needs nothing else; all words are escaped."""
    title = escape(opening(neighbourhood.names[neighbourhood.node][language]))
    style = (files("makeup_ai.knowledge") / "tables" / "neighbourhood.css").read_text(encoding="utf-8")
    parts = [f'<h1>{title} <small>{escape(neighbourhood.node)}</small></h1><p class="key">{_key(language)}</p>']
    parts.append(f'<div class="drawing">{draw(neighbourhood, language)}</div>')
    for heading, statements in _sections(neighbourhood):
        parts.append(f"<h2>{escape(_word(heading, language))}</h2><ul>")
        parts += [_item(statement, language) for statement in statements]
        parts.append("</ul>")
    if paths := neighbourhood.paths()[:LISTED_PATHS]:
        rows = "".join(
            f"<tr><td>{escape(_told(neighbourhood, path, language))}</td><td>{weight:+.3f}</td></tr>"
            for path, weight in paths
        )
        parts.append(f"<h2>{escape(_word('paths', language))}</h2><table>{rows}</table>")
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    tag = "zh-Hans" if language == "zh" else language
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{tag}"><head>{head}<title>{title}</title><style>{style}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _sections(neighbourhood: Neighbourhood) -> Iterator[tuple[str, list[Statement]]]:
    for heading, predicates in SECTIONS.items():
        rank = {predicate: place for place, predicate in enumerate(predicates)}
        found = [s for s in neighbourhood.statements if s.predicate in rank]
        if found:
            yield heading, sorted(found, key=lambda s: (rank[s.predicate], -s.confidence))


def _item(statement: Statement, language: str) -> str:
    text, basis = escape(statement.text[language]), escape(_basis(statement, language))
    return f'<li id="{escape(statement.id)}">{text}<span class="basis">{basis}</span></li>'


def _basis(statement: Statement, language: str) -> str:
    marks = [f"{statement.source}, {statement.confidence:.2f}"]
    marks += [_word("partial", language)] if not statement.complete else []
    marks += [_word("disputed", language)] if statement.contested else []
    return " · ".join(marks)


def _told(neighbourhood: Neighbourhood, path: tuple[str, ...], language: str) -> str:
    return ARROW.join(neighbourhood.names[node][language] for node in path)


def _word(key: str, language: str) -> str:
    return say(f"show.{key}", {})[language]


def _key(language: str) -> str:
    marks = {"helps": "━", "hurts": "━", "fine": "─", "apart": "···", "side": "─", "disputed": "╌"}
    return " ".join(
        f'<span class="{kind}">{mark} {escape(_word(kind, language))}</span>' for kind, mark in marks.items()
    )
