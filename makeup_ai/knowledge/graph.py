"""The knowledge graph: ingredient -> effect -> need, with groups, rules, regulations and routine steps beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from makeup_ai.knowledge import rows
from makeup_ai.knowledge.entries import Care, Conflict, Effect, Function, Group, Ingredient, Regulation, Step
from makeup_ai.knowledge.validation import problems
from makeup_ai.schema import LANGUAGES

SHOWN_PROBLEMS = 5
PARTS = ("ingredients", "effects", "groups", "conflicts", "steps")
"""Parts of a knowledge table that must be there; `LATER_PARTS` may be missing."""
LATER_PARTS = ("functions", "needs", "cares", "regulations")
MIN_SURFACE = {"en": 3, "zh": 2}
"""Characters below which a name is no lexicon surface: it would be found inside other words (`水` in `爽肤水`)."""


@dataclass(frozen=True)
class Knowledge:
    """What is known of ingredients, by id, in the order of the tables.

    Args:
        ingredients: Ingredient id -> ingredient.
        effects: Effect id -> effect.
        groups: Avoid group id -> group.
        conflicts: Layering rules; none is listed twice.
        steps: Product category -> its place in a routine.
        functions: Function id -> function.
        needs: Need (`"concern:oiliness"`) -> display name by language.
        cares: How to use things; none is listed twice.
        regulations: What laws say of ingredients.

    Raises:
        ValueError: An id dangles, a language is missing, a number is out of range, or two entries share a name.

    Examples:
        >>> knowledge = Knowledge.load()
        >>> knowledge.ingredients["niacinamide"].names["zh"]
        '烟酰胺'
        >>> [rule.kind for rule in knowledge.rules_between(["retinol"], ["glycolic_acid"])]
        ['alternate']
    """

    ingredients: Mapping[str, Ingredient]
    effects: Mapping[str, Effect]
    groups: Mapping[str, Group]
    conflicts: tuple[Conflict, ...]
    steps: Mapping[str, Step]
    functions: Mapping[str, Function] = field(default_factory=dict)
    needs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cares: tuple[Care, ...] = ()
    regulations: tuple[Regulation, ...] = ()

    def __post_init__(self) -> None:
        for name in ("ingredients", "effects", "groups", "steps", "functions", "needs"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        wrong = problems(self)
        if wrong:
            shown = "\n  ".join(wrong[:SHOWN_PROBLEMS])
            raise ValueError(f"The knowledge tables have {len(wrong)} problem(s); correct the tables:\n  {shown}")

    @classmethod
    def load(cls) -> Knowledge:
        """Read the tables that come with the package; the same value each time."""
        return _packaged()

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Knowledge:
        """Build the knowledge from the compact table of a bundle.

        Args:
            table: What `to_table` made.

        Raises:
            ValueError: A part or field is missing, or the table does not pass validation.
        """
        try:
            return cls(
                ingredients={id_: rows.read_ingredient(id_, row) for id_, row in table["ingredients"].items()},
                effects={id_: rows.read_effect(id_, row) for id_, row in table["effects"].items()},
                groups={id_: rows.read_group(id_, row) for id_, row in table["groups"].items()},
                conflicts=tuple(rows.read_conflict(row) for row in table["conflicts"]),
                steps={category: rows.read_step(row) for category, row in table["steps"].items()},
                functions={id_: rows.read_function(id_, row) for id_, row in table.get("functions", {}).items()},
                needs={need: dict(names) for need, names in table.get("needs", {}).items()},
                cares=tuple(rows.read_care(row) for row in table.get("cares", ())),
                regulations=tuple(rows.read_regulation(row) for row in table.get("regulations", ())),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"A knowledge table holds {list(PARTS)}, as `Knowledge.to_table` writes them. Received: {error!r}; "
                "build the bundle again"
            ) from error

    def to_table(self, ids: Iterable[str] | None = None) -> dict[str, Any]:
        """Make the compact table of a bundle.

        Args:
            ids: Ingredients to keep, with the heads of their families; all by default. Effects, groups, steps,
                functions and needs are kept whole, a conflict if both its ends are, a rule of use or a regulation for
                what is left of what it is about.

        Raises:
            ValueError: An id is not in the knowledge.
        """
        kept = set(self.ingredients) if ids is None else set(ids)
        unknown = sorted(kept - set(self.ingredients))
        if unknown:
            raise ValueError(f"Unknown ingredient ids. Expected ids of the knowledge. Received: {unknown}")
        kept |= {head for id_ in kept if (head := self.ingredients[id_].family) is not None}
        ends = kept | set(self.groups)
        return {
            "ingredients": {id_: rows.write_ingredient(i) for id_, i in self.ingredients.items() if id_ in kept},
            "effects": {id_: rows.write_effect(effect) for id_, effect in self.effects.items()},
            "groups": {id_: rows.write_group(group) for id_, group in self.groups.items()},
            "conflicts": [rows.write_conflict(rule) for rule in self.conflicts if {rule.a, rule.b} <= ends],
            "steps": {category: rows.write_step(step) for category, step in self.steps.items()},
            "functions": {id_: rows.write_function(function) for id_, function in self.functions.items()},
            "needs": {need: dict(names) for need, names in self.needs.items()},
            "cares": [
                rows.write_care(replace(care, about=about))
                for care in self.cares
                if (about := tuple(id_ for id_ in care.about if id_ in ends | set(self.steps)))
            ],
            "regulations": [
                rows.write_regulation(replace(law, about=about))
                for law in self.regulations
                if (about := tuple(id_ for id_ in law.about if id_ in ends))
            ],
        }

    def rules_between(self, first: Iterable[str], second: Iterable[str]) -> tuple[Conflict, ...]:
        """Find the layering rules between two sets of ingredients, in the order of the tables.

        An ingredient stands also for its groups and the head of its family. Where a rule names two ingredients
        themselves, a wider rule about their groups does not speak of them.

        Args:
            first: Ingredient or group ids, such as those of one product.
            second: Ingredient or group ids, such as those of another.
        """
        best: dict[int, Conflict] = {}
        seconds = list(dict.fromkeys(second))
        for one in dict.fromkeys(first):
            for other in seconds:
                index = self._closest_rule(one, other)
                if index is not None:
                    best[index] = self.conflicts[index]
        return tuple(best[index] for index in sorted(best))

    def _closest_rule(self, one: str, other: str) -> int | None:
        near, far = self._standing(one), self._standing(other)
        ranked = [
            (min(near[a] + far[b] for a, b in ((rule.a, rule.b), (rule.b, rule.a)) if a in near and b in far), index)
            for index, rule in enumerate(self.conflicts)
            if (rule.a in near and rule.b in far) or (rule.b in near and rule.a in far)
        ]
        return min(ranked)[1] if ranked else None

    def _standing(self, id_: str) -> dict[str, int]:
        """Give what an id stands for and how far off that is: itself 0, its family 1, its groups 2."""
        item = self.ingredients.get(id_)
        if item is None:
            return {id_: 0}
        family = {item.family: 1} if item.family is not None else {}
        return {**dict.fromkeys(item.groups, 2), **family, id_: 0}

    def surfaces(self) -> dict[str, dict[str, list[str]]]:
        """Give the names by which a text may call each ingredient, display name first.

        English lists hold the INCI names too. Names too short to be told from parts of other words are left out, even
        display names.

        Returns:
            Ingredient id -> language -> names; no name stands under two ids of one language.
        """
        found: dict[str, dict[str, list[str]]] = {}
        for id_, item in self.ingredients.items():
            names = {
                "en": (item.names["en"], *item.synonyms.get("en", ()), item.inci, *item.synonyms.get("inci", ())),
                "zh": (item.names["zh"], *item.synonyms.get("zh", ())),
            }
            found[id_] = {language: _distinct(names[language], MIN_SURFACE[language]) for language in LANGUAGES}
        return found


def _distinct(names: Iterable[str], least: int) -> list[str]:
    """Keep the names of at least so many characters, each once whatever its case, in their order."""
    first: dict[str, str] = {}
    for name in names:
        if len(name) >= least:
            first.setdefault(name.lower(), name)
    return list(first.values())


@cache
def _packaged() -> Knowledge:
    folder = files("makeup_ai.knowledge") / "tables"
    table = {}
    for name in (*PARTS, *LATER_PARTS):
        table[name] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    table["ingredients"] = {row["id"]: rows.compact(row) for row in table["ingredients"]}
    return Knowledge.from_table(table)
