"""The bundle's tables for ranking, read once and checked: the same files a phone reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.content.phrases import Phrases
from makeup_ai.errors import BundleError
from makeup_ai.recommend.cells import Cells
from makeup_ai.recommend.checking import check_needs, check_words
from makeup_ai.recommend.clashes import Clashes
from makeup_ai.recommend.lookups import Lookups, plain
from makeup_ai.recommend.neighbours import Neighbours
from makeup_ai.recommend.popular import Popularity
from makeup_ai.recommend.reading import (
    EMBEDDINGS,
    ROLES,
    ShadeTable,
    SlotRule,
    read_bytes,
    read_embeddings,
    read_json,
    read_masks,
    read_products,
    read_shades,
    read_slots,
)
from makeup_ai.recommend.scale.columns import FOLDER as COLUMNS
from makeup_ai.recommend.scale.columns import NAMES as COLUMN_NAMES
from makeup_ai.recommend.scale.columns import Columns
from makeup_ai.recommend.scale.index import FILE as INDEX
from makeup_ai.recommend.scale.index import VectorIndex
from makeup_ai.recommend.scale.large import derived, stored
from makeup_ai.recommend.settings import Settings
from makeup_ai.schema import Product

__all__ = [
    "CLASHES_FILE",
    "EMBEDDINGS",
    "FILES",
    "INT8_SCALE",
    "NEIGHBOURS",
    "ROLES",
    "ShadeTable",
    "SlotRule",
    "Tables",
    "plain",
]

FILES = ("catalogue", "domain", "needs", "masks", "ranking", "shades", "names", "phrases")
"""The JSON tables read, each `<name>.json`; the ninth file is `embeddings.bin`."""
CLASHES_FILE = "clashes.json"
"""Read where it is there: bundles made before it have none."""
NEIGHBOURS = ("taste", "alike")
"""Tables `<name>.bin` that a bundle may hold, and then `popularity.json`: what purchases have taught."""
INT8_SCALE = 127  # a product's unit vector is its row divided by this
PATHS_KEPT = 1024
"""Paths kept in words: products that answer the same need do so for a few reasons."""


@dataclass(frozen=True)
class Tables(Lookups):
    """What ranking reads; the order of `products` is the row order of every other table.

    Args:
        products: The catalogue.
        slots: Slot of the domain -> what it does.
        values: Slot -> value -> language -> surfaces, the first of which is its display name.
        cells: What each need is worth in each product.
        masks: Need -> row -> node id and INCI name as printed, of what speaks against the product.
        settings: Weights and limits.
        shades: For complexion products.
        embeddings: `(products, dim)` int8.
        names: Node id -> language -> the word for it.
        phrases: Every sentence.
        clashes: Which products should not be used beside which.
        taste: What people who had the same products had too, or `None`.
        alike: Products like those a person has had, or `None`.
        popularity: How often each is bought, or `None`.
        index: Of the embeddings, or `None`.
    """

    products: Sequence[Product]
    slots: Mapping[str, SlotRule]
    values: Mapping[str, Mapping[str, Mapping[str, list[str]]]]
    cells: Cells
    masks: Mapping[str, Mapping[int, tuple[str, str]]]
    settings: Settings
    shades: ShadeTable
    embeddings: NDArray[np.int8]
    names: Mapping[str, Mapping[str, str]]
    phrases: Phrases
    clashes: Clashes = field(default_factory=Clashes)
    taste: Neighbours | None = None
    alike: Neighbours | None = None
    popularity: Popularity | None = None
    index: VectorIndex | None = None

    @classmethod
    def load(cls, folder: str | Path, listed: Collection[str] | None = None) -> Tables:
        """Read the tables of a bundle.

        Args:
            folder: The one that holds `catalogue.json` (a bundle's `tables`).
            listed: Names of the files that the bundle lists; of those that it need not hold, no other is read.

        Raises:
            BundleError: A file is missing, is not JSON, or does not fit the others; the message names it.
        """
        folder = Path(folder)

        def held(name: str) -> bool:
            return name in listed if listed is not None else (folder / name).is_file()

        dicts = {name: read_json(folder / f"{name}.json") for name in FILES}
        if held(CLASHES_FILE):
            dicts["clashes"] = read_json(folder / CLASHES_FILE)
        columns = Columns.open(folder / COLUMNS) if held(f"{COLUMNS}/{COLUMN_NAMES}") else None
        embeddings = np.frombuffer(read_bytes(folder / EMBEDDINGS, mapped=columns is not None), dtype=np.int8)
        learned: dict[str, Any] = {}
        for name in (*(f"{name}.bin" for name in NEIGHBOURS), "popularity.json"):
            path = folder / name
            if held(name):
                learned[path.stem] = read_bytes(path) if path.suffix == ".bin" else read_json(path)
        tables = cls.from_dicts(**dicts, embeddings=embeddings, columns=columns, **learned)
        if not held(INDEX):
            return tables
        object.__setattr__(tables, "index", VectorIndex.open(folder / INDEX, tables.embeddings))
        return tables

    @classmethod
    def from_dicts(
        cls,
        *,
        catalogue: Mapping[str, Any],
        domain: Mapping[str, Any],
        needs: Mapping[str, Any],
        masks: Mapping[str, Any],
        ranking: Mapping[str, Any],
        shades: Mapping[str, Any],
        names: Mapping[str, Any],
        phrases: Mapping[str, Any],
        embeddings: NDArray[np.int8],
        clashes: Mapping[str, Any] | None = None,
        taste: bytes | None = None,
        alike: bytes | None = None,
        popularity: Mapping[str, Any] | None = None,
        columns: Columns | None = None,
    ) -> Tables:
        """Read the tables from JSON already parsed.

        Args:
            catalogue: And the others: each is the file of that name.
            domain: Slots and their values.
            needs: Cells and paths.
            masks: What speaks against products.
            ranking: Weights and limits.
            shades: Colours of complexion products.
            names: Words for nodes.
            phrases: Sentences.
            embeddings: int8, any shape that holds the same number for each product.
            clashes: Products that should not be used together; none where it is `None`.
            taste: The file `taste.bin` as it is; it and the two that follow may be missing.
            alike: The file `alike.bin`.
            popularity: Purchases of each product.
            columns: What a large catalogue has in place of `catalogue`, `needs` and `masks`.

        Raises:
            BundleError: A table does not fit the others; the message names its file.
        """
        products: Sequence[Product]
        evidence: Mapping[str, Mapping[int, tuple[str, str]]]
        if columns is None:
            products = read_products(catalogue)
            cells, evidence = Cells.from_dict(needs, len(products)), read_masks(masks, len(products))
        else:
            products, cells, evidence = stored(columns)
        slots = read_slots(domain)
        settings = Settings.from_dict(ranking)
        unweighted = {rule.term for rule in slots.values() if rule.term is not None} | {"relevance", "price", "shade"}
        learned = {"taste": taste, "alike": alike, "popularity": popularity}
        unweighted |= {name for name, table in learned.items() if table is not None}
        if missing := sorted(unweighted - set(settings.weights)):
            raise BundleError(f"ranking.json: expected a weight for every term. Missing: {missing}")
        tables = cls(
            products=products,
            slots=slots,
            values=domain.get("values", {}),
            cells=cells,
            masks=evidence,
            settings=settings,
            shades=read_shades(shades, products),
            embeddings=read_embeddings(embeddings, len(products)),
            names=names,
            phrases=Phrases.from_dict(phrases),
            clashes=Clashes() if clashes is None else Clashes.from_dict(clashes, len(products)),
            taste=None if taste is None else Neighbours.from_bytes(taste, len(products)),
            alike=None if alike is None else Neighbours.from_bytes(alike, len(products), file="alike.bin"),
            popularity=None if popularity is None else Popularity.from_dict(popularity, len(products)),
        )
        if columns is not None:
            vars(tables).update(derived(columns, tables.masks, tables.cells))  # where `cached_property` looks
        check_needs(tables)
        check_words(tables)
        return tables

    def name(self, node: str, language: str) -> str:
        """Word a node or a need, within the phrase `need.<slot>` where there is one ("oily" -> "oily skin").

        An `avoid:` need that has no name of its own is named by its group or ingredient.
        """
        slot, _, value = node.partition(":")
        for key in (node, f"group:{value}", f"ingredient:{value}") if slot == "avoid" else (node,):
            if key in self.names:
                word = str(self.names[key][language])
                break
        else:
            surfaces = self.values.get(slot, {}).get(value, {}).get(language)
            word = surfaces[0] if surfaces else value.replace("_", " ")
        phrase = f"need.{slot}"
        return self.phrases.render(phrase, language, value=word) if phrase in self.phrases else word

    @cached_property
    def path_words(self) -> Callable[[str, str, tuple[str, ...], str | None, str], str]:
        """Word a path to a need: kind, need, nodes, who asked for it or `None`, language; the last ones are kept."""
        return lru_cache(PATHS_KEPT)(self._path_words)

    def _path_words(self, kind: str, need: str, path: tuple[str, ...], source: str | None, language: str) -> str:
        nodes = self.phrases.chain([self.name(node, language) for node in path], language)
        return self.phrases.reason(kind, source, language, need=self.name(need, language), path=nodes)

    def product_name(self, row: int, language: str) -> str:
        """Name a product, in its first language where it has no name in this one."""
        names = self.products[row].name
        return names.get(language) or next(iter(names.values()))
