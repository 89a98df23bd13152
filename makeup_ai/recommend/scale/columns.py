"""`columns/`: a large catalogue's tables as arrays that are mapped into memory, and its products as lines of JSON.

columns/
├── names.json      schema, how many products, and the lists that the numbers below point into
├── products.jsonl  one product a line, read when it is asked for
└── NAME.npy        arrays; what differs in length from need to need is one flat array and where each part begins
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError
from makeup_ai.files import write_whole

FOLDER, NAMES, PRODUCTS = "columns", "names.json", "products.jsonl"
SCHEMA = 1
KINDS = {
    "ids": "S",  # product ids in UTF-16, big-endian, ascending: the order of `<` between strings in JavaScript
    "id_rows": "i",  # the row of each of them
    "lines": "i",  # where each product's line begins, and where the last one ends
    "prices": "f",
    "out_of_stock": "i",
    "youngest": "i",  # pairs of row and age
    "sold_in": "i",  # pairs of row and number of a set of places
    "need_starts": "i",
    "need_rows": "i",
    "need_values": "i",
    "need_paths": "i",
    "mask_starts": "i",
    "mask_rows": "i",
    "mask_evidence": "i",
    "inci_starts": "i",
    "inci_rows": "i",
    "offer_starts": "i",
    "offer_rows": "i",
}
"""Arrays of the folder and the kind of their numbers."""
Array = NDArray[Any]


@dataclass(frozen=True)
class Columns:
    """A folder of columns that was opened.

    Args:
        names: `needs`, `paths`, `masks`, `evidence` (node id and printed name), `inci`, `filters` (slots),
            `offers` (slot and value) and `places`.
        arrays: Those of `KINDS`, mapped into memory.
        text: The lines of the products, mapped into memory.
    """

    names: Mapping[str, Any]
    arrays: Mapping[str, Array]
    text: mmap.mmap | bytes

    @property
    def products(self) -> int:
        """How many products there are."""
        return int(self.names["products"])

    def parts(self, name: str) -> list[slice]:
        """Give the slice of each part of the flat arrays called `<name>_...`."""
        starts = self.arrays[f"{name}_starts"].tolist()
        return [slice(a, b) for a, b in pairwise(starts)]

    @classmethod
    def open(cls, folder: str | Path) -> Columns:
        """Map a folder into memory.

        Raises:
            BundleError: A file is missing or cut short, or does not fit the others; the message names it.
        """
        folder = Path(folder)
        try:
            names = json.loads((folder / NAMES).read_text("utf-8"))
            if names["schema"] != SCHEMA:
                raise BundleError(f"{FOLDER}/{NAMES}: expected schema {SCHEMA}. Received: {names['schema']!r}")
            text: mmap.mmap | bytes = b""
            with (folder / PRODUCTS).open("rb") as stream:
                if names["products"]:
                    text = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, BundleError):
                raise
            raise BundleError(f"{FOLDER}: cannot be read ({error!r}). Make the bundle again.") from error
        arrays = {name: _mapped(folder / f"{name}.npy", kind) for name, kind in KINDS.items()}
        found = cls(names, arrays, text)
        found._check()
        return found

    def _check(self) -> None:
        many, arrays = self.products, self.arrays
        expected = {"ids": many, "id_rows": many, "prices": many, "lines": many + 1}
        for part, lists, others in (
            ("need", "needs", ("rows", "values", "paths")),
            ("mask", "masks", ("rows", "evidence")),
            ("inci", "inci", ("rows",)),
            ("offer", "offers", ("rows",)),
        ):
            starts = arrays[f"{part}_starts"]
            expected[f"{part}_starts"] = len(self.names[lists]) + 1
            if len(starts) != len(self.names[lists]) + 1 or starts[0] != 0 or np.any(np.diff(starts) < 0):
                raise BundleError(f"{FOLDER}/{part}_starts.npy: expected one ascending start each of {lists}")
            expected |= {f"{part}_{other}": int(starts[-1]) for other in others}
        for name, length in expected.items():
            if arrays[name].ndim != 1 or len(arrays[name]) != length:
                raise BundleError(f"{FOLDER}/{name}.npy: expected {length} numbers. Received: {arrays[name].shape}")
        lines = arrays["lines"]
        if lines[0] != 0 or int(lines[-1]) != len(self.text) or np.any(np.diff(lines) <= 0):
            raise BundleError(f"{FOLDER}/{PRODUCTS}: expected {lines[-1]} bytes. Received: {len(self.text)}")


def write_columns(
    folder: str | Path, names: Mapping[str, Any], arrays: Mapping[str, Array], products: Iterable[str]
) -> None:
    """Write a folder of columns.

    Args:
        folder: Made where it is missing.
        names: All of `Columns.names` but the schema and the number of products.
        arrays: All of `KINDS` but `lines`, `ids` and `id_rows`.
        products: JSON of each product, without line ends, in row order.

    Raises:
        ValueError: A product id holds a null character or is there twice.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    ends, ids = [0], []
    with (folder / PRODUCTS).open("wb") as stream:
        for line in products:
            ids.append(json.loads(line)["product_id"])
            ends.append(ends[-1] + stream.write(line.encode() + b"\n"))
    if any("\0" in one for one in ids) or len(set(ids)) != len(ids):
        raise ValueError("Expected unique product ids without null characters. Received others.")
    keys = np.array([one.encode("utf-16-be") for one in ids], "S")
    order = np.argsort(keys, kind="stable")
    every = {**arrays, "ids": keys[order], "id_rows": order.astype(np.int32), "lines": np.array(ends, np.int64)}
    for name in KINDS:
        np.save(folder / f"{name}.npy", every[name], allow_pickle=False)
    table = {"schema": SCHEMA, "products": len(ids), **names}
    write_whole(folder / NAMES, json.dumps(table, ensure_ascii=False, separators=(",", ":")))


def _mapped(path: Path, kind: str) -> Array:
    try:
        array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        try:  # an empty array cannot be mapped
            array = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            raise BundleError(f"{FOLDER}/{path.name}: cannot be read ({error}). Make the bundle again.") from error
    if array.dtype.kind != kind:
        raise BundleError(f"{FOLDER}/{path.name}: expected numbers of kind {kind!r}. Received: {array.dtype}")
    return array
