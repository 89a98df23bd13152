"""The frozen rows of the knowledge: ingredients, effects, avoid groups, conflicts and routine steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CONFLICT_KINDS = ("avoid_together", "alternate", "fine")
"""Never in one routine; not in the same session (another day, or morning against evening); layers well."""

PREGNANCY = ("ok", "caution", "avoid")
"""What is usually advised in pregnancy; only `"avoid"` masks, `"caution"` is for words."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim that an ingredient has an effect.

    Args:
        effect: Effect id (`"sebum_control"`).
        strength: In (0, 1], 1 for the strongest of its kind.
        confidence: How sure the source makes it, in (0, 1].
        source: A short citation, or the words `"cosmetic-science consensus"`.
    """

    effect: str
    strength: float
    confidence: float
    source: str


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What is known of one ingredient, with all the salts and spellings that go under its name.

    Args:
        id: Snake case (`"salicylic_acid"`).
        inci: INCI name as a pack prints it.
        names: Display name by language.
        synonyms: Other names by language, and under `"inci"` other INCI names.
        summary: One sentence by language.
        functions: What it does in a formula (`"humectant"`).
        groups: Ids of the avoid groups it belongs to.
        effects: What it does on skin or in a film of make-up.
        irritancy: 0 (none known) to 3 (often).
        comedogenic: 0 to 5.
        pregnancy: One of `PREGNANCY`.
        family: Id of the ingredient under whose name people ask for this one (`"ascorbic_acid"` for its esters), or
            `None`.
        low_dose: Whether it works at a strength that puts it far down the list of a pack.
    """

    id: str
    inci: str
    names: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    summary: Mapping[str, str]
    functions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    effects: tuple[Statement, ...] = ()
    irritancy: int = 0
    comedogenic: int = 0
    pregnancy: str = "ok"
    family: str | None = None
    low_dose: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name of the ingredient: its id, INCI names, and names in each language."""
        others = (name for names in self.synonyms.values() for name in names)
        return tuple(dict.fromkeys((self.id, self.inci, *self.names.values(), *others)))


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect and the needs it serves or works against.

    Args:
        id: Snake case (`"sebum_control"`).
        names: Display name by language.
        helps: Need -> weight in (0, 1] (`{"concern:oiliness": 1.0}`).
        hurts: Need -> weight in (0, 1].
        categories: The product categories in which it counts, whatever their contact with skin; empty for an effect on
            skin, which counts everywhere by contact.
    """

    id: str
    names: Mapping[str, str]
    helps: Mapping[str, float] = field(default_factory=dict)
    hurts: Mapping[str, float] = field(default_factory=dict)
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group that people ask to avoid.

    Args:
        id: Value of the domain's `avoid` slot (`"fragrance"`).
        names: Display name by language.
        synonyms: Other names by language.
        members_by: In words, what counts as a member and what does not.
        patterns: Regular expressions on the lower-cased printed name, which place ingredients the knowledge lacks.
        conditions: Values of the `condition` slot for which members are masked.
    """

    id: str
    names: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members_by: str = ""
    patterns: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name of the group: its id and its names in each language."""
        others = (name for names in self.synonyms.values() for name in names)
        return tuple(dict.fromkeys((self.id, *self.names.values(), *others)))


@dataclass(frozen=True, slots=True)
class Conflict:
    """What to do with two ingredients, or groups, in one routine.

    Args:
        a: Ingredient or group id.
        b: Ingredient or group id.
        kind: One of `CONFLICT_KINDS`.
        why: One sentence by language.
        source: A short citation.
        confidence: In (0, 1].
    """

    a: str
    b: str
    kind: str
    why: Mapping[str, str]
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Step:
    """Where a product category stands in a routine.

    Args:
        order: Counted from 1; lower is earlier.
        when: `"am"`, `"pm"` or both.
        contact: How much of a formula works on facial skin: 1 left on, about a third rinsed off or on lips, 0 for
            make-up of eyes and lips.
    """

    order: int
    when: tuple[str, ...]
    contact: float
