"""Who asks: what a person has chosen to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Bought:
    """One product that a person has had.

    Args:
        product_id: In the catalogue, or one it no longer holds.
        rating: 1 (bad) to 5 (good), or `None` where it was not said.

    Raises:
        ValueError: The id is no string, or the rating no number from 1 to 5.
    """

    product_id: str
    rating: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        if not isinstance(self.product_id, str):
            raise ValueError(f"Expected the id of a product as a string. Received: product_id={self.product_id!r}")
        number = isinstance(self.rating, int | float) and not isinstance(self.rating, bool)
        if self.rating is not None and not (number and 1 <= self.rating <= 5):
            raise ValueError(f"Expected a rating from 1 to 5, or none. Received: rating={self.rating!r}")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person has chosen to tell; every field is optional.

    Args:
        skin_type: A value of the domain's `skin_type` slot.
        concerns: Values of the `concern` slot.
        allergies: Ingredient or group names, in any spelling the knowledge can link.
        conditions: Values of the `condition` slot (`"pregnancy"`).
        budget: The most a single product may cost, in the catalogue's currency.
        tone: Skin colour as CIELAB (L*, a*, b*; D65), measured earlier with consent.
        owned: Product ids in use.
        dislikes: Ingredient or group names that are not wanted, in any spelling the knowledge can link.
        habits: Values of the profile's table of habits (`"minimal_routine"`).
        age: In whole years.
        locale: Where things are bought, ISO 3166-1 alpha-2 (`"DE"`).
        history: Products had before, in any order.

    Raises:
        ValueError: A field is of another type; a single string is no list of strings.

    Examples:
        >>> Profile.from_dict({"skin_type": "oily", "history": [{"product_id": "P1", "rating": 4}]}).history
        (Bought(product_id='P1', rating=4),)
    """

    skin_type: str | None = None
    concerns: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    budget: float | None = None
    tone: tuple[float, float, float] | None = None
    owned: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    habits: tuple[str, ...] = ()
    age: int | None = None
    locale: str | None = None
    history: tuple[Bought, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would be read letter by letter, or fail far from here."""
        for name in ("skin_type", "locale"):
            if not isinstance(getattr(self, name), str | None):
                raise ValueError(f"Expected a profile's {name} as a string. Received: {getattr(self, name)!r}")
        for name in ("concerns", "allergies", "conditions", "owned", "dislikes", "habits"):
            values = getattr(self, name)
            if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
                raise ValueError(f"Expected a profile's {name} as a list of strings. Received: {values!r}")
        numbers = {"budget": (self.budget,), "tone": self.tone}
        for name, found in numbers.items():
            if not isinstance(found, list | tuple | None) or any(
                isinstance(x, bool) or not isinstance(x, int | float | None) for x in found or ()
            ):
                raise ValueError(f"Expected a profile's {name} in numbers. Received: {getattr(self, name)!r}")
        if self.age is not None and (isinstance(self.age, bool) or not isinstance(self.age, int) or self.age < 0):
            raise ValueError(f"Expected a profile's age in whole years. Received: {self.age!r}")
        if not isinstance(self.history, list | tuple) or not all(isinstance(b, Bought) for b in self.history):
            raise ValueError(f"Expected a profile's history as a list of purchases. Received: {self.history!r}")

    @classmethod
    def from_dict(cls, values: Any) -> Profile:
        """Build a profile from a JSON object; `history` is a list of `{"product_id": ..., "rating": ...}`.

        Raises:
            ValueError: It is no object, has a field that a profile does not, or a field of another type.
        """
        known = sorted(f.name for f in fields(cls))
        if not isinstance(values, Mapping) or set(values) - set(known):
            received = sorted(set(values) - set(known)) if isinstance(values, Mapping) else type(values).__name__
            raise ValueError(f"Expected a profile: a JSON object with fields of {known}. Received: {received}")
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        if "history" in given:
            rows = given["history"]
            if not isinstance(rows, tuple) or not all(
                isinstance(row, Mapping) and "product_id" in row and not set(row) - {"product_id", "rating"}
                for row in rows
            ):
                raise ValueError(
                    f"Expected a profile's history as a list of objects with product_id and rating. Received: {rows!r}"
                )
            given["history"] = tuple(Bought(**row) for row in rows)
        return cls(**given)
