"""`routine.json`: steps, plans, habits, and how to begin slowly, checked once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import BundleError

PACKAGED = Path(__file__).parents[1] / "tables" / "routine.json"
"""The table a bundle starts from."""
DAYS = 7
"""Days of a week, which is as often as anything is used."""


@dataclass(frozen=True, slots=True)
class StepRule:
    """How a kind of product stands in a routine; its order and times of day are the knowledge's.

    Args:
        phase: Place of the phase it belongs to, from 0.
        daily: Whether only what can be used at each of its times is recommended for it.
        worth: What filling it is worth, in units of a score.
        weekly: Times a week at most.
    """

    phase: int
    daily: bool
    worth: float
    weekly: int


@dataclass(frozen=True, slots=True)
class RoutineTable:
    """How routines are made.

    Args:
        phases: In the order of use.
        steps: Category -> its rule.
        plans: Name -> categories; `"full"` is what is planned unless a habit says otherwise.
        habits: Habit of a profile -> the plan it asks for, or `None`, and the categories it adds.
        sun: The category that protects from light.
        least_contact: Share of contact with skin (see `Step.contact`) from which a product counts as left on.
        oil_base: Pattern on the first name of a pack, in lower case: such a product comes after water-based ones.
        mornings: Ids of ingredients that are best used in the morning.
        slow_start: Id of a rule of use -> `(week, times a week)`, ascending.
        mild_irritancy: Irritancy (0 to 3) up to which the first stage of a slow start is left out.
        settle_weeks: Weeks between the beginnings of two products that are begun slowly.
        alternating: What two products that must alternate take from the sum.
        candidates: Products looked at for a step, the best first.
        beam: Unfinished routines kept from step to step.
    """

    phases: tuple[str, ...]
    steps: Mapping[str, StepRule]
    plans: Mapping[str, tuple[str, ...]]
    habits: Mapping[str, tuple[str | None, tuple[str, ...]]]
    sun: str
    least_contact: float
    oil_base: re.Pattern[str]
    mornings: tuple[str, ...]
    slow_start: Mapping[str, tuple[tuple[int, int], ...]]
    mild_irritancy: int
    settle_weeks: int
    alternating: float
    candidates: int
    beam: int

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], *, file: str = "routine.json") -> RoutineTable:
        """Read the table.

        Raises:
            BundleError: A part is missing, of the wrong kind, or names a phase, plan or step that is not there.
        """
        if table.get("schema") != 1:
            raise BundleError(f"{file}: expected schema 1. Received: {table.get('schema')!r}")
        try:
            phases = tuple(str(phase) for phase in table["phases"])
            default = _number(table["worth"])
            steps = {
                str(category): StepRule(
                    phases.index(row["phase"]),
                    bool(row.get("daily", False)),
                    _number(row.get("worth", default)),
                    min(_count(row.get("weekly", DAYS)), DAYS),
                )
                for category, row in table["steps"].items()
            }
            made = cls(
                phases=phases,
                steps=steps,
                plans={str(name): tuple(plan) for name, plan in table["plans"].items()},
                habits={str(h): (row.get("plan"), tuple(row.get("add", ()))) for h, row in table["habits"].items()},
                sun=str(table["sun"]),
                least_contact=_number(table["least_contact"]),
                oil_base=re.compile(table["oil_base"], re.ASCII),
                mornings=tuple(table["mornings"]),
                slow_start={str(care): _stages(stages) for care, stages in table["slow_start"].items()},
                mild_irritancy=int(table["mild_irritancy"]),
                settle_weeks=_count(table["settle_weeks"]),
                alternating=_number(table["alternating"]),
                candidates=_count(table["candidates"]),
                beam=_count(table["beam"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
            raise BundleError(f"{file}: a part is missing or of the wrong kind ({error!r})") from error
        named = {category for plan in made.plans.values() for category in plan}
        named |= {category for _, added in made.habits.values() for category in added} | {made.sun}
        if (
            "full" not in made.plans
            or named - set(steps)
            or {p for p, _ in made.habits.values() if p} - set(made.plans)
        ):
            raise BundleError(f"{file}: expected a plan 'full', and plans and habits of the steps {sorted(steps)}")
        return made

    @classmethod
    def packaged(cls) -> RoutineTable:
        """Read the table that comes with the package.

        Examples:
            >>> RoutineTable.packaged().plan(("minimal_routine", "wears_makeup"))
            ('cleanser', 'moisturizer', 'sunscreen', 'makeup_remover')
        """
        return cls.from_dict(packaged())

    def plan(self, habits: tuple[str, ...]) -> tuple[str, ...]:
        """Give the categories that a person with these habits is to have; unknown habits change nothing."""
        known = [self.habits[habit] for habit in habits if habit in self.habits]
        plan = next((name for name, _ in known if name is not None), "full")
        return tuple(dict.fromkeys((*self.plans[plan], *(c for _, added in known for c in added))))


def packaged() -> dict[str, Any]:
    """Read the table that comes with the package, as JSON."""
    table: dict[str, Any] = json.loads(PACKAGED.read_text("utf-8"))
    return table


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(value) or value < 0:
        raise ValueError(f"expected a number from 0, received {value!r}")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"expected a whole number from 1, received {value!r}")
    return value


def _stages(rows: Any) -> tuple[tuple[int, int], ...]:
    stages = tuple((_count(week), min(_count(times), DAYS)) for week, times in rows)
    if not stages or stages[0][0] != 1 or list(stages) != sorted(stages):
        raise ValueError(f"expected stages from week 1 on, ascending, received {rows!r}")
    return stages
