"""What must hold of a knowledge table before anything is computed from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from makeup_ai.knowledge.entries import (
    ASPECTS,
    CARE_KINDS,
    CONFLICT_KINDS,
    LAW_KINDS,
    PREGNANCY,
    Group,
    Ingredient,
    Strength,
)
from makeup_ai.knowledge.folding import fold
from makeup_ai.schema import LANGUAGES

if TYPE_CHECKING:
    from makeup_ai.knowledge.graph import Knowledge

_ID = re.compile(r"[a-z][a-z0-9_]*")
_NEED = re.compile(r"[a-z_]+:[a-z0-9_]+")
_DATE = re.compile(r"\d{4}(?:-\d{2}-\d{2})?")
WHOLE = 100
"""Per cent."""


def problems(knowledge: Knowledge) -> list[str]:
    """List everything wrong with the knowledge, each in one line that says expected and received; empty if sound.

    Examples:
        >>> from makeup_ai.knowledge import Knowledge
        >>> problems(Knowledge.load())
        []
    """
    found = [*_of_ingredients(knowledge), *_of_effects(knowledge), *_of_groups(knowledge), *_of_conflicts(knowledge)]
    found += [*_of_use(knowledge), *_of_cares(knowledge), *_of_regulations(knowledge), *_of_words(knowledge)]
    found += _shared_spellings("ingredient", knowledge.ingredients.values())
    found += _shared_spellings("group", knowledge.groups.values())
    return found


def _of_ingredients(knowledge: Knowledge) -> Iterator[str]:
    for id_, item in knowledge.ingredients.items():
        at = f"ingredient {id_!r}"
        if not _ID.fullmatch(id_):
            yield f"{at}: expected a snake_case id"
        yield from _languages(f"{at} names", item.names)
        yield from _languages(f"{at} summary", item.summary)
        yield from _dangling(f"{at} groups", item.groups, knowledge.groups)
        yield from _dangling(f"{at} effects", (s.effect for s in item.effects), knowledge.effects)
        for statement in item.effects:
            if not (0 < statement.strength <= 1 and 0 < statement.confidence <= 1):
                yield f"{at}: expected strength and confidence in (0, 1]. Received: {statement}"
            if not statement.source:
                yield f"{at}: expected a source for effect {statement.effect!r}. Received: none"
        if item.pregnancy not in PREGNANCY:
            yield f"{at}: expected pregnancy of {list(PREGNANCY)}. Received: {item.pregnancy!r}"
        if not (0 <= item.irritancy <= 3 and 0 <= item.comedogenic <= 5):
            yield f"{at}: expected irritancy 0-3 and comedogenic 0-5. Received: {item.irritancy}, {item.comedogenic}"
        if item.family is not None and item.family not in knowledge.ingredients:
            yield f"{at} family: expected the id of an ingredient in the table. Received: {item.family!r}"


def _of_use(knowledge: Knowledge) -> Iterator[str]:
    """Check what is said of functions, skin types, strengths and of how much is known."""
    skins = {need.partition(":")[2] for need in knowledge.needs if need.startswith("skin_type:")}
    highest = _highest_limits(knowledge)
    for id_, item in knowledge.ingredients.items():
        at = f"ingredient {id_!r}"
        if knowledge.functions:
            yield from _dangling(f"{at} functions", item.functions, knowledge.functions)
        if skins:
            yield from _dangling(f"{at} skin types", (*item.suits, *item.unsuited), skins)
        if both := sorted(set(item.suits) & set(item.unsuited)):
            yield f"{at}: expected a skin type to be suited or not. Received: {both} as both"
        yield from _dangling(f"{at} partial", item.partial, ASPECTS)
        yield from _dangling(f"{at} beyond", item.beyond, (*item.functions, "inci"))
        if item.strength is not None:
            yield from _of_strength(at, item.strength, highest.get(id_, WHOLE))


def _of_strength(at: str, strength: Strength, highest: float) -> Iterator[str]:
    ranges = [ends for ends in (strength.leave_on, strength.rinse_off) if ends is not None]
    if not ranges or any(not 0 < low <= high <= WHOLE for low, high in ranges):
        yield f"{at} strength: expected 0 < low <= high <= 100 per cent, left on or rinsed off. Received: {strength}"
    elif max(high for _, high in ranges) > highest:
        yield f"{at} strength: expected at most what a law about it allows somewhere, {highest:g} %. Received: {ranges}"
    yield from _sourced(f"{at} strength", strength.source, strength.confidence)


def _highest_limits(knowledge: Knowledge) -> dict[str, float]:
    """Give the highest strength that any law allows anywhere, by ingredient."""
    highest: dict[str, float] = {}
    for law in knowledge.regulations:
        for id_ in law.about if law.limits else ():
            highest[id_] = max(highest.get(id_, 0), *law.limits.values())
    return highest


def _of_effects(knowledge: Knowledge) -> Iterator[str]:
    for id_, effect in knowledge.effects.items():
        yield from _languages(f"effect {id_!r} names", effect.names)
        for need, weight in (*effect.helps.items(), *effect.hurts.items()):
            if not _NEED.fullmatch(need) or not 0 < weight <= 1:
                yield f"effect {id_!r}: expected slot:value -> weight in (0, 1]. Received: {need!r} -> {weight}"
        yield from _dangling(f"effect {id_!r} categories", effect.categories, knowledge.steps)
        if knowledge.needs:
            yield from _dangling(f"effect {id_!r} needs", (*effect.helps, *effect.hurts), knowledge.needs)


def _of_groups(knowledge: Knowledge) -> Iterator[str]:
    for id_, group in knowledge.groups.items():
        yield from _languages(f"group {id_!r} names", group.names)
        yield from _languages(f"group {id_!r} members_by", group.members_by)
        for pattern in group.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                yield f"group {id_!r}: expected a regular expression. Received: {pattern!r} ({error})"


def _of_conflicts(knowledge: Knowledge) -> Iterator[str]:
    ids = {*knowledge.ingredients, *knowledge.groups}
    for rule in knowledge.conflicts:
        at = f"conflict {rule.a!r} with {rule.b!r}"
        yield from _dangling(at, (rule.a, rule.b), ids)
        yield from _languages(f"{at} why", rule.why)
        if rule.kind not in CONFLICT_KINDS:
            yield f"{at}: expected kind of {list(CONFLICT_KINDS)}. Received: {rule.kind!r}"
        yield from _sourced(at, rule.source, rule.confidence)
        if rule.a == rule.b:
            yield f"{at}: expected two ends. Received: the same twice"
    # A rule holds both ways round, so that its mirror image would be a second rule, and might disagree.
    for pair, count in Counter(frozenset((rule.a, rule.b)) for rule in knowledge.conflicts).items():
        if count > 1:
            yield f"conflicts between {sorted(pair)}: expected one rule. Received: {count}"


def _of_cares(knowledge: Knowledge) -> Iterator[str]:
    ids = {*knowledge.ingredients, *knowledge.groups, *knowledge.steps}
    yield from _twice("care", (care.id for care in knowledge.cares))
    for care in knowledge.cares:
        at = f"care {care.id!r}"
        yield from _dangling(at, care.about, ids)
        yield from _languages(f"{at} text", care.text)
        yield from _sourced(at, care.source, care.confidence)
        if care.kind not in CARE_KINDS or not care.about:
            yield f"{at}: expected kind of {list(CARE_KINDS)}, about something. Received: {care.kind!r}, {care.about}"


def _of_regulations(knowledge: Knowledge) -> Iterator[str]:
    ids = {*knowledge.ingredients, *knowledge.groups}
    yield from _twice("regulation", (law.id for law in knowledge.regulations))
    for law in knowledge.regulations:
        at = f"regulation {law.id!r}"
        yield from _dangling(at, law.about, ids)
        yield from _languages(f"{at} text", law.text)
        yield from _sourced(at, law.source, law.confidence)
        if law.kind not in LAW_KINDS or not law.about:
            yield f"{at}: expected kind of {list(LAW_KINDS)}, about something. Received: {law.kind!r}, {law.about}"
        if not _DATE.fullmatch(law.date):
            yield f"{at}: expected a date as YYYY-MM-DD or YYYY. Received: {law.date!r}"
        if any(not 0 < limit <= WHOLE for limit in law.limits.values()):
            yield f"{at}: expected limits in (0, 100] per cent. Received: {dict(law.limits)}"


def _of_words(knowledge: Knowledge) -> Iterator[str]:
    for id_, function in knowledge.functions.items():
        yield from _languages(f"function {id_!r} names", function.names)
    for need, names in knowledge.needs.items():
        yield from _languages(f"need {need!r} names", names)
        if not _NEED.fullmatch(need):
            yield f"need {need!r}: expected slot:value"
    for category, step in knowledge.steps.items():
        if step.names:
            yield from _languages(f"step {category!r} names", step.names)
        if not 0 <= step.contact <= 1 or not step.when or not set(step.when) <= {"am", "pm"}:
            yield f"step {category!r}: expected contact in [0, 1] and when of am, pm. Received: {step}"


def _languages(at: str, words: Mapping[str, str]) -> Iterator[str]:
    missing = [language for language in LANGUAGES if not words.get(language)]
    if missing:
        yield f"{at}: expected words in {list(LANGUAGES)}. Missing: {missing}"


def _sourced(at: str, source: str, confidence: float) -> Iterator[str]:
    if not source or not 0 < confidence <= 1:
        yield f"{at}: expected a source and a confidence in (0, 1]. Received: {source!r}, {confidence}"


def _twice(kind: str, ids: Iterable[str]) -> Iterator[str]:
    for id_, count in Counter(ids).items():
        if count > 1:
            yield f"{kind} {id_!r}: expected an id of its own. Received: {count} of them"


def _dangling(at: str, ids: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    unknown = sorted(set(ids) - set(known))
    if unknown:
        yield f"{at}: expected ids that the tables define. Received: {unknown}"


def _shared_spellings(kind: str, items: Iterable[Ingredient] | Iterable[Group]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for item in items:
        for spelling in item.spellings:
            owner = owners.setdefault(fold(spelling), item.id)
            if owner != item.id:
                yield f"{kind} {item.id!r}: expected a name of its own. Received: {spelling!r}, which is {owner!r}"
