"""The bundle's tables for ranking, read once and checked: the same files a phone reads."""

from __future__ import annotations

import json
import mmap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.content.phrases import Phrases
from makeup_ai.errors import BundleError
from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.han import simplified
from makeup_ai.recommend.bits import BLOCK, Bits
from makeup_ai.recommend.cells import Cells
from makeup_ai.recommend.clashes import Clashes
from makeup_ai.recommend.likeness import Likeness
from makeup_ai.recommend.neighbours import Neighbours
from makeup_ai.recommend.popular import Popularity
from makeup_ai.recommend.scale.columns import FOLDER as COLUMNS
from makeup_ai.recommend.scale.columns import NAMES as COLUMN_NAMES
from makeup_ai.recommend.scale.columns import Columns
from makeup_ai.recommend.scale.index import FILE as INDEX
from makeup_ai.recommend.scale.index import VectorIndex
from makeup_ai.recommend.scale.large import derived, stored
from makeup_ai.recommend.scale.shelves import Shelves
from makeup_ai.recommend.scale.worths import Worths
from makeup_ai.recommend.settings import Settings
from makeup_ai.schema import LANGUAGES, Product

FILES = ("catalogue", "domain", "needs", "masks", "ranking", "shades", "names", "phrases")
"""The JSON tables read, each `<name>.json`; the ninth file is `embeddings.bin`."""
CLASHES_FILE = "clashes.json"
"""Read where it is there: bundles made before it have none."""
EMBEDDINGS = "embeddings.bin"
NEIGHBOURS = ("taste", "alike")
"""Tables `<name>.bin` that a bundle may hold, and then `popularity.json`: what purchases have taught."""
INT8_SCALE = 127  # a product's unit vector is its row divided by this
PATHS_KEPT = 1024
"""Paths kept in words: products that answer the same need do so for a few reasons."""
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


