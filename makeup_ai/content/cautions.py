"""What a person should know beside the answer."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.content.question import Question
from makeup_ai.recommend.clashes import Clash
from makeup_ai.recommend.pairs import pair
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
        found += [*_conditions(q), *_masked(q), *_unknown_owned(q), *_alternate(q, offered), *_patch_test(q, offered)]
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
        elif rule.kind == "conflict":
            beside = q.tables.row_of[rule.subject]
            clash = next(q.tables.clashes.between(int(rows[0]), beside))
            products = q.short([_named(q, row) for row in rows.tolist()])
            ids = tuple(q.tables.products[row].product_id for row in rows.tolist())
            text = q.say("caution.conflict", owned=_named(q, beside), products=products, why=_why(q, clash))
            found.append(Caution("conflict", text, ids))
    return found


def _unknown_owned(q: Question) -> list[Caution]:
    strangers = [product_id for product_id in q.needs.owned if product_id not in q.tables.row_of]
    return [Caution("unknown_owned", q.say("caution.unknown_owned", products=q.short(strangers)))] if strangers else []


def _alternate(q: Question, offered: Sequence[Recommendation]) -> list[Caution]:
    """Tell of what is offered and in use that they should not meet in one sitting; not where they never would."""
    owned = [q.tables.row_of[product_id] for product_id in q.needs.owned if product_id in q.tables.row_of]
    found = []
    for row in (q.tables.row_of[offer.product_id] for offer in offered):
        for beside in owned:
            clash = next(q.tables.clashes.between(row, beside), None)
            if clash is not None and _meet(q, row, beside):
                names = {"product": _named(q, row), "owned": _named(q, beside), "why": _why(q, clash)}
                text = q.say("caution.alternate", **names)
                found.append(Caution("alternate", text, (q.tables.products[row].product_id,)))
    return found


def _meet(q: Question, *rows: int) -> bool:
    """Whether products are used at the same time of day, which is so where that is not on record."""
    steps = q.knowledge.get("steps", {})
    first, second = (steps.get(q.tables.products[row].category, {}).get("when", ("am", "pm")) for row in rows)
    return bool(set(first) & set(second))


def _why(q: Question, clash: Clash) -> str:
    rule = pair(q.knowledge, clash.ours.partition(":")[2], clash.theirs.partition(":")[2])
    return str(rule["why"][q.language]) if rule is not None else ""


def _named(q: Question, row: int) -> str:
    return q.tables.product_name(row, q.language)


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
