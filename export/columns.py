"""A large catalogue's tables as columns, from the same tables that a small one keeps as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.scale.columns import FOLDER, write_columns
from makeup_ai.recommend.scale.index import FILE, write_index
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import to_dict

MANY = 20_000
"""Products from which a bundle holds columns and an index: ranking sums all of fewer."""
REPLACED = ("catalogue", "masks", "needs")
"""JSON tables that only name the columns then."""


def prepare_for_many(folder: Path, products: int, index: bool | None) -> None:
    """Give a folder of tables what a large catalogue needs; a small one is left as it is unless an index is asked for.

    Args:
        folder: A bundle's `tables`, whole.
        products: How many there are.
        index: Whether to write one; `None` for a large catalogue's where USearch is installed.

    Raises:
        ModuleNotFoundError: An index is asked for, and USearch is not installed.
    """
    many = products >= MANY
    wanted = index or (index is None and many and find_spec("usearch") is not None)
    if not many and not wanted:
        return
    tables = Tables.load(folder)
    if many:
        to_columns(folder, tables)
    if wanted:
        write_index(folder / FILE, tables.embeddings)


def to_columns(folder: Path, tables: Tables) -> None:
    """Write the columns of a folder of tables, and cut the tables they stand for down to their name.

    Args:
        folder: A bundle's `tables`, whole.
        tables: As read from them.

    Raises:
        ValueError: A product id holds a null character.
    """
    names, arrays = columns_of(tables)
    lines = (json.dumps(to_dict(product), ensure_ascii=False, separators=(",", ":")) for product in tables.products)
    write_columns(folder / FOLDER, names, arrays, lines)
    for name in REPLACED:
        (folder / f"{name}.json").write_text(json.dumps({"schema": 2, "stored": FOLDER}), "utf-8")


def columns_of(tables: Tables) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Give the names and arrays that `write_columns` takes."""
    columns, slots = tables.cells.columns, [slot for slot, rule in tables.slots.items() if rule.role == "filter"]
    evidence: dict[tuple[str, str], int] = {}
    codes = [[evidence.setdefault(held[row], len(evidence)) for row in sorted(held)] for held in tables.masks.values()]
    offers = {(slot, value): rows for slot in slots for value, rows in tables.offering(slot).items()}
    places = sorted({tuple(sorted(where)) for where in tables.sold_in.values()})
    number = {where: i for i, where in enumerate(places)}
    names = {
        "needs": list(columns),
        "paths": [{"kind": path.kind, "nodes": path.nodes} for path in tables.cells.paths],
        "masks": list(tables.masks),
        "evidence": list(evidence),
        "inci": list(tables.inci),
        "filters": slots,
        "offers": list(offers),
        "places": places,
    }
    sold = [(row, number[tuple(sorted(where))]) for row, where in tables.sold_in.items()]
    arrays = {
        "prices": tables.prices,
        "out_of_stock": tables.out_of_stock,
        "youngest": np.array([*tables.youngest.items()], np.int64).reshape(-1),
        "sold_in": np.array(sold, np.int64).reshape(-1),
        **_flat("need", {"rows": [column.rows for column in columns.values()]}, np.int32),
        **_flat("need", {"values": [column.values for column in columns.values()]}, np.int16),
        **_flat("need", {"paths": [column.paths for column in columns.values()]}, np.int32),
        **_flat("mask", {"rows": [*tables.masked_rows.values()], "evidence": codes}, np.int32),
        **_flat("inci", {"rows": [*tables.inci.values()]}, np.int32),
        **_flat("offer", {"rows": [*offers.values()]}, np.int32),
    }
    return names, arrays


def _flat(name: str, parts: Mapping[str, Sequence[Iterable[int]]], kind: type) -> dict[str, NDArray[Any]]:
    """Put parts one after another, with where each begins."""
    arrays: dict[str, NDArray[Any]] = {}
    for field, lists in parts.items():
        pieces: list[NDArray[Any]] = [np.asarray(piece, kind) for piece in lists]
        arrays[f"{name}_{field}"] = np.concatenate([np.empty(0, kind), *pieces])
        arrays[f"{name}_starts"] = np.cumsum([0, *(len(piece) for piece in pieces)]).astype(np.int64)
    return arrays
