"""Reading the tables of ranking: each file is held to its own form and to the catalogue."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError
from makeup_ai.schema import Product

EMBEDDINGS = "embeddings.bin"
ROLES = ("need", "filter", "mask", "budget")


@dataclass(frozen=True, slots=True)
class SlotRule:
    """What a slot of the domain does to a ranking.

    Args:
        role: One of `ROLES`.
        term: The weight its needs go under; `None` unless the role is `"need"`.
        weight: Times the term's weight.
    """

    role: str
    term: str | None
    weight: float


@dataclass(frozen=True, slots=True)
class ShadeTable:
    """Every shade that can be held against a skin tone.

    Args:
        rows: `(shades,)` int64, row of the product in the catalogue.
        shade_ids: Id of each within its product.
        lab: `(shades, 3)` float64 CIELAB, D65.
    """

    rows: NDArray[np.int64]
    shade_ids: tuple[str, ...]
    lab: NDArray[np.float64]


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        BundleError: It is missing or no JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path.name}: cannot be read as JSON ({error}). Build the bundle again.") from error


def read_bytes(path: Path, mapped: bool = False) -> bytes | mmap.mmap:
    """Read a file, or map it into memory.

    Raises:
        BundleError: It cannot be read.
    """
    try:
        if not mapped:
            return path.read_bytes()
        with path.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise BundleError(f"{path.name}: cannot be read ({error}). Build the bundle again.") from error


def read_products(table: Mapping[str, Any]) -> tuple[Product, ...]:
    """Read `catalogue.json`.

    Raises:
        BundleError: It is of another schema, a product is incomplete, or an id is there twice.
    """
    if table.get("schema") != 1 or not isinstance(table.get("products"), list):
        raise BundleError(f"catalogue.json: expected schema 1 and products. Received: schema={table.get('schema')!r}")
    try:
        products = tuple(Product.from_dict(row) for row in table["products"])
    except (ValueError, TypeError, AttributeError) as error:
        raise BundleError(f"catalogue.json: {error}") from error
    seen: set[str] = set()
    for product in products:
        if product.product_id in seen:
            raise BundleError(f"catalogue.json: expected unique product ids. Received twice: {product.product_id!r}")
        seen.add(product.product_id)
    return products


def read_slots(domain: Mapping[str, Any]) -> dict[str, SlotRule]:
    """Read what the slots of `domain.json` do.

    Raises:
        BundleError: A role, term or weight is none.
    """
    slots: dict[str, SlotRule] = {}
    for name, row in domain.get("slots", {}).items():
        rule = SlotRule(row.get("role", ""), row.get("term"), row.get("weight", 1.0))
        if rule.role not in ROLES or (rule.role == "need") != (rule.term is not None):
            raise BundleError(
                f"domain.json: expected a role of {list(ROLES)} for slot {name!r}, with a term where it is 'need'. "
                f"Received: {dict(row)}"
            )
        if not isinstance(rule.weight, (int, float)) or not np.isfinite(rule.weight) or rule.weight < 0:
            raise BundleError(f"domain.json: expected a weight from 0 for slot {name!r}. Received: {rule.weight!r}")
        slots[name] = rule
    return slots


def read_masks(table: Mapping[str, Any], products: int) -> dict[str, dict[int, tuple[str, str]]]:
    """Read `masks.json`: need, row, and the node and printed name that speak against it.

    Raises:
        BundleError: A row is not of the catalogue, or has no such pair.
    """
    masks: dict[str, dict[int, tuple[str, str]]] = {}
    for need, rows in table.get("masks", {}).items():
        masks[need] = {}
        for key, evidence in rows.items():
            row = int(key) if key.isascii() and key.isdigit() else -1
            if not 0 <= row < products or not isinstance(evidence, (list, tuple)) or len(evidence) != 2:
                raise BundleError(
                    f"masks.json: expected rows 0 to {products - 1}, each with a node and a printed name. "
                    f"Received: {need!r}: {key!r}: {evidence!r}"
                )
            masks[need][row] = (str(evidence[0]), str(evidence[1]))
    return masks


def read_shades(table: Mapping[str, Any], products: Sequence[Product]) -> ShadeTable:
    """Read `shades.json`.

    Raises:
        BundleError: A shade is not of its product, or has no colour.
    """
    rows, ids, labs = [], [], []
    for shade in table.get("shades", []):
        row, shade_id, lab = shade.get("row"), shade.get("shade_id"), shade.get("lab")
        known = isinstance(row, int) and 0 <= row < len(products)
        if not known or shade_id not in {s.shade_id for s in products[row].shades}:
            raise BundleError(f"shades.json: expected a row and a shade of its product. Received: {dict(shade)}")
        if not isinstance(lab, list) or len(lab) != 3 or not np.all(np.isfinite(lab)):
            raise BundleError(f"shades.json: expected lab to be three finite numbers. Received: {dict(shade)}")
        rows.append(row)
        ids.append(shade_id)
        labs.append(lab)
    return ShadeTable(np.array(rows, np.int64), tuple(ids), np.array(labs, np.float64).reshape(-1, 3))


def read_embeddings(values: NDArray[np.int8], products: int) -> NDArray[np.int8]:
    """Shape `embeddings.bin`: `(products, dim)`.

    Raises:
        BundleError: The numbers do not divide among the products.
    """
    values = np.asarray(values)
    fits = values.size == 0 if products == 0 else values.size % products == 0
    if values.dtype != np.int8 or not fits:
        raise BundleError(
            f"{EMBEDDINGS}: expected int8 numbers, as many for each of {products} products. "
            f"Received: {values.size} numbers of {values.dtype}"
        )
    return values.reshape(products, values.size // products if products else 0)
