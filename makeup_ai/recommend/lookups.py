"""What ranking looks up in a catalogue, worked out when it is first asked for and then kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.han import simplified
from makeup_ai.recommend.bits import BLOCK, Bits
from makeup_ai.recommend.cells import Cells
from makeup_ai.recommend.likeness import Likeness
from makeup_ai.recommend.reading import SlotRule
from makeup_ai.recommend.scale.shelves import Shelves
from makeup_ai.recommend.scale.worths import Worths
from makeup_ai.recommend.settings import Settings
from makeup_ai.schema import Product


class Lookups:
    """The part of `Tables` that follows from its fields; a large catalogue's columns hold most of it ready."""

    products: Sequence[Product]
    slots: Mapping[str, SlotRule]
    cells: Cells
    masks: Mapping[str, Mapping[int, tuple[str, str]]]
    settings: Settings
    embeddings: NDArray[np.int8]

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


def plain(name: str) -> str:
    """Reduce a name to what its spellings share: one case and width, no accents or signs, simplified characters.

    Examples:
        >>> plain("Ｐｒｏｐóｌｉｓ　Cera") == plain("propolis-cera"), plain("羅勒") == plain("罗勒")
        (True, True)
    """
    return fold(simplified(name))
