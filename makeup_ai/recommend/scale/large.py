"""Tables over columns: what ranking reads of a small catalogue, read of a large one when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError
from makeup_ai.recommend.cells import Cells, Column, Path
from makeup_ai.recommend.scale.columns import FOLDER, Columns
from makeup_ai.schema import Product

KEPT = 4096
"""Products kept in memory once read."""


class LazyProducts(Sequence[Product]):
    """The products of a catalogue, each read from its line when it is asked for."""

    def __init__(self, columns: Columns):
        self._columns, self._lines = columns, columns.arrays["lines"]
        self._read = lru_cache(KEPT)(self._parse)

    def __len__(self) -> int:
        return self._columns.products

    @overload
    def __getitem__(self, row: int) -> Product: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Product]: ...
    def __getitem__(self, row: int | slice) -> Product | Sequence[Product]:
        if isinstance(row, slice):
            return [self._read(i) for i in range(*row.indices(len(self)))]
        row = int(row)
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._read(row % len(self))

    def __iter__(self) -> Iterator[Product]:
        return (self._parse(row) for row in range(len(self)))  # a walk through all of them keeps none

    def _parse(self, row: int) -> Product:
        line = self._columns.text[int(self._lines[row]) : int(self._lines[row + 1])]
        try:
            return Product.from_dict(json.loads(line))
        except (ValueError, TypeError, AttributeError) as error:
            raise BundleError(f"{FOLDER}/products.jsonl: row {row} is no product ({error})") from error


class RowOf(Mapping[str, int]):
    """Product id -> row, by halving."""

    def __init__(self, columns: Columns):
        self._ids, self._rows = columns.arrays["ids"], columns.arrays["id_rows"]

    def __getitem__(self, product_id: str) -> int:
        # An array of bytes does not keep a null at the end, and no id has a null character.
        key = product_id.encode("utf-16-be", "surrogatepass").rstrip(b"\0")
        at = int(np.searchsorted(self._ids, np.bytes_(key)))
        if "\0" in product_id or at == len(self._ids) or self._ids[at] != key:
            raise KeyError(product_id)
        return int(self._rows[at])

    def __iter__(self) -> Iterator[str]:
        for key in self._ids:
            raw = bytes(key)
            yield (raw + b"\0" * (len(raw) % 2)).decode("utf-16-be")

    def __len__(self) -> int:
        return len(self._ids)


class Evidence(Mapping[int, tuple[str, str]]):
    """Row -> node id and printed name of what speaks against it, of one need of the masks."""

    def __init__(self, rows: NDArray[Any], codes: NDArray[Any], texts: Sequence[Sequence[str]]):
        self.rows, self._codes, self._texts = rows, codes, texts

    def __getitem__(self, row: int) -> tuple[str, str]:
        at = int(np.searchsorted(self.rows, row))
        if at == len(self.rows) or self.rows[at] != row:
            raise KeyError(row)
        node, printed = self._texts[int(self._codes[at])]
        return node, printed

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows.tolist())

    def __len__(self) -> int:
        return len(self.rows)


class IngredientsOf(Sequence[frozenset[str]]):
    """Ingredient ids in each row, looked for when a row is asked for."""

    def __init__(self, masks: Mapping[str, Evidence], cells: Cells, products: int):
        self._masks, self._cells, self._size = masks, cells, products

    @overload
    def __getitem__(self, row: int) -> frozenset[str]: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[frozenset[str]]: ...
    def __getitem__(self, row: int | slice) -> frozenset[str] | Sequence[frozenset[str]]:
        if isinstance(row, slice):
            raise TypeError("Expected one row. Received: a slice")
        nodes = [evidence[row][0] for evidence in self._masks.values() if row in evidence]
        for column in self._cells.columns.values():
            at = int(np.searchsorted(column.rows, row))
            if at < len(column.rows) and column.rows[at] == row:
                path = self._cells.paths[int(column.paths[at])]
                if path.kind == "contains":
                    nodes.append(path.nodes[0])
        pairs = (node.partition(":") for node in nodes)
        return frozenset(ingredient for kind, _, ingredient in pairs if kind == "ingredient")

    def __len__(self) -> int:
        return self._size


def stored(columns: Columns) -> tuple[LazyProducts, Cells, dict[str, Evidence]]:
    """Give the products, cells and masks that a folder of columns holds."""
    arrays, names = columns.arrays, columns.names
    paths = tuple(Path(str(path["kind"]), tuple(path["nodes"])) for path in names["paths"])
    needs = {
        need: Column(arrays["need_rows"][part], arrays["need_values"][part], arrays["need_paths"][part])
        for need, part in zip(names["needs"], columns.parts("need"), strict=True)
    }
    masks = {
        need: Evidence(arrays["mask_rows"][part], arrays["mask_evidence"][part], names["evidence"])
        for need, part in zip(names["masks"], columns.parts("mask"), strict=True)
    }
    return LazyProducts(columns), Cells(needs, paths), masks


def derived(columns: Columns, masks: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """Give what `Tables` would work out from every product, as the columns hold it."""
    arrays, names = columns.arrays, columns.names
    order = np.empty(columns.products, np.int64)
    order[arrays["id_rows"]] = np.arange(columns.products)
    offering: dict[str, dict[str, NDArray[Any]]] = {slot: {} for slot in names["filters"]}
    for (slot, value), part in zip(names["offers"], columns.parts("offer"), strict=True):
        offering[slot][value] = arrays["offer_rows"][part]
    sold = arrays["sold_in"].reshape(-1, 2).tolist()
    return {
        "row_of": RowOf(columns),
        "id_order": order,
        "prices": arrays["prices"],
        "out_of_stock": arrays["out_of_stock"],
        "youngest": dict(arrays["youngest"].reshape(-1, 2).tolist()),
        "sold_in": {row: frozenset(names["places"][number]) for row, number in sold},
        "inci": dict(zip(names["inci"], (arrays["inci_rows"][part] for part in columns.parts("inci")), strict=True)),
        "_offering": offering,
        "masked_rows": {need: evidence.rows for need, evidence in masks.items()},
        "ingredients_of": IngredientsOf(masks, cells, columns.products),
    }
