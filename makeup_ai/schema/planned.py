"""What is planned: a morning and an evening of products, the nights of the week, and what to begin slowly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from makeup_ai.schema.advised import Recommendation


@dataclass(frozen=True, slots=True)
class SlowStart:
    """How to begin with a product that skin has to get used to.

    Args:
        care: Id of the rule of use behind it (`"retinoid_slow"`).
        text: The rule in words of the user's language.
        source: Of the rule.
        stages: `(week, times a week)`, ascending; the last holds from then on. Weeks count from 1.
    """

    care: str
    text: str
    source: str
    stages: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One product in its place.

    Args:
        category: Of the product.
        phase: What the step is for (`"cleanse"`, `"treat"`); phases come in the order of the routine's table.
        when: `"am"`, `"pm"` or both.
        product: With its whole sum.
        origin: `"owned"`, `"picked"` by the person, or `"offered"` to fill a gap.
        times: A week, once skin is used to it; 7 is every day.
        slow_start: How to begin with it, or `None`.
    """

    category: str
    phase: str
    when: tuple[str, ...]
    product: Recommendation
    origin: str
    times: int
    slow_start: SlowStart | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two products that should not meet, and what was done about it.

    Args:
        products: Ids of both.
        kind: `"avoid_together"` or `"alternate"`.
        why: One sentence in words of the user's language.
        source: Of the rule behind it.
        solved: `"set_aside"` (the second is left out), `"split_day"` (one in the morning, one in the evening) or
            `"alternate_nights"`.
    """

    products: tuple[str, str]
    kind: str
    why: str
    source: str
    solved: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A product that a person owns or picked, but that the routine leaves out.

    Args:
        product_id: In the catalogue.
        because: `"clash"`, `"masked"` (an allergy, a condition), or `"no_step"` (a kind of product without a step).
        detail: The mask in words of the user's language; empty otherwise.
    """

    product_id: str
    because: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A step that stays empty.

    Args:
        category: Of the step.
        because: `"none"` is offered, all `"clash"`, or the `"total"` budget does not reach.
    """

    category: str
    because: str


@dataclass(frozen=True, slots=True)
class Week:
    """The evenings of a week, from one week on.

    Args:
        first: Week from which it holds, counted from 1.
        nights: Product ids of each evening in the order of use, Monday first; always seven.
    """

    first: int
    nights: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine whose products go together.

    Args:
        steps: In the order of use; the steps of the morning are those with `"am"`.
        meetings: What should not meet, with what was done about it.
        set_aside: What was owned or picked and is left out.
        missing: Steps that stay empty.
        weeks: The evenings, a new week wherever something changes; empty where every evening is the same.
        to_buy: Product ids of what is not owned.
        total: Price of `to_buy`.
        currency: ISO 4217 code.
        budget: The most that `to_buy` may cost together, or `None`.
        sun: Rules of use that ask for sunscreen by day, in words of the user's language.
        value: The sum that was made as great as possible: scores, the worth of filled steps, less the alternations.
    """

    steps: tuple[PlannedStep, ...]
    meetings: tuple[Meeting, ...]
    set_aside: tuple[SetAside, ...]
    missing: tuple[Missing, ...]
    weeks: tuple[Week, ...]
    to_buy: tuple[str, ...]
    total: float
    currency: str
    budget: float | None
    sun: tuple[str, ...]
    value: float

    def sitting(self, when: str) -> tuple[PlannedStep, ...]:
        """Give the steps of the morning (`"am"`) or the evening (`"pm"`), in order."""
        return tuple(step for step in self.steps if when in step.when)

    @property
    def by_id(self) -> Mapping[str, PlannedStep]:
        """Product id -> its step."""
        return {step.product.product_id: step for step in self.steps}
