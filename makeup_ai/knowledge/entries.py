"""The frozen rows of the knowledge: ingredients, effects, groups, rules, regulations and routine steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CONFLICT_KINDS = ("avoid_together", "alternate", "fine")
"""Never in one routine; not in the same session (another day, or morning against evening); layers well."""

PREGNANCY = ("ok", "caution", "avoid")
"""What is usually advised in pregnancy; only `"avoid"` masks, `"caution"` is for words."""

CARE_KINDS = ("sun_protection", "slow_start", "evening", "patch_test", "ask_doctor", "order")
"""How something is used: with sunscreen by day; seldom at first; in the evening; tried on the inner arm first; not
without a doctor; before or after other steps."""

LAW_KINDS = ("limit", "banned", "declare", "permitted")
"""What a regulation does: limits a strength; bans; asks to be named on the pack; allows what else would be banned."""

ASPECTS = ("functions", "effects", "strength")
"""Parts of what is said of an ingredient that may be known to be incomplete."""

CONSENSUS = "cosmetic-science consensus"
"""The source of what textbooks and formulators agree on and no one paper is named for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim that an ingredient has an effect.

    Args:
        effect: Effect id (`"sebum_control"`).
        strength: In (0, 1], 1 for the strongest of its kind.
        confidence: How sure the source makes it, in (0, 1].
        source: A short citation, or `CONSENSUS`.
        contested: Whether the evidence is disputed.
    """

    effect: str
    strength: float
    confidence: float
    source: str
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Strength:
    """The strengths at which an ingredient usually stands in products, in per cent by weight.

    Args:
        leave_on: Low and high end in products that stay on skin, or `None` where it is not usual there.
        rinse_off: The same in products that are rinsed off.
        source: A short citation, or `CONSENSUS`.
        confidence: In (0, 1].
    """

    leave_on: tuple[float, float] | None
    rinse_off: tuple[float, float] | None
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Function:
    """What an ingredient does in a formula, or what kind of thing it is.

    Args:
        id: Snake case (`"humectant"`).
        names: Display name by language.
        cosing: The functions of CosIng that say the same; empty for a kind of thing (a plant, a vitamin), which CosIng
            does not tell.
    """

    id: str
    names: Mapping[str, str]
    cosing: tuple[str, ...] = ()


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
        suits: Skin types that it suits (`"oily"`).
        unsuited: Skin types that it does not suit.
        strength: How much of it products usually hold, or `None` where that is not on record.
        partial: Those of `ASPECTS` of which more is known elsewhere than is told here.
        beyond: What CosIng does not say of it in so many words: ids of functions, or `"inci"` where it lacks the name.
    """

    id: str
    inci: str
    names: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    summary: Mapping[str, str]
    functions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    effects: tuple[Claim, ...] = ()
    irritancy: int = 0
    comedogenic: int = 0
    pregnancy: str = "ok"
    family: str | None = None
    low_dose: bool = False
    suits: tuple[str, ...] = ()
    unsuited: tuple[str, ...] = ()
    strength: Strength | None = None
    partial: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()

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
        members_by: By language, what counts as a member and what does not.
        patterns: Regular expressions on the lower-cased printed name, which place ingredients the knowledge lacks.
        conditions: Values of the `condition` slot for which members are masked.
        complete: Whether its members are all there are, as where a law lists them.
    """

    id: str
    names: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members_by: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    complete: bool = False

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
        source: A short citation, or `CONSENSUS`.
        confidence: In (0, 1].
        contested: Whether the evidence is disputed.
    """

    a: str
    b: str
    kind: str
    why: Mapping[str, str]
    source: str
    confidence: float
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Care:
    """How to use ingredients, or products, whatever stands beside them.

    Args:
        id: Snake case (`"retinoid_at_night"`).
        about: Ids of ingredients, groups or product categories.
        kind: One of `CARE_KINDS`.
        text: One or two sentences by language.
        source: A short citation, or `CONSENSUS`.
        confidence: In (0, 1].
        contested: Whether the evidence is disputed.
    """

    id: str
    about: tuple[str, ...]
    kind: str
    text: Mapping[str, str]
    source: str
    confidence: float
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Regulation:
    """What a law says of ingredients.

    Args:
        id: Snake case (`"eu_vitamin_a"`).
        about: Ids of ingredients or groups.
        kind: One of `LAW_KINDS`.
        text: One or two sentences by language.
        limits: Highest strength in per cent by weight, by the kind of product, in English words.
        source: The act, with its annex, and the act that amended it.
        date: Of the act that made or last changed the rule, `"YYYY-MM-DD"` or `"YYYY"`.
        confidence: In (0, 1].
        complete: Whether every condition of the law is told.
    """

    id: str
    about: tuple[str, ...]
    kind: str
    text: Mapping[str, str]
    limits: Mapping[str, float]
    source: str
    date: str
    confidence: float
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Where a product category stands in a routine.

    Args:
        order: Counted from 1; lower is earlier.
        when: `"am"`, `"pm"` or both.
        contact: How much of a formula works on facial skin: 1 left on, about a third rinsed off or on lips, 0 for
            make-up of eyes and lips.
        names: Display name of the category by language.
    """

    order: int
    when: tuple[str, ...]
    contact: float
    names: Mapping[str, str] = field(default_factory=dict)
