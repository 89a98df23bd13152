"""Answers that offer products: recommend, compare, shade_match, product_info, feedback."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from makeup_ai.content.question import LISTED, Question
from makeup_ai.recommend.masks import Rule
from makeup_ai.recommend.needs import PHOTO, WORDS
from makeup_ai.recommend.reasons import shade_words
from makeup_ai.recommend.relaxing import relaxation
from makeup_ai.schema import Recommendation

PROTECTING = ("need", "text", "conflict", "age", "price")  # kinds of masks that a person asked for
FAVOURABLE = 0.5  # probability from which a text is taken as praise


def recommend(q: Question) -> list[str]:
    """Name the best product with its reason and price, the next ones, and what was left out."""
    offered = q.ranking.recommendations
    if not offered:
        return none_fit(q)
    best, product = offered[0], q.product(offered[0])
    if q.needs.needs:
        sentences = [q.say("answer.recommend", needs=q.named_needs(), product=product)]
    elif q.needs.filters:
        sentences = [q.say("answer.recommend_kind", kinds=q.kinds(), product=product)]
    else:
        sentences = [q.say("answer.recommend_plain", product=product)]
    if best.reasons:
        sentences.append(q.say("answer.because", reasons=q.phrases.clauses(best.reasons, q.language)))
    if others := [q.product(other) for other in offered[1:LISTED]]:
        sentences.append(q.say("answer.also", products=q.join(others)))
    if any(other.shade for other in offered):
        sentences.append(_tone(q))
    if excluded := _excluded(q, PROTECTING):
        sentences.append(q.say("answer.excluded", reasons=excluded))
    if not q.needs.came_from(WORDS) and not q.needs.needs:
        sentences.append(q.say("answer.ask_more"))
    return sentences


def none_fit(q: Question) -> list[str]:
    """Say that nothing is offered, and the counts by reason."""
    if not q.tables.products:
        return [q.say("answer.empty_catalogue")]
    excluded = _excluded(q, (*PROTECTING, "stock", "owned", "locale"))
    if excluded:
        sentences = [q.say("answer.none_fit", reasons=excluded)]
    else:
        sentences = [q.say("answer.none_offered", wanted=q.kinds())]
    smallest = relaxation(q.ranking.masked)
    if smallest is not None:
        nearest = q.product(q.ranking.recommendation(smallest.row))
        if [rule.kind for rule in smallest.rules] == ["price"]:
            return [*sentences, q.say("answer.none_cheapest", product=nearest)]
        changes = q.join([_change(q, rule, smallest.row) for rule in smallest.rules])
        sentences.append(q.say("answer.none_relax", product=nearest, changes=changes))
    return sentences


def _change(q: Question, rule: Rule, row: int) -> str:
    """Word what a person would give way in, by the phrases `relax.*`."""
    product = q.tables.products[row]
    if rule.kind == "price":
        return q.say("relax.price", price=q.phrases.price(product.price, product.currency, q.language))
    if rule.kind == "age":
        return q.say("relax.age", offered=str(product.min_age))
    wanted = q.join([q.name(f"{rule.subject}:{value}") for value in q.needs.filters.get(rule.subject, ())])
    if rule.subject == "brand":
        return q.say("relax.brand", offered=product.brand)
    return q.say("relax.filter", wanted=wanted)


def compare(q: Question) -> list[str]:
    """Hold two products against each other: price, what speaks for each, and which is ahead."""
    pair = pair_of(q)
    if len(pair) < 2:
        return [q.say("compare.too_few")] if q.ranking.recommendations else none_fit(q)
    first, second = sorted(pair, key=lambda r: -r.score)
    sentences = [q.say("compare.pair", first=q.product(first), second=q.product(second))]
    for product in (first, second):
        if product.reasons:
            reasons = q.phrases.clauses(product.reasons, q.language)
            sentences.append(q.say("compare.speaks", product=product.name, reasons=reasons))
        else:
            sentences.append(q.say("compare.nothing", product=product.name))
    cheap, dear = sorted((first, second), key=lambda r: r.price)
    if cheap.price == dear.price:
        sentences.append(q.say("compare.same_price"))
    else:
        difference = q.phrases.price(dear.price - cheap.price, cheap.currency, q.language)
        sentences.append(q.say("compare.cheaper", product=cheap.name, difference=difference))
    if first.score == second.score:
        return [*sentences, q.say("compare.tie")]
    if q.needs.needs:
        return [*sentences, q.say("compare.choice", needs=q.named_needs(), product=first.name)]
    return [*sentences, q.say("compare.choice_plain", product=first.name)]


def ranked(q: Question) -> list[Recommendation]:
    """The products as they are ranked."""
    return list(q.ranking.recommendations)


def alternatives(q: Question) -> list[Recommendation]:
    """The products as they are ranked, after a complaint about something that was named."""
    sentiment = q.understanding.sentiment
    return ranked(q) if sentiment is not None and sentiment < FAVOURABLE and q.needs.came_from(WORDS) else []


def shade_match(q: Question) -> list[str]:
    """Name the nearest shades, or say what is needed to match one."""
    if q.needs.tone is None:
        withheld = [_tone(q)] if q.skin is not None else []
        return [*withheld, q.say("shade.need_photo")]
    rows = _nearest(q)
    if not rows:
        return [q.say("shade.none")] if q.ranking.recommendations else none_fit(q)
    return [
        _tone(q),
        q.say("shade.match", matches=q.phrases.clauses([_shade(q, row) for row in rows], q.language)),
        q.say("shade.check"),
    ]


def shades(q: Question) -> list[Recommendation]:
    """The products with the nearest shades, nearest first."""
    return [q.ranking.recommendation(row) for row in _nearest(q)]


def product_info(q: Question) -> list[str]:
    """Tell what the catalogue says of the product that was meant."""
    if not q.needs.filters:
        return [q.say("product.unknown")]
    if not q.ranking.recommendations:
        return none_fit(q)
    best = q.ranking.recommendations[0]
    product = q.tables.products[q.tables.row_of[best.product_id]]
    description = product.description.get(q.language, "")
    sentences = [q.say("product.info", product=q.product(best), size=product.size, description=description)]
    if product.ingredients:
        sentences.append(q.say("product.ingredients", ingredients=q.short(product.ingredients)))
    if product.shades:
        sentences.append(q.say("product.shades", count=str(len(product.shades))))
    return sentences


def feedback(q: Question) -> list[str]:
    """Thank for praise; after a complaint, offer something else. Skin that took it badly is never praise."""
    sentiment = q.understanding.sentiment
    if any(reaction.search(q.text.lower()) for reaction in q.tables.settings.reactions):
        sentiment = 0.0
    if sentiment is None:
        return [q.say("feedback.neutral")]
    if sentiment >= FAVOURABLE:
        return [q.say("feedback.positive")]
    if others := alternatives(q):
        return [q.say("feedback.negative"), q.say("feedback.alternative", product=q.product(others[0]))]
    return [q.say("feedback.negative"), q.say("feedback.ask")]


def _excluded(q: Question, kinds: Sequence[str]) -> str:
    """Word the counts of what was left out by some kinds of rule."""
    words = []
    for rule, rows in q.ranking.masked.counted():
        if rule.kind in kinds:
            words.append(_excluding(q, rule, int(rows[0]), int(rows.size)))
    if len(words) > LISTED:
        words[LISTED:] = []
        counts = [n for (kind, _), n in q.ranking.masked.counts().items() if kind in kinds]
        words.append(q.say("excluded.more", count=str(sum(counts[LISTED:]))))
    return q.phrases.clauses(words, q.language)


def _excluding(q: Question, rule: Rule, example: int, count: int) -> str:
    mask = q.ranking.masked.mask(rule, example)
    fields = {
        "count": str(count),
        "product": q.tables.product_name(example, q.language),
        "printed": mask.printed,
        "text": rule.subject,
        "need": q.name(rule.subject) if rule.kind == "need" else "",
    }
    if rule.kind == "conflict":
        fields["text"] = q.tables.product_name(q.tables.row_of[rule.subject], q.language)
        fields["beside"] = q.name(mask.beside)
    if rule.kind == "price" and q.needs.budget is not None:
        fields["budget"] = q.phrases.price(q.needs.budget, q.tables.products[example].currency, q.language)
    key = f"excluded.{rule.subject.partition(':')[0]}" if rule.kind == "need" else f"excluded.{rule.kind}"
    if rule.kind == "age" and rule.subject:
        key = f"excluded.age_{rule.subject}"
    return q.say(key if key in q.phrases else "excluded.mask", **fields)


def pair_of(q: Question) -> list[Recommendation]:
    """The best of each of two brands or kinds where two are named, else the two best."""
    keys: dict[str, Callable[[int], str]] = {
        "brand": lambda row: q.tables.products[row].brand.lower(),
        "category": lambda row: q.tables.products[row].category,
    }
    for slot, key in keys.items():
        values = [value.lower() for value in q.needs.filters.get(slot, ())]
        best = {value: next((r for r in q.ranking.order.tolist() if key(r) == value), None) for value in values[:2]}
        rows = [row for row in best.values() if row is not None]
        if len(rows) == 2:
            return [q.ranking.recommendation(row) for row in rows]
    return [q.ranking.recommendation(row) for row in q.ranking.order[:2].tolist()]


def _nearest(q: Question) -> list[int]:
    """Rows offered whose shades come nearest to the tone."""
    order = q.ranking.order
    for summand in q.ranking.summands:
        if summand.name == "shade":
            near = order[np.argsort(-summand.values[order], kind="stable")][:LISTED]
            return [row for row in near.tolist() if summand.values[row] > 0]
    return []


def _shade(q: Question, row: int) -> str:
    product, written = q.tables.products[row], q.ranking.recommendation(row)
    evidence = next(term.evidence for term in written.terms if term.evidence["kind"] == "shade")
    return q.say(
        "shade.item",
        product=written.name,
        brand=written.brand,
        price=q.phrases.price(written.price, written.currency, q.language),
        **shade_words(q.tables, product, evidence, q.language),
    )


def _tone(q: Question) -> str:
    """Word the tone that shades were matched to, or why a photo gave none; nothing without a photo."""
    if q.skin is None:
        return ""
    tone = q.skin.tone
    if tone is None:
        why = q.skin.withheld_because.get(q.language) or q.say("answer.tone_no_reason")
        return q.say("answer.tone_withheld", why=why)
    key = f"tone.{tone.ita_class.replace(' ', '_')}"
    if key not in q.phrases or PHOTO not in q.needs.sources.get("tone", ()):
        return ""
    if tone.undertone is None:
        return q.say("answer.tone", tone=q.say(key))
    return q.say("answer.tone_undertone", tone=q.say(key), undertone=q.say(f"undertone.{tone.undertone}"))
