"""Facts: one thing known of a person, with where it came from and when; and the profile that they add up to."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from makeup_ai.profile.fields import Field, FieldTable, Value, field_table
from makeup_ai.schema import Bought, Profile, to_dict

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known, or no longer true, of a person.

    Args:
        field: Of the profile.
        value: As the table of fields has it.
        source: `said`, `photo`, `purchase` or `feedback`.
        time: When it was learnt, in seconds since 1970 (UTC).
        removed: It is no longer true: the value, or whatever value stood there where the field has only one.
    """

    field: str
    value: Value
    source: str
    time: float
    removed: bool = False

    @property
    def key(self) -> str:
        """What a later fact of the same field must share to stand in this one's place."""
        if not field_table().field(self.field).many:
            return ""
        name = self.value.product_id if isinstance(self.value, Bought) else str(self.value)
        return unicodedata.normalize("NFKC", name).casefold()

    def to_dict(self) -> dict[str, Any]:
        """Return the fact as plain JSON values."""
        values: dict[str, Any] = to_dict(self)
        return values


def make_fact(
    field: str,
    value: Any,
    source: str,
    time: float,
    *,
    now: float,
    removed: bool = False,
    table: FieldTable | None = None,
) -> Fact:
    """Check a fact against the table of fields.

    Args:
        field: Name of a field.
        value: Of the field's kind.
        source: Where it comes from.
        time: Seconds since 1970 (UTC), not ahead of `now` by more than the table's skew.
        now: The clock, in the same unit.
        removed: See `Fact`.
        table: Of fields; the package's own by default.

    Raises:
        ValueError: The field is unknown, its value is not of its kind, the source may not tell of it, or the time
            is no time or lies ahead.
    """
    table = table or field_table()
    row = table.field(field)
    if source not in row.sources:
        raise ValueError(f"Expected the source of {field} as one of {sorted(row.sources)}. Received: {source!r}")
    number = isinstance(time, int | float) and not isinstance(time, bool) and math.isfinite(time)
    if not number or not 0 <= time <= now + table.clock_skew_seconds:
        raise ValueError(
            f"Expected the time of a fact in seconds since 1970, not ahead of the clock ({now:.0f}). Received: {time!r}"
        )
    return Fact(field, table.value(field, value), source, float(time), removed)


def from_dict(values: Mapping[str, Any]) -> Fact:
    """Rebuild a fact that was checked when it was made, from the JSON of `Fact.to_dict`.

    Raises:
        ValueError: The field is unknown, as in a vault of a later version.
    """
    field_table().field(values["field"])
    value = values["value"]
    if isinstance(value, Mapping):
        value = Bought(**value)
    elif isinstance(value, list):
        value = tuple(value)
    return Fact(values["field"], value, values["source"], values["time"], values["removed"])


def belief(fact: Fact, now: float) -> float:
    """Return how far a fact is believed, in [0, 1]: its source's belief, halved every half-life of its field.

    Examples:
        >>> belief(Fact("concerns", "acne", "said", 0.0), now=180 * SECONDS_A_DAY)
        0.5
    """
    table = field_table()
    half_life = table.field(fact.field).half_life_days
    fresh = table.sources[fact.source]
    if half_life is None:
        return fresh
    return fresh * math.pow(0.5, max(now - fact.time, 0.0) / SECONDS_A_DAY / half_life)


def expires(fact: Fact) -> float | None:
    """Return when a fact has to be destroyed, in seconds since 1970 (UTC); `None` for never."""
    row: Field = field_table().field(fact.field)
    days = row.retention_of.get(fact.key, row.retention_days)
    return None if days is None else fact.time + days * SECONDS_A_DAY


def live(facts: Iterable[Fact], now: float) -> tuple[Fact, ...]:
    """Return the facts that count now, each key's latest, the oldest first.

    A removal takes away what was known of its key until then and never fades. What is past its date, or believed less
    than the table's `live_from`, does not count.
    """
    least = field_table().live_from
    latest: dict[tuple[str, str], Fact] = {}
    for fact in sorted(facts, key=lambda fact: fact.time):  # stable: of one moment, the one recorded later wins
        end = expires(fact)
        if end is not None and end <= now:
            continue
        if fact.removed:
            latest.pop((fact.field, fact.key), None)
        elif belief(fact, now) >= least:
            latest.pop((fact.field, fact.key), None)  # so that the order is that of the times
            latest[fact.field, fact.key] = fact
    return tuple(latest.values())


def profile_of(facts: Iterable[Fact], now: float) -> Profile:
    """Return the profile that facts add up to: the latest of single values, the union of lists."""
    table = field_table()
    values: dict[str, Any] = {}
    for fact in live(facts, now):
        if table.field(fact.field).many:
            values.setdefault(fact.field, []).append(fact.value)
        else:
            values[fact.field] = fact.value
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Profile(**values)
