"""Values of a profile as people type them, and as they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from makeup_ai.profile.fields import field_table
from makeup_ai.schema import Bought


def bought(text: str) -> Bought:
    """Read a purchase from `ID` or `ID:RATING`.

    Raises:
        ValueError: The rating is not from 1 to 5.

    Examples:
        >>> bought("P1:4.5"), bought("shop:P1")
        (Bought(product_id='P1', rating=4.5), Bought(product_id='shop:P1', rating=None))
    """
    id_, _, rating = text.rpartition(":")
    try:
        return Bought(id_, float(rating)) if id_ else Bought(text)
    except ValueError as error:
        if not rating.replace(".", "", 1).isdigit():
            return Bought(text)  # an id with a colon in it
        raise ValueError(f"Expected ID or ID:RATING with a rating from 1 to 5. Received: {text!r}") from error


def tone(text: str) -> tuple[float, ...]:
    """Read a colour from `L,A,B`.

    Raises:
        ValueError: These are no numbers.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(f"Expected a tone as L,A,B in numbers. Received: {text!r}") from error


def parsed(field: str, text: str) -> Any:
    """Read a value of a field.

    Raises:
        ValueError: The field is unknown, or this is not how its values are written.
    """
    kind = field_table().field(field).kind
    readers: dict[str, Callable[[str], Any]] = {"amount": float, "age": int, "lab": tone, "bought": bought}
    try:
        return readers.get(kind, str)(text)
    except ValueError as error:
        raise ValueError(f"Expected a value of {field}. Received: {text!r} ({error})") from error


def worded(value: Any) -> str:
    """Write a value, or several, for people to read."""
    if isinstance(value, Bought):
        return value.product_id + (f" ({value.rating:g} of 5)" if value.rating is not None else "")
    if isinstance(value, list | tuple):
        return ", ".join(worded(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
