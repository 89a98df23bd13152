"""What a person needs, gathered from their words, their profile and their photo."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import LANGUAGES, Bought, Profile, SkinReport, Slot, Understanding

WORDS, PROFILE, PHOTO = "words", "profile", "photo"
"""Where a need came from."""
MOST_SEEN = 3
"""Needs taken from a photo at most, the strongest first: more would say nothing about what matters."""

ResolveAvoid = Callable[[str], Iterable[str]]
"""A free name of an allergen in; the `avoid:` needs it means out, none where it is not known."""


class BudgetReader(Protocol):
    """What is taken of `makeup_ai.text.lexicon.Lexicon`."""

    def budget(self, surface: str, language: str) -> float | None:
        """Read an amount of money, in the catalogue's currency; `None` where there is none."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What to look for, what to leave out, and who said so. Nothing here depends on the order of its parts but wording.

    Args:
        needs: `slot:value` of slots that score.
        filters: Slot -> values, one of which a product must have.
        masks: `slot:value` of slots that rule out.
        budget: The most a product may cost, in the catalogue's currency.
        tone: Skin colour as CIELAB (D65).
        owned: Product ids in use, not to be offered again.
        unknown_avoid: What to avoid in words that nothing in the tables is called.
        near_avoid: What to avoid in words that may be a known name with a typing error: both are left out,
            what it may mean and what prints it so.
        unknown_condition: A condition in words that nothing in the tables is called.
        history: Products had before, in any order.
        age: In whole years, or `None` where it is not known.
        locale: Where things are bought, ISO 3166-1 alpha-2, or `None`.
        habits: Values of the table of habits, which routines go by.
        sources: A need, `"budget"`, `"tone"` or an unknown word -> where it came from: words, profile, photo.

    Raises:
        ValueError: The budget is not above zero, or the tone is not three finite numbers.
    """

    needs: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    masks: tuple[str, ...] = ()
    budget: float | None = None
    tone: tuple[float, float, float] | None = None
    owned: tuple[str, ...] = ()
    unknown_avoid: tuple[str, ...] = ()
    unknown_condition: tuple[str, ...] = ()
    near_avoid: tuple[str, ...] = ()
    history: tuple[Bought, ...] = ()
    age: int | None = None
    locale: str | None = None
    habits: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.budget is not None and not (math.isfinite(self.budget) and self.budget > 0):
            raise ValueError(f"A budget is a finite amount above zero, or None. Received: budget={self.budget!r}")
        if self.tone is not None and (len(self.tone) != 3 or not all(math.isfinite(x) for x in self.tone)):
            raise ValueError(f"A tone is L*, a*, b*, all finite. Received: tone={self.tone!r}")

    def came_from(self, source: str) -> bool:
        """Whether anything came from `source`."""
        return any(source in sources for sources in self.sources.values())


def gather(
    understanding: Understanding,
    profile: Profile | None,
    skin: SkinReport | None,
    lexicon: BudgetReader,
    tables: Tables,
    *,
    resolve_avoid: ResolveAvoid = lambda name: (),
    is_spelling: Callable[[str], bool] = lambda name: True,
) -> Needs:
    """Bring together what the words, the profile and the photo say.

    A skin type or budget in the words stands in place of the profile's (people also ask for others); a tone in the
    photo in place of the profile's. Cues in the photo count where the words name nothing to score. Everything else adds
    up. A slot that protects is kept however unsure the tagger is.

    Args:
        understanding: Its slots carry canonical values.
        profile: Or `None`.
        skin: Or `None`.
        lexicon: Reads amounts of money where a budget's slot has no value.
        tables: For the roles of slots.
        resolve_avoid: For allergies by free name.
        is_spelling: Whether such a name is known as it stands.

    Raises:
        ValueError: The profile's budget or tone is not a number that can be used.
    """
    gathering = _Gathering(tables, resolve_avoid, is_spelling)
    for slot in understanding.slots:
        gathering.slot(slot, understanding.language, lexicon)
    if profile is not None:
        gathering.profile(profile)
    if skin is not None:
        gathering.photo(skin)
    return gathering.needs()


class _Gathering:
    """Needs while they are being gathered; dictionaries keep the first order and one of each."""

    def __init__(self, tables: Tables, resolve_avoid: ResolveAvoid, is_spelling: Callable[[str], bool]):
        self.tables, self.resolve_avoid, self.is_spelling = tables, resolve_avoid, is_spelling
        self.near_avoid: dict[str, None] = {}
        self.scored: dict[str, None] = {}
        self.masked: dict[str, None] = {}
        self.filters: dict[str, dict[str, None]] = {}
        self.unknown_avoid: dict[str, None] = {}
        self.unknown_condition: dict[str, None] = {}
        self.sources: dict[str, list[str]] = {}
        self.budget: float | None = None
        self.tone: tuple[float, float, float] | None = None
        self.owned: tuple[str, ...] = ()
        self.history: tuple[Bought, ...] = ()
        self.age: int | None = None
        self.locale: str | None = None
        self.habits: tuple[str, ...] = ()

    def slot(self, slot: Slot, language: str, lexicon: BudgetReader) -> None:
        rule = self.tables.slots.get(slot.slot)
        if rule is None or (slot.confidence < self.tables.settings.min_slot and rule.role != "mask"):
            return
        if rule.role == "budget":
            language = language if language in LANGUAGES else LANGUAGES[0]
            amount = float(slot.value) if slot.value is not None else lexicon.budget(slot.text, language)
            if amount is not None and math.isfinite(amount) and amount > 0:
                # Two amounts are a range, of which the upper end is the limit.
                self.budget = amount if self.budget is None else max(self.budget, amount)
                self.sources["budget"] = [WORDS]
        elif slot.value is not None:
            self.add(slot.slot, slot.value, WORDS)
        elif rule.role == "mask":
            self.unknown(slot.slot, slot.text, WORDS)

    def profile(self, profile: Profile) -> None:
        named = {need.partition(":")[0] for need in self.scored}
        if profile.skin_type is not None and "skin_type" not in named:
            self.add("skin_type", profile.skin_type, PROFILE)
        for concern in profile.concerns:
            self.add("concern", concern, PROFILE)
        for name in (*profile.allergies, *profile.dislikes):
            self.unknown("avoid", name, PROFILE)
        for condition in profile.conditions:
            self.add("condition", condition, PROFILE)
        if self.budget is None and profile.budget is not None:
            self.budget = profile.budget
            self.sources["budget"] = [PROFILE]
        if profile.tone is not None:
            self.tone = profile.tone
            self.sources["tone"] = [PROFILE]
        self.owned = tuple(dict.fromkeys(profile.owned))
        self.history, self.age, self.locale = tuple(profile.history), profile.age, profile.locale
        self.habits = tuple(profile.habits)

    def photo(self, skin: SkinReport) -> None:
        if skin.tone is not None:
            self.tone = skin.tone.lab
            self.sources["tone"] = [PHOTO]
        if any(WORDS in self.sources[need] for need in self.scored):
            return
        seen = {
            need: skin.cues[cue].score
            for cue, (need, least) in self.tables.settings.cues.items()
            if cue in skin.cues and skin.cues[cue].score >= least
        }
        for need in sorted(seen, key=lambda need: -seen[need])[:MOST_SEEN]:
            slot, _, value = need.partition(":")
            self.add(slot, value, PHOTO)

    def add(self, slot: str, value: str, source: str) -> None:
        rule = self.tables.slots.get(slot)
        if rule is None:
            return  # a profile may speak of skin to a guide of other goods
        need = f"{slot}:{value}"
        if rule.role == "need":
            self.scored[need] = None
        elif rule.role == "filter":
            self.filters.setdefault(slot, {})[value] = None
        elif rule.role == "mask":
            self.masked[need] = None
        else:
            return  # a budget is an amount
        self.source(need, source)

    def unknown(self, slot: str, text: str, source: str) -> None:
        text = text.strip()
        if not text:
            return
        if slot != "avoid":
            self.unknown_condition[text] = None
            self.source(text, source)
            return
        known = list(self.resolve_avoid(text))
        for need in known:
            self.masked[need] = None
            self.source(need, source)
        if not known:
            self.unknown_avoid[text] = None
            self.source(text, source)
        elif not self.is_spelling(text):
            self.near_avoid[text] = None

    def source(self, what: str, source: str) -> None:
        sources = self.sources.setdefault(what, [])
        if source not in sources:
            sources.append(source)

    def needs(self) -> Needs:
        return Needs(
            needs=tuple(self.scored),
            filters={slot: tuple(values) for slot, values in self.filters.items()},
            masks=tuple(self.masked),
            budget=self.budget,
            tone=self.tone,
            owned=self.owned,
            unknown_avoid=tuple(self.unknown_avoid),
            unknown_condition=tuple(self.unknown_condition),
            near_avoid=tuple(self.near_avoid),
            history=self.history,
            age=self.age,
            locale=self.locale,
            habits=self.habits,
            sources={what: tuple(sources) for what, sources in self.sources.items()},
        )
