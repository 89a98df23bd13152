"""`profile.json`: which fields a profile has, what a value of each is, and how long it is believed and kept."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from makeup_ai.schema import Bought

Value = str | float | int | tuple[float, float, float] | Bought

OLDEST = 130  # whole years
LAB_RANGES = ((0.0, 100.0), (-128.0, 127.0), (-128.0, 127.0))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a profile, as the table has it.

    Args:
        name: As in `makeup_ai.schema.Profile`.
        kind: What a value is: `word`, `habit`, `amount`, `lab`, `age`, `country` or `bought`.
        many: Whether values stand beside each other; where not, the latest wins.
        most: Values at most.
        sources: Where a value may come from.
        sensitivity: `health`, `appearance` or `ordinary`.
        half_life_days: After which a fact is believed half as much; `None` for never.
        retention_days: After which a fact is destroyed; `None` for never.
        retention_of: Value -> its own retention in days, instead.
    """

    name: str
    kind: str
    many: bool
    most: int
    sources: tuple[str, ...]
    sensitivity: str
    half_life_days: float | None
    retention_days: float | None
    retention_of: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The whole table.

    Args:
        fields: Name -> field.
        sources: Source -> how far it is believed when fresh, above 0 and at most 1.
        live_from: Belief in [0, 1] under which a fact no longer counts.
        habits: The values of `habits`.
        longest: Characters of a word at most.
        clock_skew_seconds: How far ahead of the clock a time may lie.
        log_retention_days: How long an access stays on record.
        log_per_record: Accesses kept in one record of the vault.
    """

    fields: Mapping[str, Field]
    sources: Mapping[str, float]
    live_from: float
    habits: tuple[str, ...]
    longest: int
    clock_skew_seconds: float
    log_retention_days: float
    log_per_record: int

    def field(self, name: str) -> Field:
        """Return a field by name.

        Raises:
            ValueError: There is none of that name.
        """
        if name not in self.fields:
            raise ValueError(f"Unknown field of a profile. Expected one of {sorted(self.fields)}. Received: {name!r}")
        return self.fields[name]

    def value(self, name: str, value: Any) -> Value:
        """Return a field's value as it is kept: checked, trimmed, in its own type.

        Raises:
            ValueError: It is of another type, out of range, empty, too long, or holds control characters.
        """
        field = self.field(name)
        return CHECKS[field.kind](self, name, value)


@cache
def field_table() -> FieldTable:
    """Read the table that comes with the package."""
    table = json.loads(files("makeup_ai.profile").joinpath("tables/profile.json").read_text("utf-8"))
    fields = {
        name: Field(
            name=name,
            kind=row["kind"],
            many=row["many"],
            most=row.get("most", 1),
            sources=tuple(row["sources"]),
            sensitivity=row["sensitivity"],
            half_life_days=row["half_life_days"],
            retention_days=row["retention_days"],
            retention_of=row.get("retention_of", {}),
        )
        for name, row in table["fields"].items()
    }
    return FieldTable(
        fields=fields,
        sources=table["sources"],
        live_from=table["live_from"],
        habits=tuple(table["habits"]),
        longest=table["longest"],
        clock_skew_seconds=table["clock_skew_seconds"],
        log_retention_days=table["log"]["retention_days"],
        log_per_record=table["log"]["per_record"],
    )


def _word(table: FieldTable, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"Expected a value of {name} as a string. Received: {value!r}")
    word = unicodedata.normalize("NFC", value).strip()
    # Control, format and private characters and lone surrogates: nothing that a person types as a name.
    if not word or len(word) > table.longest or any(unicodedata.category(c)[0] == "C" for c in word):
        received = value if len(value) <= table.longest else f"{value[:20]}... ({len(value)} characters)"
        raise ValueError(
            f"Expected a value of {name} as 1 to {table.longest} printable characters. Received: {received!r}"
        )
    return word


def _habit(table: FieldTable, name: str, value: Any) -> str:
    if value not in table.habits:
        raise ValueError(f"Expected a value of {name} as one of {sorted(table.habits)}. Received: {value!r}")
    return str(value)


def _number(name: str, value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"Expected a profile's {name} as {what}. Received: {value!r}")
    return float(value)


def _amount(table: FieldTable, name: str, value: Any) -> float:
    what = "a finite amount above zero"
    amount = _number(name, value, what)
    if amount <= 0:
        raise ValueError(f"Expected a profile's {name} as {what}. Received: {value!r}")
    return amount


def _lab(table: FieldTable, name: str, value: Any) -> tuple[float, float, float]:
    what = f"L*, a*, b* of CIELAB within {LAB_RANGES}"
    if not isinstance(value, list | tuple) or len(value) != len(LAB_RANGES):
        raise ValueError(f"Expected a profile's {name} as {what}. Received: {value!r}")
    lightness, a, b = (_number(name, part, what) for part in value)
    if not all(low <= part <= high for part, (low, high) in zip((lightness, a, b), LAB_RANGES, strict=True)):
        raise ValueError(f"Expected a profile's {name} as {what}. Received: {value!r}")
    return lightness, a, b


def _age(table: FieldTable, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= OLDEST:
        raise ValueError(f"Expected a profile's {name} in whole years from 0 to {OLDEST}. Received: {value!r}")
    return value


def _country(table: FieldTable, name: str, value: Any) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    if len(code) != 2 or not (code.isascii() and code.isalpha()):
        raise ValueError(
            f"Expected a profile's {name} as a country of ISO 3166-1 alpha-2, such as 'DE'. Received: {value!r}"
        )
    return code


def _bought(table: FieldTable, name: str, value: Any) -> Bought:
    if isinstance(value, Mapping) and "product_id" in value and set(value) <= {"product_id", "rating"}:
        value = Bought(**value)
    if not isinstance(value, Bought):
        raise ValueError(f"Expected a value of {name} as an object with product_id and rating. Received: {value!r}")
    return Bought(_word(table, name, value.product_id), value.rating)


CHECKS: Mapping[str, Callable[[FieldTable, str, Any], Value]] = {
    # kind of the table: what a value of it must be
    "word": _word,
    "habit": _habit,
    "amount": _amount,
    "lab": _lab,
    "age": _age,
    "country": _country,
    "bought": _bought,
}