@dataclass(frozen=True)
class Tables:
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

        dicts = {name: _read_json(folder / f"{name}.json") for name in FILES}
        if held(CLASHES_FILE):
            dicts["clashes"] = _read_json(folder / CLASHES_FILE)
        columns = Columns.open(folder / COLUMNS) if held(f"{COLUMNS}/{COLUMN_NAMES}") else None
        embeddings = np.frombuffer(_read_bytes(folder / EMBEDDINGS, mapped=columns is not None), dtype=np.int8)
        learned: dict[str, Any] = {}
        for name in (*(f"{name}.bin" for name in NEIGHBOURS), "popularity.json"):
            path = folder / name
            if held(name):
                learned[path.stem] = _read_bytes(path) if path.suffix == ".bin" else _read_json(path)
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
            products = _products(catalogue)
            cells, evidence = Cells.from_dict(needs, len(products)), _masks(masks, len(products))
        else:
            products, cells, evidence = stored(columns)
        slots = _slots(domain)
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
            shades=_shades(shades, products),
            embeddings=_embeddings(embeddings, len(products)),
            names=names,
            phrases=Phrases.from_dict(phrases),
            clashes=Clashes() if clashes is None else Clashes.from_dict(clashes, len(products)),
            taste=_neighbours(taste, len(products), "taste.bin"),
            alike=_neighbours(alike, len(products), "alike.bin"),
            popularity=None if popularity is None else Popularity.from_dict(popularity, len(products)),
        )
        if columns is not None:
            vars(tables).update(derived(columns, tables.masks, tables.cells))  # where `cached_property` looks
        tables._check_needs()
        tables._check_words()
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

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Product id -> row."""
        return {product.product_id: row for row, product in enumerate(self.products)}

    @cached_property
    def id_order(self) -> NDArray[np.int64]:
        """Place of each row among the product ids in ascending order, `(products,)`."""
        # UTF-16 code units: the order of `<` between strings in JavaScript.
        ranked = sorted(range(len(self.products)), key=lambda row: self.products[row].product_id.encode("utf-16-be"))
        order = np.empty(len(ranked), np.int64)
        order[ranked] = np.arange(len(ranked))
        return order

    @cached_property
    def prices(self) -> NDArray[np.float64]:
        """Price of each row, `(products,)`."""
        return np.array([product.price for product in self.products], np.float64)

    @cached_property
    def out_of_stock(self) -> NDArray[np.int64]:
        """Rows out of stock, ascending."""
        return np.array([row for row, product in enumerate(self.products) if not product.in_stock], np.int64)

    @cached_property
    def sold_in(self) -> dict[int, frozenset[str]]:
        """Row -> where it is sold, of the products that are not sold everywhere."""
        return {row: frozenset(p.locales) for row, p in enumerate(self.products) if p.locales}

    @cached_property
    def youngest(self) -> dict[int, int]:
        """Row -> the youngest age it is meant for, of the products that name one."""
        return {row: p.min_age for row, p in enumerate(self.products) if p.min_age is not None}

    @cached_property
    def cheapest(self) -> float:
        """The lowest price, or zero in an empty catalogue."""
        return float(self.prices.min(initial=np.inf)) if len(self.prices) else 0.0

    @cached_property
    def longest(self) -> float:
        """The length of the longest vector of `embeddings`, or zero without any."""
        blocks = (self.embeddings[start : start + BLOCK] for start in range(0, len(self.embeddings), BLOCK))
        squares = (np.einsum("ij,ij->i", block, block, dtype=np.int64).max(initial=0) for block in blocks)
        return float(np.sqrt(max(squares, default=0)))

    @cached_property
    def _price_places(self) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
        """The prices there are, ascending, and the place of each product's among them."""
        different, places = np.unique(self.prices, return_inverse=True)
        small = np.uint16 if len(different) < 1 << 16 else np.uint32
        return different, places.astype(small)

    @cached_property
    def _shelves(self) -> Shelves | None:
        rule = self.slots.get("category")
        ordered = rule is not None and rule.role == "filter"  # of other catalogues it is not known where a kind stands
        return Shelves.find(self.offering("category"), self.prices) if ordered else None

    def dearer(self, price: float) -> Bits:
        """Give the products that cost more."""
        if self._shelves is not None:
            return self._shelves.dearer(price)
        different, places = self._price_places
        last = int(np.searchsorted(different, price, side="right"))
        return Bits.from_least(places, last)

    def bits(self, name: str, rows: NDArray[np.int64]) -> Bits:
        """Give the set of some rows, kept under a name of its own for the next question."""
        if name not in self._bits:
            self._bits[name] = Bits.of(rows, len(self.products))
        return self._bits[name]

    @cached_property
    def _bits(self) -> dict[str, Bits]:
        return {}

    @cached_property
    def worths(self) -> Worths:
        """What needs are worth in every product, kept from question to question."""
        return Worths()

    @cached_property
    def inci(self) -> dict[str, NDArray[np.int64]]:
        """Name of an ingredient as `plain` reduces it -> rows that list it, ascending."""
        rows: dict[str, dict[int, None]] = {}
        reduced: dict[str, str] = {}  # a catalogue prints the same names over and over
        for row, product in enumerate(self.products):
            for printed in product.ingredients:
                if printed not in reduced:
                    reduced[printed] = plain(printed)
                rows.setdefault(reduced[printed], {})[row] = None
        return {name: np.array(list(listed), np.int64) for name, listed in rows.items()}

    @cached_property
    def inci_text(self) -> str:
        """All names of `inci` in one text: what is not in it is in none of them."""
        return "\n".join(self.inci)

    def offering(self, slot: str) -> dict[str, NDArray[np.int64]]:
        """Value of a filter's slot, in lower case -> rows that offer it: by category, brand, or what is declared."""
        if slot not in self._offering:
            rows: dict[str, list[int]] = {}
            for row, product in enumerate(self.products):
                own = {"category": (product.category,), "brand": (product.brand,)}
                for value in {v.lower() for v in own.get(slot, product.attributes.get(slot, ()))}:
                    rows.setdefault(value, []).append(row)
            self._offering[slot] = {value: np.array(listed, np.int64) for value, listed in rows.items()}
        return self._offering[slot]

    @cached_property
    def _offering(self) -> dict[str, dict[str, NDArray[np.int64]]]:
        return {}

    @cached_property
    def likeness(self) -> Likeness:
        """How like two products are, which spreads them over a list."""
        return Likeness(self.products, self.settings.diversity)

    @cached_property
    def masked_rows(self) -> dict[str, NDArray[np.int64]]:
        """Need of `masks` -> its rows, ascending."""
        return {need: np.array(sorted(rows), np.int64) for need, rows in self.masks.items()}

    @cached_property
    def ingredients_of(self) -> tuple[frozenset[str], ...]:
        """Ingredient ids in each row: those that masks are about, and those that `contains` paths start from."""
        nodes = [(row, node) for rows in self.masks.values() for row, (node, _) in rows.items()]
        for column in self.cells.columns.values():
            paths = [(row, self.cells.paths[path]) for row, path in zip(column.rows, column.paths, strict=True)]
            nodes += [(int(row), path.nodes[0]) for row, path in paths if path.kind == "contains"]
        found: list[set[str]] = [set() for _ in self.products]
        for row, node in nodes:
            kind, _, ingredient = node.partition(":")
            if kind == "ingredient":
                found[row].add(ingredient)
        return tuple(frozenset(ids) for ids in found)

    def _check_needs(self) -> None:
        cues = [need for need, _ in self.settings.cues.values()]
        for file, needs, roles in (
            ("ranking.json", cues, {"need"}),
            ("needs.json", self.cells.columns, {"need"}),
            ("masks.json", self.masks, {"mask"}),
        ):
            expected = sorted(slot for slot, rule in self.slots.items() if rule.role in roles)
            for need in needs:
                slot, colon, value = need.partition(":")
                if not colon or not value or slot not in expected:
                    raise BundleError(
                        f"{file}: expected needs `slot:value` of the slots {expected}. Received: {need!r}"
                    )

    def _check_words(self) -> None:
        for node, words in self.names.items():
            if not isinstance(words, Mapping) or any(not words.get(language) for language in LANGUAGES):
                raise BundleError(
                    f"names.json: expected a word in each of {list(LANGUAGES)}. Received: {node!r}: {words}"
                )
        for path in self.cells.paths:
            if f"reason.{path.kind}" not in self.phrases:
                raise BundleError(
                    f"phrases.json: needs.json has a path of kind {path.kind!r}; add `reason.{path.kind}`"
                )
            for node in path.nodes:
                slot, _, value = node.partition(":")
                if node not in self.names and value not in self.values.get(slot, {}):
                    raise BundleError(f"names.json: needs.json has a path through {node!r}, which has no name")
        keys = [f"term.{term}" for term in self.settings.weights]
        keys += [f"shade.{word}" for _, word in self.settings.closeness]
        if missing := [key for key in keys if key not in self.phrases]:
            raise BundleError(f"phrases.json: ranking.json speaks of what has no phrase. Missing: {missing}")


