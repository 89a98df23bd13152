"""What may be offered to whom, the slow way: from the catalogue and the knowledge's own files, without any table.

Nothing of `makeup_ai.recommend` or of the linker is used, so that they are not their own witnesses. Only what is
certain is asked: a name on a pack that is a known spelling, whole or as one of its parts. (The product masks more than
that: near spellings and patterns too.)
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from makeup_ai.schema import Product, Profile

KNOWLEDGE = Path(__file__).parents[1] / "makeup_ai/knowledge/tables"
ADULT = 18


@cache
def folded(name: str) -> str:
    """Letters and digits in one case and width, without accents."""
    apart = "".join(c for c in unicodedata.normalize("NFKD", name) if not 0x300 <= ord(c) <= 0x36F)
    return "".join(c for c in unicodedata.normalize("NFKC", apart.casefold()) if c.isalnum())


class Oracle:
    """Says why a product must not be offered to a person."""

    def __init__(self, products: Sequence[Product]):
        self.products = {product.product_id: product for product in products}
        rows = json.loads((KNOWLEDGE / "ingredients.json").read_text("utf-8"))
        self.items: Mapping[str, Any] = {row["id"]: row for row in rows}
        self.groups: Mapping[str, Any] = json.loads((KNOWLEDGE / "groups.json").read_text("utf-8"))
        self.rules = json.loads((KNOWLEDGE / "conflicts.json").read_text("utf-8"))
        self.spelled: dict[str, set[str]] = {}
        self.ingredient_of: dict[str, str] = {}
        for id_, row in self.items.items():
            for name in (id_, row["inci"], row["en"], row["zh"], *_synonyms(row), *row.get("inci_synonyms", ())):
                self.spelled.setdefault(folded(name), set()).add(id_)
                self.ingredient_of[folded(name)] = id_
        for id_, row in self.groups.items():
            for name in (id_, row["en"], row["zh"], *_synonyms(row)):
                self.spelled.setdefault(folded(name), set()).add(id_)
        self.contained = cache(self._contained)
        self.listed = cache(self._listed)
        self.apart = cache(self._apart)

    def _contained(self, product_id: str) -> frozenset[str]:
        """Ingredients whose names stand on the pack."""
        parts: list[str] = []
        for name in self.products[product_id].ingredients:
            # The slash of a name that is known whole belongs to it: Dimethicone/Vinyl Dimethicone Crosspolymer.
            apart = r"[()\[\],]" if folded(name) in self.ingredient_of else r"[/()\[\],]"
            parts += [name, *re.split(apart, name)]
        return frozenset(self.ingredient_of[folded(part)] for part in parts if folded(part) in self.ingredient_of)

    def stands_for(self, id_: str) -> set[str]:
        """What an ingredient is: itself, the head of its family, its groups."""
        row = self.items[id_]
        return {id_, *row.get("groups", ()), *([row["family"]] if row.get("family") else [])}

    def _listed(self, product_id: str, name: str) -> bool:
        """Whether a product holds what a name means, or prints the name where it means nothing that is known."""
        meant = self.spelled.get(folded(name))
        if meant is not None:
            return any(self.stands_for(id_) & meant for id_ in self.contained(product_id))
        sought = folded(name)
        return bool(sought) and any(sought in folded(printed) for printed in self.products[product_id].ingredients)

    def conditioned(self, product_id: str, condition: str) -> bool:
        """Whether an ingredient is to be avoided in a condition."""
        for id_ in self.contained(product_id):
            row = self.items[id_]
            if row.get("pregnancy") == "avoid" and condition in ("pregnancy", "breastfeeding"):
                return True
            if any(condition in self.groups[group].get("conditions", ()) for group in row.get("groups", ())):
                return True
        return False

    def _apart(self, first: str, second: str) -> bool:
        """Whether a rule, the nearest of all about some two of their ingredients, keeps two products apart."""
        ends = {end for rule in self.rules if rule["kind"] == "avoid_together" for end in (rule["a"], rule["b"])}
        ours, theirs = ([i for i in self.contained(p) if self.stands_for(i) & ends] for p in (first, second))
        return any(self._nearest(one, other) == "avoid_together" for one in ours for other in theirs)

    def _nearest(self, one: str, other: str) -> str | None:
        def far(id_: str, end: str) -> int | None:
            row = self.items[id_]
            return 0 if end == id_ else 1 if end == row.get("family") else 2 if end in row.get("groups", ()) else None

        found: tuple[int, str] | None = None
        for rule in self.rules:
            for a, b in ((rule["a"], rule["b"]), (rule["b"], rule["a"])):
                near, off = far(one, a), far(other, b)
                if near is not None and off is not None and (found is None or near + off < found[0]):
                    found = (near + off, rule["kind"])
        return None if found is None else found[1]

    def against(self, product_id: str, profile: Profile, category: str | None) -> list[str]:
        """Every reason why a product must not be offered."""
        product = self.products[product_id]
        found = [f"names {name!r}" for name in (*profile.allergies, *profile.dislikes) if self.listed(product_id, name)]
        found += [condition for condition in profile.conditions if self.conditioned(product_id, condition)]
        found += [f"beside {o}" for o in profile.owned if o in self.products and self.apart(o, product_id)]
        if product.min_age is not None and product.min_age > (ADULT - 1 if profile.age is None else profile.age):
            found.append("age")
        if product.locales and profile.locale is not None and profile.locale not in product.locales:
            found.append("locale")
        if profile.budget is not None and product.price > profile.budget:
            found.append("price")
        if category is not None and product.category != category:
            found.append("category")
        return found + ["stock"] * (not product.in_stock) + ["owned"] * (product_id in profile.owned)


def _synonyms(row: Mapping[str, Any]) -> list[str]:
    return [name for names in row.get("synonyms", {}).values() for name in names]
