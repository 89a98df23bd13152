"""Other people's lists of shades: flat tables, and brands that hold series that hold lipsticks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import Loaded, choose_columns, load_rows
from makeup_ai.training.data.tables import Row, Table, read_table
from makeup_ai.vision.shades.read import SHADE_NAMES, ShadeColumns, ShadeRow, parse_shade

NESTED = ("brand", "product", "code", "shade", "color")
"""Columns of a nested list once it is flat."""


def read_shades(path: str | os.PathLike[str], mapping: str = "") -> Loaded[ShadeRow]:
    """Read shades with their colours; one without a colour is counted and left out.

    Args:
        path: A file of `tables.FORMATS`, or JSON of `brands` with `series` of `lipsticks`.
        mapping: As in `"hex=swatch,shade=name"`; see `layouts.choose_columns`.

    Raises:
        DataError: As `tables.read_table` and `layouts.choose_columns`; a colour is none, or a nested list is not built
            as expected.
    """
    table = read_table(path)
    if any(isinstance(row.values.get("series"), list) for row in table):
        table = _flattened(table)
    columns = choose_columns(ShadeColumns, table, mapping, SHADE_NAMES)
    return load_rows(table, columns, lambda row: parse_shade(row.values, columns, row.number, table.file))


def _flattened(brands: Table) -> Table:
    rows = tuple(Row(number, values) for number, values in enumerate(_lipsticks(brands), start=1))
    if not rows:
        raise DataError("Expected at least one lipstick. Received: none", file=brands.file)
    return Table(brands.file, brands.encoding, NESTED, rows)


def _lipsticks(brands: Table) -> Iterator[dict[str, Any]]:
    for brand in brands:
        for series in _objects(brand.values, "series", brand.number, brands.file):
            for shade in _objects(series, "lipsticks", brand.number, brands.file):
                names = (brand.values.get("name"), series.get("name"), shade.get("id"), shade.get("name"))
                yield dict(zip(NESTED, (*names, shade.get("color")), strict=True))


def _objects(value: Mapping[str, Any], key: str, row: int, file: str) -> list[Mapping[str, Any]]:
    found = value.get(key)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise DataError(
            f"Expected {key!r} as a list of objects. Received: {type(found).__name__}", file=file, row=row, column=key
        )
    return found