def plain(name: str) -> str:
    """Reduce a name to what its spellings share: one case and width, no accents or signs, simplified characters.

    Examples:
        >>> plain("Ｐｒｏｐóｌｉｓ　Cera") == plain("propolis-cera"), plain("羅勒") == plain("罗勒")
        (True, True)
    """
    return fold(simplified(name))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path.name}: cannot be read as JSON ({error}). Build the bundle again.") from error


def _read_bytes(path: Path, mapped: bool = False) -> bytes | mmap.mmap:
    try:
        if not mapped:
            return path.read_bytes()
        with path.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise BundleError(f"{path.name}: cannot be read ({error}). Build the bundle again.") from error


def _neighbours(content: bytes | None, products: int, file: str) -> Neighbours | None:
    return None if content is None else Neighbours.from_bytes(content, products, file=file)


def _products(table: Mapping[str, Any]) -> tuple[Product, ...]:
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


def _slots(domain: Mapping[str, Any]) -> dict[str, SlotRule]:
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


def _masks(table: Mapping[str, Any], products: int) -> dict[str, dict[int, tuple[str, str]]]:
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


def _shades(table: Mapping[str, Any], products: Sequence[Product]) -> ShadeTable:
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


def _embeddings(values: NDArray[np.int8], products: int) -> NDArray[np.int8]:
    values = np.asarray(values)
    fits = values.size == 0 if products == 0 else values.size % products == 0
    if values.dtype != np.int8 or not fits:
        raise BundleError(
            f"{EMBEDDINGS}: expected int8 numbers, as many for each of {products} products. "
            f"Received: {values.size} numbers of {values.dtype}"
        )
    return values.reshape(products, values.size // products if products else 0)
