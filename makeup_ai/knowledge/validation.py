"""What must hold of a knowledge table before anything is computed from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from makeup_ai.knowledge.entries import CONFLICT_KINDS, PREGNANCY, Group, Ingredient
from makeup_ai.knowledge.folding import fold
from makeup_ai.schema import LANGUAGES

if TYPE_CHECKING:
    from makeup_ai.knowledge.graph import Knowledge

_ID = re.compile(r"[a-z][a-z0-9_]*")
_NEED = re.compile(r"[a-z_]+:[a-z0-9_]+")


def problems(knowledge: Knowledge) -> list[str]:
    """List everything wrong with the knowledge, each in one line that says expected and received; empty if sound.

    Examples:
        >>> from makeup_ai.knowledge import Knowledge
        >>> problems(Knowledge.load())
        []
    """
    found = [*_of_ingredients(knowledge), *_of_effects(knowledge), *_of_groups(knowledge), *_of_conflicts(knowledge)]
    for category, step in knowledge.steps.items():
        if not 0 <= step.contact <= 1 or not step.when or not set(step.when) <= {"am", "pm"}:
            found.append(f"step {category!r}: expected contact in [0, 1] and when of am, pm. Received: {step}")
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


def _of_effects(knowledge: Knowledge) -> Iterator[str]:
    for id_, effect in knowledge.effects.items():
        yield from _languages(f"effect {id_!r} names", effect.names)
        for need, weight in (*effect.helps.items(), *effect.hurts.items()):
            if not _NEED.fullmatch(need) or not 0 < weight <= 1:
                yield f"effect {id_!r}: expected slot:value -> weight in (0, 1]. Received: {need!r} -> {weight}"
        yield from _dangling(f"effect {id_!r} categories", effect.categories, knowledge.steps)


def _of_groups(knowledge: Knowledge) -> Iterator[str]:
    for id_, group in knowledge.groups.items():
        yield from _languages(f"group {id_!r} names", group.names)
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
        if not rule.source or not 0 < rule.confidence <= 1:
            yield f"{at}: expected a source and a confidence in (0, 1]. Received: {rule.source!r}, {rule.confidence}"


def _languages(at: str, words: Mapping[str, str]) -> Iterator[str]:
    missing = [language for language in LANGUAGES if not words.get(language)]
    if missing:
        yield f"{at}: expected words in {list(LANGUAGES)}. Missing: {missing}"


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
