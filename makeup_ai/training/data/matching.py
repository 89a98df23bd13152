"""Which product answers a question, by what the catalogue declares: the positive of a contrastive pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from makeup_ai.schema import Product
from makeup_ai.text.normalise import normalise
from makeup_ai.training.data.corpus import LabelledSpan

FILTERS = ("category", "brand")


def contents_of(products: Iterable[Product], ingredients: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Find the ingredients, and the groups they are in, of each product.

    Args:
        products: With INCI names as printed.
        ingredients: Entries of the knowledge: `id`, `inci`, `inci_synonyms`, `groups`.

    Returns:
        Product id -> ids of ingredients and groups; a name that the knowledge lacks is left out.
    """
    known: dict[str, frozenset[str]] = {}
    for entry in ingredients:
        ids = frozenset((entry["id"], *entry.get("groups", ())))
        for name in (entry["inci"], *entry.get("inci_synonyms", ())):
            known.setdefault(normalise(name)[0], ids)
    empty: frozenset[str] = frozenset()
    return {
        product.product_id: empty.union(*(known.get(normalise(name)[0], empty) for name in product.ingredients))
        for product in products
    }


@dataclass(frozen=True)
class Matcher:
    """Finds the product that satisfies most of what was asked.

    Args:
        products: To choose from.
        contents: Product id -> ids of ingredients and groups, as `contents_of` returns them.
    """

    products: Sequence[Product]
    contents: Mapping[str, frozenset[str]]
    _rows: Mapping[tuple[str, str], frozenset[int]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for row, product in enumerate(self.products):
            rows["category", product.category].add(row)
            rows["brand", product.brand].add(row)
            for slot, values in product.attributes.items():
                for value in values:
                    rows[slot, value].add(row)
            for id in self.contents.get(product.product_id, ()):
                rows["ingredient", id].add(row)
        object.__setattr__(self, "_rows", {need: frozenset(of) for need, of in rows.items()})

    def best(self, spans: Iterable[LabelledSpan], rng: Random) -> Product | None:
        """Choose the product for the slots of an utterance.

        What is filtered, avoided or too expensive is out; of the rest, any that meets most of the needs is taken.

        Returns:
            The product, or `None` where nothing was asked of it or none is left.
        """
        asked: defaultdict[str, list[str]] = defaultdict(list)
        for _, _, slot, value in spans:
            if value is not None:
                asked[slot].append(value)
        rows = set(range(len(self.products)))
        for slot in FILTERS:
            if asked[slot]:
                rows &= frozenset().union(*(self._of(slot, value) for value in asked[slot]))
        for value in asked["avoid"]:
            rows -= self._of("ingredient", value)
        if asked["budget"]:
            most = min(float(value) for value in asked["budget"])
            rows = {row for row in rows if self.products[row].price <= most}
        needs = [(s, v) for s, values in asked.items() for v in values if s not in (*FILTERS, "avoid", "budget")]
        met = Counter(row for slot, value in needs for row in self._of(slot, value) & rows)
        if not rows or not (met or asked["category"] or asked["brand"]):
            return None
        highest = max(met.values(), default=0)
        choice = sorted(row for row in rows if met[row] == highest)
        return self.products[rng.choice(choice)]

    def _of(self, slot: str, value: str) -> frozenset[int]:
        return self._rows.get((slot, value), frozenset())
