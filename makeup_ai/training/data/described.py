"""What a catalogue says of a product that can be learned from: a brand's own table, or a bundle's catalogue."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.schema import Product
from makeup_ai.training.data.layouts import Products, choose_columns, read_products
from makeup_ai.training.data.tables import Row, Table, parse_words, read_table

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Described:
    """One product as far as likeness is concerned.

    Args:
        product_id: Unique in the catalogue.
        brand: Lower case; empty where it is not said.
        line: Brand and line, empty where it has none.
        categories: From the widest to the narrowest, each with those above it.
        words: Of its name, lower case.
        attributes: What is declared or claimed of it.
        ingredients: INCI names where they are known, else as printed, in the order of the pack.
        price: Above zero, or `None`.
    """

    product_id: str
    brand: str
    line: str = ""
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    price: float | None = None


def describe(product: Product, linker: PackLinker) -> Described:
    """Describe a product of a bundle's catalogue."""
    brand = product.brand.strip().lower()
    return Described(
        product.product_id,
        brand,
        f"{brand}|{product.line.strip().lower()}" if product.line else "",
        (product.category,),
        tuple(_WORD.findall(" ".join(product.name.values()).lower())),
        tuple(f"{slot}:{value}" for slot, values in product.attributes.items() for value in values),
        inci_names(", ".join(product.ingredients), linker),
        product.price,
    )


def inci_names(text: str, linker: PackLinker) -> tuple[str, ...]:
    """Read the ingredients of a pack, each once."""
    mentions = linker.link_text(text).mentions if text.strip() else ()
    return tuple(dict.fromkeys(mention.inci or mention.text.lower() for mention in mentions))


def read_described(
    path: str | os.PathLike[str],
    linker: PackLinker,
    *,
    mapping: str = "",
    categories: Sequence[str] = (),
    attributes: Sequence[str] = (),
) -> tuple[Described, ...]:
    """Read a catalogue: a bundle's (`.json` with `attributes`), or a table of products.

    Args:
        path: The file.
        linker: Of ingredients to INCI names.
        mapping: Columns of a table, see `layouts.choose_columns`.
        categories: Columns of a table that hold its levels of categories, the widest first; the one that `mapping` or
            its name tells by default.
        attributes: Columns of a table with words or lists of words.

    Raises:
        DataError: It cannot be read, a column is missing, or a product is there twice.
    """
    table = read_table(path)
    if {"product_id", "attributes", "name"} <= set(table.columns) and Path(path).suffix.lower() == ".json":
        try:
            found = [describe(Product.from_dict(row.values), linker) for row in table]
        except (ValueError, TypeError, AttributeError) as error:
            raise DataError(str(error), file=table.file) from error
    else:
        found = _from_table(table, path, linker, mapping, tuple(categories), tuple(attributes))
    seen: set[str] = set()
    for one in found:
        if one.product_id in seen:
            raise DataError(f"Expected unique product ids. Received twice: {one.product_id!r}", file=table.file)
        seen.add(one.product_id)
    return tuple(found)


def _from_table(
    table: Table,
    path: str | os.PathLike[str],
    linker: PackLinker,
    mapping: str,
    categories: tuple[str, ...],
    attributes: tuple[str, ...],
) -> list[Described]:
    for column in (*categories, *attributes):
        if column not in table.columns:
            raise DataError(f"Expected one of the columns {list(table.columns)}", file=table.file, column=column)
    levels = categories or tuple(filter(None, (choose_columns(Products, table, mapping).category,)))
    rows = {row.number: row for row in table}
    found = []
    for product in read_products(path, mapping).rows:
        row = rows[product.row]
        named = [str(row.values[column] or "").strip().lower() for column in levels]
        said = [word for column in attributes for word in _words(row, column, table.file)]
        found.append(
            Described(
                product.product_id,
                (product.brand or "").lower(),
                "",
                tuple("|".join(named[: depth + 1]) for depth, name in enumerate(named) if name),
                tuple(_WORD.findall(product.name.lower())),
                tuple(said),
                inci_names(", ".join(product.ingredients), linker),
                product.price,
            )
        )
    return found


def _words(row: Row, column: str, file: str) -> tuple[str, ...]:
    parse: Callable[[object], tuple[str, ...]] = parse_words
    try:
        return parse(row.values[column] or "")
    except ValueError as error:
        raise DataError(str(error), file=file, row=row.number, column=column) from error
