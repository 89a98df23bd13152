"""What a shop sells: products and their shades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Shade:
    """One shade of a product.

    Args:
        shade_id: Unique within its product.
        name: Display name by language, `{"en": ..., "zh": ...}`.
        hex: sRGB colour as `#RRGGBB`.
        undertone: `"cool"`, `"neutral"`, `"warm"` or `None` where it has none (a lipstick).
    """

    shade_id: str
    name: Mapping[str, str]
    hex: str
    undertone: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the catalogue.

    Args:
        product_id: Unique in the catalogue.
        brand: Brand name as printed.
        name: Display name by language.
        category: A value of the domain's `category` slot (`"serum"`, `"lipstick"`).
        price: In `currency`, above zero.
        currency: ISO 4217 code.
        size: As printed (`"30 ml"`).
        ingredients: INCI names in the order of the pack.
        attributes: What the brand itself declares, slot -> values (`{"finish": ("matte",), "skin_type": ("oily",)}`).
        description: One or two sentences by language.
        shades: Empty where the product comes in one form.
        in_stock: Products out of stock are never offered.
        line: Name of the line it belongs to; products of one brand and line are kin. Empty where it has none.
        min_age: Youngest age in years that it is meant for, or `None`.
        locales: Where it is sold, ISO 3166-1 alpha-2; empty for everywhere.
        sponsored: Whether its place is paid for; this is shown and adds nothing to a score.
    """

    product_id: str
    brand: str
    name: Mapping[str, str]
    category: str
    price: float
    currency: str
    size: str
    ingredients: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    description: Mapping[str, str]
    shades: tuple[Shade, ...] = ()
    in_stock: bool = True
    line: str = ""
    min_age: int | None = None
    locales: tuple[str, ...] = ()
    sponsored: bool = False

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Product:
        """Build a product from one JSON object of a catalogue table.

        Raises:
            ValueError: A required field is missing, the price is not above zero, or a shade's hex is malformed.
        """
        required = [f.name for f in fields(cls) if f.default is MISSING]
        missing = [name for name in required if name not in row]
        if missing:
            raise ValueError(
                f"A product needs the fields {required}. Missing: {missing} in product_id={row.get('product_id')!r}"
            )
        shades = tuple(Shade(**shade) for shade in row.get("shades", ()))
        for shade in shades:
            digits = shade.hex.removeprefix("#")
            if len(shade.hex) != 7 or len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
                raise ValueError(f"A shade's hex is #RRGGBB. Received: hex={shade.hex!r} in {row['product_id']!r}")
        if not float(row["price"]) > 0:
            raise ValueError(f"A price is above zero. Received: price={row['price']!r} in {row['product_id']!r}")
        return cls(
            product_id=str(row["product_id"]),
            brand=str(row["brand"]),
            name=dict(row["name"]),
            category=str(row["category"]),
            price=float(row["price"]),
            currency=str(row["currency"]),
            size=str(row["size"]),
            ingredients=tuple(row["ingredients"]),
            attributes={slot: tuple(values) for slot, values in row["attributes"].items()},
            description=dict(row["description"]),
            shades=shades,
            in_stock=bool(row.get("in_stock", True)),
            line=str(row.get("line", "")),
            min_age=None if row.get("min_age") is None else int(row["min_age"]),
            locales=tuple(str(locale).upper() for locale in row.get("locales", ())),
            sponsored=bool(row.get("sponsored", False)),
        )
