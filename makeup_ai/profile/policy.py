"""`policy.json`: which consumer may see which field for which purpose; and the view that it may see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from makeup_ai.profile.consent import Decision, Purpose, stands
from makeup_ai.profile.facts import Fact, live, profile_of
from makeup_ai.schema import Profile


@dataclass(frozen=True, slots=True)
class View:
    """What one consumer sees.

    Args:
        consumer: Who asked.
        purposes: What for.
        profile: With the allowed fields alone.
        fields: That carry something in it.
        withheld: Field that the policy allows and that holds something -> why it is not in it.
    """

    consumer: str
    purposes: tuple[str, ...]
    profile: Profile
    fields: tuple[str, ...]
    withheld: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole table.

    Args:
        purposes: Name -> purpose.
        consumers: Who may ask.
        keeping: Source -> the purpose that needs a yes before facts of that source are kept or shown.
        fields: Field -> consumer -> purposes for which it may be seen.
    """

    purposes: Mapping[str, Purpose]
    consumers: tuple[str, ...]
    keeping: Mapping[str, str]
    fields: Mapping[str, Mapping[str, Sequence[str]]]

    def purpose(self, name: str) -> Purpose:
        """Return a purpose by name.

        Raises:
            ValueError: There is none of that name.
        """
        if name not in self.purposes:
            raise ValueError(f"Unknown purpose. Expected one of {sorted(self.purposes)}. Received: {name!r}")
        return self.purposes[name]

    def may_keep(self, field: str, source: str, decisions: Iterable[Decision]) -> bool:
        """Tell whether facts of a field from a source may be kept and shown at all."""
        needed = self.keeping.get(source)
        return needed is None or stands(decisions, self.purposes[needed], field)

    def view(
        self, facts: Iterable[Fact], decisions: Sequence[Decision], consumer: str, purposes: Sequence[str], now: float
    ) -> View:
        """Return what a consumer may see of facts.

        A field is seen where the table allows it to the consumer for one of the purposes, and the person agrees to
        that purpose; facts from a photo only where they agree to keeping those, too.

        Args:
            facts: All that are kept.
            decisions: In the order in which they were made.
            consumer: Who asks.
            purposes: What for; at least one.
            now: Seconds since 1970 (UTC).

        Raises:
            ValueError: The consumer or a purpose is unknown, or none is named.
        """
        if consumer not in self.consumers:
            raise ValueError(f"Unknown consumer. Expected one of {sorted(self.consumers)}. Received: {consumer!r}")
        if not purposes:
            raise ValueError(f"Expected at least one purpose of {sorted(self.purposes)}. Received: none")
        asked = [self.purpose(name) for name in purposes]
        seen: list[Fact] = []
        withheld: dict[str, str] = {}
        counting = set(live(facts, now))
        for fact in facts:
            allowed = [p for p in asked if p.name in self.fields.get(fact.field, {}).get(consumer, ())]
            if not allowed:
                continue
            if not any(stands(decisions, purpose, fact.field) for purpose in allowed):
                why = f"no consent to {' or '.join(purpose.name for purpose in allowed)}"
            elif not self.may_keep(fact.field, fact.source, decisions):
                why = f"no consent to values from a {fact.source}"
            else:
                seen.append(fact)
                continue
            if fact in counting:
                withheld[fact.field] = why
        shown = tuple(sorted({fact.field for fact in live(seen, now)}))
        return View(consumer, tuple(purposes), profile_of(seen, now), shown, withheld)


@cache
def policy() -> Policy:
    """Read the table that comes with the package."""
    table = json.loads(files("makeup_ai.profile").joinpath("tables/policy.json").read_text("utf-8"))
    purposes = {
        name: Purpose(name, row["consent"] == "asked", row["wording"], row["text"])
        for name, row in table["purposes"].items()
    }
    return Policy(purposes, tuple(table["consumers"]), table["keeping"], table["fields"])
