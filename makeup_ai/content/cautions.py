"""What a person should know beside the answer."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.content.question import Question
from makeup_ai.schema import LANGUAGES, Caution, Recommendation


def cautions(q: Question, offered: Sequence[Recommendation] | None) -> tuple[Caution, ...]:
    """Gather what should be known, what matters most first.

    Args:
        q: The question.
        offered: Products of the answer, or `None` where it is not about products; what was left out, and what to try
            first, is told only with them.
    """
    found = [*_medical(q), *_unknown(q)]
    if offered is not None:
        found += [*_conditions(q), *_masked(q), *_patch_test(q, offered)]
    found += _photo(q)
    if q.understanding.language not in LANGUAGES:
        found.append(Caution("language", q.say("caution.language")))
    if q.understanding.truncated:
        found.append(Caution("truncated", q.say("caution.truncated")))
    return tuple(found)


def _medical(q: Question) -> list[Caution]:
    flags = [flag.search(q.text.lower()) for flag in q.tables.settings.red_flags]
    texts = [*(match[0] for match in flags if match), *q.needs.unknown_condition]
    return [Caution("medical", q.say("caution.medical", text=text)) for text in dict.fromkeys(texts)]


def _unknown(q: Question) -> list[Caution]:
    return [Caution("unknown_allergen", q.say("caution.unknown_allergen", text=text)) for text in q.needs.unknown_avoid]


def _conditions(q: Question) -> list[Caution]:
    conditions = [need for need in q.needs.masks if need.startswith("condition:")]
    return [Caution("pregnancy", q.say("caution.pregnancy", need=q.name(need))) for need in conditions]


def _masked(q: Question) -> list[Caution]:
    found = []
    for rule, rows in q.ranking.masked.counted():
        if rule.kind in ("need", "text"):
            need = q.name(rule.subject) if rule.kind == "need" else rule.subject
            products = q.short([q.tables.product_name(row, q.language) for row in rows.tolist()])
            ids = tuple(q.tables.products[row].product_id for row in rows.tolist())
            key = f"caution.masked_{rule.subject.partition(':')[0]}"
            text = q.say(key if key in q.phrases else "caution.masked", need=need, products=products)
            found.append(Caution("masked", text, ids))
    return found


def _patch_test(q: Question, offered: Sequence[Recommendation]) -> list[Caution]:
    ingredients, limit = q.knowledge["ingredients"], q.tables.settings.patch_test_irritancy
    strong = {i for i, entry in ingredients.items() if (entry.get("irritancy") or 0) >= limit}
    ids = [offer.product_id for offer in offered]
    to_try = tuple(i for i in ids if strong & q.tables.ingredients_of[q.tables.row_of[i]])
    return [Caution("patch_test", q.say("caution.patch_test"), to_try)] if to_try else []


def _photo(q: Question) -> list[Caution]:
    if q.skin is None:
        return []
    found = []
    if q.skin.tone is None:
        why = q.skin.withheld_because.get(q.language) or q.say("answer.tone_no_reason")
        found.append(Caution("photo_withheld", q.say("caution.photo_withheld", why=why)))
    for check in q.skin.capture.checks:
        advice = check.advice.get(q.language, "")
        if not check.passed and advice:
            found.append(Caution("photo_quality", q.say("caution.photo_quality", advice=advice)))
    return found
