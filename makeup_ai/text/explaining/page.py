"""Explanations as one page of HTML: nothing is fetched, no script runs, and every text is escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from makeup_ai.text.explaining.explain import Explanation

TABLES = Path(__file__).parents[1] / "tables"
SHOWN = 12
"""Words of most weight that the table below a text lists."""

FAINTEST, STRONGEST = 0.08, 0.75
"""Opacity of the colours of words with hardly any weight, and of the word with most."""


def explanation_page(model: str, text: str, explanations: Sequence[Explanation], language: str) -> str:
    """Write explanations of one text as a page.

    Args:
        model: Its name.
        text: That was read.
        explanations: Of it; may be empty.
        language: Of the page, `"en"` or `"zh"`.

    Returns:
        A whole HTML document that needs nothing else.

    Raises:
        ValueError: There are no words in that language.
    """
    tables = json.loads((TABLES / "explaining.json").read_text(encoding="utf-8"))
    if language not in tables:
        raise ValueError(f"Expected a language of {sorted(tables)}. Received: language={language!r}")
    words = tables[language]
    methods = sorted({words["methods"].get(one.method, one.method) for one in explanations})
    facts = [f"{words['model']}: {model}", *(f"{words['method']}: {method}" for method in methods)]
    body = [
        f"<h1>{escape(words['title'])}</h1>",
        f'<p class="lead">{escape(words["lead"])}</p>',
        f'<p class="facts">{escape(" · ".join(facts))}</p>',
        '<p class="key facts">'
        + "".join(f'<span class="{k}" style="--strength:.5">{escape(words[k])}</span>' for k in ("for", "against"))
        + "</p>",
        *(_section(one, words) for one in explanations),
    ]
    if not explanations:
        body.append(f'<section><p class="text">{escape(text)}</p><p>{escape(words["nothing"])}</p></section>')
    return _document(language, words["title"], body)


def _document(language: str, title: str, body: Sequence[str]) -> str:
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{"zh-CN" if language == "zh" else escape(language)}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(title)}</title>",
            f"<style>\n{(TABLES / 'explaining.css').read_text('utf-8')}</style>",
            "</head>",
            "<body>",
            "<main>",
            *body,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _section(one: Explanation, words: dict[str, Any]) -> str:
    said = escape(words["answer"].format(head=one.head, label=one.label))
    sure = escape(words["probability"].format(percent=f"{one.probability:.1%}"))
    span = ""
    if one.span:
        span = f'<p class="span">{escape(words["of"])}: <b>{escape(one.text[slice(*one.span)])}</b></p>'
    head = f'<div class="head"><h2>{said}</h2><span class="facts">{sure}</span></div>'
    return f'<section>{head}{span}<p class="text">{_marked(one)}</p>{_table(one, words)}</section>'


def _marked(one: Explanation) -> str:
    parts, done = [], 0
    for word, weight, share in zip(one.words, one.weights, one.shares, strict=True):
        parts.append(escape(one.text[done : word.start]))
        shown = escape(word.text)
        if share:
            style = f"--strength:{FAINTEST + (STRONGEST - FAINTEST) * abs(share):.2f}"
            shown = f'<mark class="{_kind(weight)}" style="{style}" title="{_signed(weight)}">{shown}</mark>'
        parts.append(f"<b>{shown}</b>" if one.span and one.span[0] <= word.start < one.span[1] else shown)
        done = word.end
    return "".join([*parts, escape(one.text[done:])])


def _table(one: Explanation, words: dict[str, Any]) -> str:
    told = [row for row in zip(one.words, one.weights, one.shares, strict=True) if row[2]]
    ranked = sorted(told, key=lambda row: (-abs(row[1]), row[0].start))[:SHOWN]
    if not ranked:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(word.text)}</th><td class="bar"><span class="{_kind(weight)}" '
        f'style="width:{100 * abs(share):.1f}%"></span></td><td class="points">{_signed(weight)}</td></tr>'
        for word, weight, share in ranked
    )
    heads = f'<th scope="col">{escape(words["word"])}</th><th></th><th scope="col" class="points">'
    return f"<table><thead><tr>{heads}{escape(words['weight'])}</th></tr></thead><tbody>{rows}</tbody></table>"


def _kind(weight: float) -> str:
    return "for" if weight > 0 else "against"


def _signed(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "\N{MINUS SIGN}")
