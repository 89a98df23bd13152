"""Terms in words: each reason is one summand of the score, told with the evidence behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from makeup_ai.recommend.masks import Mask
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Product, Term


def reasons(tables: Tables, product: Product, terms: Sequence[Term], language: str) -> tuple[str, ...]:
    """Word the largest terms that speak for a product.

    Args:
        tables: For phrases, names, and how many reasons are wanted.
        product: Whose terms they are.
        terms: Largest first.
        language: `"en"` or `"zh"`.
    """
    speaking_for = [term for term in terms if term.value > 0][: tables.settings.reasons]
    return tuple(dict.fromkeys(reason(tables, product, term, language) for term in speaking_for))


def reason(tables: Tables, product: Product, term: Term, language: str) -> str:
    """Word one term by the phrase `reason.<kind>` of its evidence."""
    evidence, phrases = term.evidence, tables.phrases
    fields: dict[str, str] = {}
    if "need" in evidence:
        fields["need"] = tables.name(evidence["need"], language)
        nodes = [tables.name(node, language) for node in evidence["path"]]
        fields["path"] = phrases.chain(nodes, language)
    if "price" in evidence:
        fields["price"] = phrases.price(evidence["price"], evidence["currency"], language)
        fields["budget"] = phrases.price(evidence["budget"], evidence["currency"], language)
    if "shade" in evidence:
        fields |= shade_words(tables, product, evidence, language)
    return phrases.render(f"reason.{evidence['kind']}", language, **fields)


def shade_words(tables: Tables, product: Product, evidence: Any, language: str) -> dict[str, str]:
    """Give the fields `shade`, `closeness` and `delta` of a phrase about a matched shade."""
    shade = next(shade for shade in product.shades if shade.shade_id == evidence["shade"])
    word = tables.settings.word(evidence["delta_e"])
    return {
        "shade": str(shade.name.get(language) or next(iter(shade.name.values()))),
        "closeness": tables.phrases.render(f"shade.{word}", language),
        "delta": f"{math.floor(evidence['delta_e'] * 10 + 0.5) / 10:.1f}",
    }


def why_not(tables: Tables, mask: Mask, language: str) -> str:
    """Word one reason why a product is not offered, by the phrase `mask.<kind>`."""
    subject = tables.name(mask.subject, language) if mask.kind == "need" else mask.subject
    key = f"mask.{mask.kind}" if mask.kind != "filter" else f"mask.{mask.subject}"
    return tables.phrases.render(
        key if key in tables.phrases else "mask.filter", language, need=subject, printed=mask.printed
    )
