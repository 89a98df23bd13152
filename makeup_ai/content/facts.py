"""Answers that tell facts: ingredient_info, compatibility, how_to."""

from __future__ import annotations

from itertools import combinations

from makeup_ai.content.question import LISTED, Question
from makeup_ai.recommend.pairs import pair


def ingredient_info(q: Question) -> list[str]:
    """Tell what is on record about each ingredient named."""
    known, unknown = _ingredients(q)
    sentences = [sentence for ingredient in known for sentence in _facts(q, ingredient)]
    sentences += [q.say("ingredient.unknown", text=text) for text in unknown]
    return sentences or [q.say("ingredient.ask")]


def compatibility(q: Question) -> list[str]:
    """Tell for each two of the ingredients named whether they go together; what is not on record is said to be."""
    known, unknown = _ingredients(q)
    sentences = []
    for first, second in combinations(known, 2):
        row = pair(q.knowledge, first, second)
        names = {"first": _opening(_name(q, first)), "second": _name(q, second)}
        why = row.get("why", {}).get(q.language, "") if row is not None else ""
        sentences.append(q.say(f"compat.{row['kind'] if row is not None else 'unknown'}", why=why, **names))
    sentences += [q.say("ingredient.unknown", text=text) for text in unknown]
    return sentences or [q.say("compat.ask")]


def how_to(q: Question) -> list[str]:
    """Tell how each kind of product named is used."""
    keys = [f"how_to.{category}" for category in q.needs.filters.get("category", ())]
    return [q.say(key) for key in keys if key in q.phrases] or [q.say("how_to.ask")]


def _ingredients(q: Question) -> tuple[list[str], list[str]]:
    """The ingredient and group ids in the words, in their order, and the words that are no known one."""
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for slot in q.understanding.slots:
        if slot.slot in ("ingredient", "avoid"):
            if slot.value in q.knowledge["ingredients"] or slot.value in q.knowledge["groups"]:
                known[str(slot.value)] = None
            else:
                unknown[slot.text] = None
    return list(known), list(unknown)


def _name(q: Question, ingredient: str) -> str:
    return q.name(f"avoid:{ingredient}")


def _opening(name: str) -> str:
    """Write a name as it opens a sentence; languages without capitals keep it."""
    return name[:1].upper() + name[1:]


def _facts(q: Question, ingredient: str) -> list[str]:
    entry = q.knowledge["ingredients"].get(ingredient)
    if entry is None:  # a group: what it is called and where it is found is all there is
        return [_products(q, ingredient, _name(q, ingredient))]
    sentences = []
    if summary := entry.get("summary", {}).get(q.language):
        name = entry["names"][q.language]
        sentences.append(q.say("ingredient.summary", name=_opening(name), inci=entry["inci"], summary=summary))
    effects = sorted(entry["effects"], key=lambda e: (-e[1], e[0]))[:LISTED]
    if effects:
        sentences.append(q.say("ingredient.effects", effects=q.join([q.name(f"effect:{e}") for e, _ in effects])))
    helps: dict[str, float] = {}
    for effect, strength in effects:
        for need, weight in q.knowledge["effects"].get(effect, {}).get("helps", {}).items():
            helps[need] = max(helps.get(need, 0.0), strength * weight)
    if helps:
        needs = sorted(helps, key=lambda need: (-helps[need], need))[:LISTED]
        sentences.append(q.say("ingredient.helps", needs=q.join([q.name(need) for need in needs])))
    irritancy = entry.get("irritancy")
    if irritancy == 0:
        sentences.append(q.say("ingredient.mild"))
    elif irritancy is not None and irritancy >= q.tables.settings.patch_test_irritancy:
        sentences.append(q.say("ingredient.strong"))
    if entry.get("pregnancy") in ("caution", "avoid"):
        sentences.append(q.say(f"ingredient.pregnancy_{entry['pregnancy']}"))
    return [*sentences, _products(q, ingredient, entry["names"][q.language])]


def _products(q: Question, ingredient: str, name: str) -> str:
    """Count the products that contain it, and name the best of those that are offered."""
    rows = q.tables.masked_rows.get(f"avoid:{ingredient}")
    if rows is None or not rows.size:
        return q.say("ingredient.no_products", name=name)
    containing = set(rows.tolist())
    offered = [q.tables.product_name(row, q.language) for row in q.ranking.order.tolist() if row in containing]
    if not offered:
        return q.say("ingredient.products_masked", name=name, count=str(rows.size))
    return q.say("ingredient.products", name=name, count=str(rows.size), products=q.join(offered[:LISTED]))
