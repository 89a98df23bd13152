"""Terms in words: each reason is one summand of the score, told with the evidence behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from makeup_ai.recommend.masks import Mask
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Product, Term

if TYPE_CHECKING:
    from makeup_ai.recommend.explaining import Explanation


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
    """Word one term by the phrase `reason.<kind>` of its evidence, and by `source.<source>` who asked for it."""
    evidence, phrases = term.evidence, tables.phrases
    source = evidence["sources"][0] if evidence.get("sources") else None
    if "need" in evidence:
        return tables.path_words(evidence["kind"], evidence["need"], evidence["path"], source, language)
    fields: dict[str, str] = {}
    if "price" in evidence:
        fields["price"] = phrases.price(evidence["price"], evidence["currency"], language)
        fields["budget"] = phrases.price(evidence["budget"], evidence["currency"], language)
    if "shade" in evidence:
        fields |= shade_words(tables, product, evidence, language)
    if "because" in evidence:
        had = [tables.product_name(tables.row_of[product_id], language) for product_id, _ in evidence["because"]]
        fields["products"] = phrases.join(had, language)
    if "purchases" in evidence:
        fields["count"] = str(evidence["purchases"])
    return phrases.reason(evidence["kind"], source, language, **fields)


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
    key, fields = f"mask.{mask.kind}", {"need": mask.subject, "printed": mask.printed}
    if mask.kind == "need":
        fields["need"] = tables.name(mask.subject, language)
    elif mask.kind == "filter":
        key = f"mask.{mask.subject}"
    elif mask.kind == "age" and mask.subject:
        key = f"mask.age_{mask.subject}"
    elif mask.kind == "conflict":
        fields["product"] = tables.product_name(tables.row_of[mask.subject], language)
        fields["beside"] = tables.name(mask.beside, language)
    return tables.phrases.render(key if key in tables.phrases else "mask.filter", language, **fields)


def explained(tables: Tables, explanation: Explanation, considered: int, language: str) -> tuple[str, ...]:
    """Word a whole explanation, by the phrases `explain.*`: where it stands, the sum term by term, what it lacks.

    Args:
        tables: For phrases and names.
        explanation: Of a product in their catalogue.
        considered: How many products were scored.
        language: `"en"` or `"zh"`.
    """

    def say(key: str, **fields: str) -> str:
        return tables.phrases.render(f"explain.{key}", language, **fields)

    def name(product_id: str) -> str:
        return tables.product_name(tables.row_of[product_id], language)

    facts = {
        "product": explanation.recommendation.name,
        "score": points(explanation.recommendation.score),
        "position": str(explanation.would_be),
        "count": str(considered),
    }
    if explanation.masks:
        told = dict.fromkeys(why_not(tables, mask, language) for mask in explanation.masks)
        why = tables.phrases.clauses(list(told), language)
        sentences = [say("masked", reasons=why, **facts)]
    else:
        sentences = [say("position", **facts)]
    if explanation.held_back_by is not None:
        key = "not_shown" if explanation.place is None else "lower"
        sentences.append(say(key, place=str(explanation.place), above=name(explanation.held_back_by)))
    sentences += [
        say("part", term=_term_name(tables, part.term.name, language), value=signed(part.term.value),
            reason=part.reason, position=str(part.position_without))
        for part in explanation.parts
    ] or [say("nothing")]  # fmt: skip
    if explanation.beside is not None:
        gaps = [
            say("gap", term=_term_name(tables, gap.name, language), value=points(gap.difference), reason=gap.reason)
            for gap in explanation.gaps
            if gap.difference > 0
        ]
        key = "lacks" if gaps else "lacks_nothing"
        sentences.append(say(key, product=name(explanation.beside), gaps=tables.phrases.clauses(gaps, language)))
    return tuple(sentences)


def points(value: float) -> str:
    """Write a score to the ten-thousandth, with a true minus sign."""
    return f"{value:.4f}".replace("-", "\N{MINUS SIGN}")


def signed(value: float) -> str:
    """Write what a term adds or takes away."""
    return f"+{points(value)}" if value > 0 else points(value)


def _term_name(tables: Tables, name: str, language: str) -> str:
    return tables.phrases.render(f"term.{name}", language)
