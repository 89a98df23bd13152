"""From the rows of the knowledge to statements: one small function a kind of fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from makeup_ai.knowledge.entries import CONSENSUS, Claim, Conflict, Ingredient, Strength
from makeup_ai.knowledge.sentences import has, join, say, with_article

if TYPE_CHECKING:
    from makeup_ai.knowledge.graph import Knowledge

PREDICATES = (
    *("is", "named", "family", "function", "effect", "strength", "suits", "unsuited", "member", "irritancy"),
    *("comedogenic", "pregnancy", "covers", "helps", "hurts", "with", "care", "law", "step"),
)
"""Kinds of statements. An ingredient *is* what its summary says; `member` leads to a group, `covers` tells what a group
holds; an effect `helps` or `hurts` a need; `with` is a rule about two; `care` and `law` are rules about one."""

TOLD_NEEDS = 4
"""How many needs the sentence about an effect lists, the weightiest first."""
TOLD_WEIGHT = 0.3
"""Least weight of a need that such a sentence lists beside its weightiest."""
NAMED_OTHERS = 3
"""How many other names are told."""

LIKELY, USUAL, ROUGH = 0.75, 0.6, 0.4
"""Confidence in what no single source is named for: what textbooks agree on; what usually holds; a rule of thumb."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact, told in each language.

    Args:
        id: `subject/predicate/object` without kinds, the same for the same tables (`"niacinamide/effect/hydration"`).
        subject: Node id (`"ingredient:niacinamide"`, `"group:aha"`, `"effect:hydration"`, `"category:serum"`).
        predicate: One of `PREDICATES`.
        object: Node id, or a plain value (`"2"`).
        text: One or two sentences by language.
        source: A short citation, or `CONSENSUS`.
        confidence: In (0, 1].
        complete: Whether nothing more of this kind is known of the subject than is told.
        contested: Whether the evidence is disputed; the text says so.
    """

    id: str
    subject: str
    predicate: str
    object: str
    text: Mapping[str, str]
    source: str
    confidence: float
    complete: bool = True
    contested: bool = False


def everything(knowledge: Knowledge) -> Iterator[Statement]:
    """Tell every fact, in the order of the tables: ingredients, groups, effects, rules, use, laws, steps."""
    for item in knowledge.ingredients.values():
        yield from _of_ingredient(knowledge, item)
    for group in knowledge.groups.values():
        text = say("covers", {"group": group.names, "members": group.members_by})
        yield _state(f"group:{group.id}", "covers", "members", text, CONSENSUS, LIKELY, complete=group.complete)
    yield from _effects(knowledge)
    for rule in knowledge.conflicts:
        yield _rule(knowledge, rule)
    for care in knowledge.cares:
        for id_ in care.about:
            told = (care.text, care.source, care.confidence)
            yield _state(node_of(knowledge, id_), "care", f"care:{care.id}", *told, contested=care.contested)
    for law in knowledge.regulations:
        for id_ in law.about:
            told = (law.text, law.source, law.confidence)
            yield _state(node_of(knowledge, id_), "law", f"law:{law.id}", *told, complete=law.complete)
    yield from _steps(knowledge)


def node_of(knowledge: Knowledge, id_: str) -> str:
    """Give the node of an ingredient, a group or a product category.

    Examples:
        >>> from makeup_ai.knowledge import Knowledge
        >>> node_of(Knowledge.load(), "aha")
        'group:aha'
    """
    if id_ in knowledge.ingredients:
        return f"ingredient:{id_}"
    return f"group:{id_}" if id_ in knowledge.groups else f"category:{id_}"


def _state(
    subject: str,
    predicate: str,
    object_: str,
    text: Mapping[str, str],
    source: str,
    confidence: float,
    *,
    complete: bool = True,
    contested: bool = False,
) -> Statement:
    id_ = "/".join((_bare(subject), predicate, object_ if predicate in ("helps", "hurts") else _bare(object_)))
    text = say("contested", {"text": text}) if contested else dict(text)
    return Statement(id_, subject, predicate, object_, text, source, confidence, complete, contested)


def _bare(node: str) -> str:
    return node.partition(":")[2] or node


def _of_ingredient(knowledge: Knowledge, item: Ingredient) -> Iterator[Statement]:
    node, name = f"ingredient:{item.id}", {"name": item.names}
    yield _state(node, "is", "summary", say("is", {**name, "summary": item.summary}), CONSENSUS, LIKELY)
    yield _state(node, "named", "inci", _naming(item), "INCI", 0.95)
    if item.family is not None:
        head = knowledge.ingredients[item.family].names
        yield _state(
            node, "family", f"ingredient:{item.family}", say("family", {**name, "head": head}), CONSENSUS, LIKELY
        )
    yield from _functions(knowledge, item)
    for claim in item.effects:
        yield _effect(knowledge, item, claim)
    if item.strength is not None:
        yield _strength(item, item.strength)
    for predicate, skins in (("suits", item.suits), ("unsuited", item.unsuited)):
        for skin in skins:
            text = say(predicate, {**name, "skin": _need(knowledge, f"skin_type:{skin}")})
            yield _state(node, predicate, f"skin_type:{skin}", text, CONSENSUS, USUAL)
    for id_ in item.groups:
        text = say("member", {**name, "group": knowledge.groups[id_].names})
        yield _state(node, "member", f"group:{id_}", text, CONSENSUS, LIKELY)
    yield from _cautions(item)


def _naming(item: Ingredient) -> dict[str, str]:
    inci = dict.fromkeys(item.names, item.inci)
    others: dict[str, str] = {}
    for language in item.names:
        # Some English lists hold words that people mix in from Chinese.
        known = (name for name in item.synonyms.get(language, ()) if language != "en" or name.isascii())
        names = list(known)[:NAMED_OTHERS]
        listed = join([dict.fromkeys(item.names, name) for name in names])
        others[language] = say("named.others", {"names": listed})[language] if names else ""
    return say("named", {"name": item.names, "inci": inci, "others": others})


def _functions(knowledge: Knowledge, item: Ingredient) -> Iterator[Statement]:
    for id_ in item.functions:
        function = knowledge.functions.get(id_)
        if function is None:
            continue  # an older table, which names no functions
        key = "function" if function.cosing else "kind"
        text = say(key, {"name": item.names, "function": with_article(function.names)})
        source, sure = ("CosIng", 0.9) if function.cosing and id_ not in item.beyond else (CONSENSUS, LIKELY)
        complete = "functions" not in item.partial
        yield _state(f"ingredient:{item.id}", "function", f"function:{id_}", text, source, sure, complete=complete)


def _effect(knowledge: Knowledge, item: Ingredient, claim: Claim) -> Statement:
    effect = knowledge.effects[claim.effect]
    does = say(f"does.{effect.id}", {}) if has(f"does.{effect.id}") else effect.names
    fields = {"name": item.names, "does": does}
    for side, weights in (("helps", effect.helps), ("hurts", effect.hurts)):
        fields[side] = join([_need(knowledge, need) for need in _weightiest(weights)])
    which = {(True, True): "both", (True, False): "helps", (False, True): "hurts", (False, False): "neither"}
    text = say(f"effect.{which[bool(effect.helps), bool(effect.hurts)]}", fields)
    told = (text, claim.source, claim.confidence)
    complete = "effects" not in item.partial
    node = f"effect:{effect.id}"
    return _state(f"ingredient:{item.id}", "effect", node, *told, complete=complete, contested=claim.contested)


def _weightiest(weights: Mapping[str, float]) -> list[str]:
    ranked = sorted(weights, key=lambda need: -weights[need])
    return [need for place, need in enumerate(ranked[:TOLD_NEEDS]) if not place or weights[need] >= TOLD_WEIGHT]


def _need(knowledge: Knowledge, need: str) -> Mapping[str, str]:
    """Word a need; by its value in plain letters where the tables do not name it."""
    value = need.partition(":")[2].replace("_", " ")
    return knowledge.needs.get(need, {"en": value, "zh": value})


def _strength(item: Ingredient, strength: Strength) -> Statement:
    ranges = {"leave_on": strength.leave_on, "rinse_off": strength.rinse_off}
    known = {where: spelled(ends) for where, ends in ranges.items() if ends is not None}
    amounts = [say(f"strength.{where}", {"range": {"en": text, "zh": text}}) for where, text in known.items()]
    text = say("strength", {"name": item.names, "amounts": join(amounts)})
    told = (text, strength.source, strength.confidence)
    return _state(f"ingredient:{item.id}", "strength", "usual", *told, complete="strength" not in item.partial)


def spelled(ends: tuple[float, float]) -> str:
    """Write a range without needless digits.

    Examples:
        >>> spelled((0.1, 2.0)), spelled((5, 5))
        ('0.1-2', '5')
    """
    low, high = (f"{end:g}" for end in ends)
    return low if low == high else f"{low}-{high}"


def _cautions(item: Ingredient) -> Iterator[Statement]:
    node, name = f"ingredient:{item.id}", {"name": item.names}
    grade = str(item.irritancy)
    yield _state(node, "irritancy", grade, say(f"irritancy.{grade}", name), CONSENSUS, USUAL)
    if item.comedogenic:
        rating = str(item.comedogenic)
        text = say("comedogenic", {**name, "rating": {"en": rating, "zh": rating}})
        yield _state(node, "comedogenic", rating, text, CONSENSUS, ROUGH, contested=True)
    sure = USUAL if item.pregnancy == "ok" else LIKELY
    text = say(f"pregnancy.{item.pregnancy}", name)
    yield _state(node, "pregnancy", item.pregnancy, text, CONSENSUS, sure, complete=item.pregnancy != "ok")


def _effects(knowledge: Knowledge) -> Iterator[Statement]:
    for effect in knowledge.effects.values():
        for predicate, weights in (("helps", effect.helps), ("hurts", effect.hurts)):
            for need in weights:
                text = say(predicate, {"effect": effect.names, "need": _need(knowledge, need)})
                yield _state(f"effect:{effect.id}", predicate, need, text, CONSENSUS, USUAL)


def _rule(knowledge: Knowledge, rule: Conflict) -> Statement:
    a, b = (knowledge.ingredients[id_] if id_ in knowledge.ingredients else knowledge.groups[id_]
            for id_ in (rule.a, rule.b))  # fmt: skip
    text = say(f"rule.{rule.kind}", {"a": a.names, "b": b.names, "why": rule.why})
    ends = node_of(knowledge, rule.a), "with", node_of(knowledge, rule.b)
    return _state(*ends, text, rule.source, rule.confidence, contested=rule.contested)


def _steps(knowledge: Knowledge) -> Iterator[Statement]:
    named = {category: step for category, step in knowledge.steps.items() if step.names}
    ordered = sorted(named, key=lambda category: named[category].order)
    around = {b: (a, c) for (a, b), (_, c) in pairwise(pairwise(["", *ordered, ""]))} if ordered else {}
    for category, (before, after) in around.items():
        step = named[category]
        fields = {side: named[id_].names for side, id_ in (("before", before), ("after", after)) if id_}
        place = {2: "between"}.get(len(fields), "first" if "after" in fields else "last")
        between = say(f"step.{place}", fields) if fields else {"en": "", "zh": ""}
        order = {"en": str(step.order), "zh": str(step.order)}
        when = say(f"when.{'.'.join(step.when)}", {})
        text = say("step", {"name": step.names, "order": order, "when": when, "between": between})
        yield _state(f"category:{category}", "step", str(step.order), text, CONSENSUS, USUAL)
