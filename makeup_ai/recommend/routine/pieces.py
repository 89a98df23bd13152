"""What a routine has to know of a product: when it may be used, how often, and what it should not meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from makeup_ai.recommend.pairs import CLASHES, pair, standing
from makeup_ai.recommend.routine.table import DAYS, RoutineTable
from makeup_ai.recommend.tables import Tables

OWNED, PICKED, OFFERED = "owned", "picked", "offered"
"""Where a product of a routine came from."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One product as a routine sees it.

    Args:
        row: In the catalogue.
        category: Of the product.
        place: What steps are sorted by: phase, oil after water, order of the category, row.
        times: `"am"`, `"pm"` or both.
        whole: Whether `times` are all of its step's.
        daily: Whether its step is one for every sitting.
        left_on: Whether it stays on the skin.
        irritancy: The highest of its ingredients', 0 to 3.
        weekly: Times a week at most.
        slow: The rule of slow start that begins lowest, with its stages; `None` where there is none.
        sun: Rules of use that ask for sunscreen by day.
        origin: `OWNED`, `PICKED` or `OFFERED`.
    """

    row: int
    category: str
    place: tuple[int, int, int, int]
    times: frozenset[str]
    whole: bool
    daily: bool
    left_on: bool
    irritancy: int
    weekly: int
    slow: tuple[Row, tuple[tuple[int, int], ...]] | None
    sun: tuple[Row, ...]
    origin: str = OFFERED


class Pieces:
    """Reads pieces and their meetings from the tables, each once.

    Args:
        tables: Of the catalogue.
        knowledge: The table `knowledge.json`.
        table: Of routines.
    """

    def __init__(self, tables: Tables, knowledge: Row, table: RoutineTable):
        self.tables, self.knowledge, self.table = tables, knowledge, table
        self._cares = tuple(knowledge.get("cares", ()))
        self._ends = {end for rule in knowledge["conflicts"] for end in (rule["a"], rule["b"])}
        self._pieces: dict[int, Piece] = {}
        self._meetings: dict[tuple[int, int], Row | None] = {}

    def has_step(self, category: str) -> bool:
        """Whether a kind of product has a place in a routine."""
        return category in self.knowledge["steps"] and category in self.table.steps

    def order(self, category: str) -> int:
        """Give the place of a kind of product among all, from 1."""
        return int(self.knowledge["steps"][category]["order"])

    def of(self, row: int) -> Piece:
        """Read the piece of a row, whose category has a step."""
        if row not in self._pieces:
            self._pieces[row] = self._read(row)
        return self._pieces[row]

    def meeting(self, first: int, second: int) -> Row | None:
        """Find the gravest rule against two products in one sitting; `None` where they go together.

        What is rinsed off alternates with nothing, but what must never come together does not.
        """
        key = (min(first, second), max(first, second))
        if key not in self._meetings:
            both_left = self.of(first).left_on and self.of(second).left_on
            rules = [
                rule
                for one, other in product(self._active(key[0]), self._active(key[1]))
                if (rule := pair(self.knowledge, one, other)) is not None and rule["kind"] in CLASHES
            ]
            grave = [rule for rule in rules if both_left or rule["kind"] == CLASHES[0]]
            self._meetings[key] = min(grave, key=lambda rule: CLASHES.index(rule["kind"]), default=None)
        return self._meetings[key]

    def _active(self, row: int) -> list[str]:
        """Ingredients that some rule speaks of, in a fixed order."""
        found = sorted(self.tables.ingredients_of[row])
        return [i for i in found if self._ends & standing(self.knowledge, i).keys()]

    def _read(self, row: int) -> Piece:
        category = self.tables.products[row].category
        step, rule = self.knowledge["steps"][category], self.table.steps[category]
        left_on = float(step.get("contact", 1.0)) >= self.table.least_contact
        ingredients = self.tables.ingredients_of[row] if left_on else frozenset()
        about = {category, *(end for i in ingredients for end in self._named(i))}
        cares = [care for care in self._cares if about.intersection(care["about"])]
        times = frozenset(step["when"])
        allowed = self._times(times, ingredients, cares)
        names = self.tables.products[row].ingredients
        oily = bool(names) and self.table.oil_base.search(names[0].lower()) is not None
        slow = self._slow(cares, ingredients)
        last = slow[1][-1][1] if slow is not None else DAYS
        return Piece(
            row=row,
            category=category,
            place=(rule.phase, int(oily), int(step["order"]), row),
            times=allowed,
            whole=allowed == times,
            daily=rule.daily,
            left_on=left_on,
            irritancy=max((self._irritancy(i) for i in ingredients), default=0),
            weekly=min(rule.weekly, last),
            slow=slow,
            sun=tuple(care for care in cares if care["kind"] == "sun_protection" and category != self.table.sun),
        )

    def _named(self, ingredient: str) -> tuple[str, ...]:
        """An ingredient and its groups; its family is not meant: what holds of vitamin C need not hold of an ester."""
        return (ingredient, *self.knowledge["ingredients"].get(ingredient, {}).get("groups", ()))

    def _irritancy(self, ingredient: str) -> int:
        return int(self.knowledge["ingredients"].get(ingredient, {}).get("irritancy") or 0)

    def _times(self, times: frozenset[str], ingredients: Iterable[str], cares: Iterable[Row]) -> frozenset[str]:
        """Keep to the evening what light spoils, and to the morning what is best there, where the step allows it."""
        if "pm" in times and any(care["kind"] == "evening" for care in cares):
            return frozenset({"pm"})
        if "am" in times and set(self.table.mornings).intersection(ingredients):
            return frozenset({"am"})
        return times

    def _slow(self, cares: Iterable[Row], ingredients: Iterable[str]) -> tuple[Row, tuple[tuple[int, int], ...]] | None:
        """Take the rule that begins with the fewest times; what is mild leaves its first stage out."""
        found = []
        for care in cares:
            stages = self.table.slow_start.get(care["id"]) if care["kind"] == "slow_start" else None
            if stages is None:
                continue
            active = [i for i in ingredients if set(care["about"]).intersection(self._named(i))]
            strongest = max((self._irritancy(i) for i in active), default=DAYS)
            if strongest <= self.table.mild_irritancy and len(stages) > 1:
                skipped = stages[1][0] - 1
                stages = tuple((week - skipped, times) for week, times in stages[1:])
            found.append((care, stages))
        return min(found, key=lambda one: (one[1], one[0]["id"]), default=None)
