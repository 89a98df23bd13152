"""What is never offered, and why: allergies, conditions, filters, stock, what is owned, and price. Before any sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables

_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Mask:
    """One reason why one product is not offered.

    Args:
        kind: `"filter"`, `"stock"`, `"owned"`, `"need"`, `"text"` or `"price"`.
        subject: The filter's slot, the need, or the raw text in lower case; empty for stock, owned and price.
        node: Node id of the ingredient behind a `"need"`; empty otherwise.
        printed: Its name as printed on the pack, also for `"text"`; empty otherwise.
    """

    kind: str
    subject: str = ""
    node: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind and subject of masking, with the `(masked,)` rows it hides."""

    kind: str
    subject: str
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Masked:
    """Every product that is not offered.

    Args:
        tables: Of the products.
        rules: In the order in which a product is counted: under the first that hides it.
        hidden: `(products,)` bool.
    """

    tables: Tables
    rules: tuple[Rule, ...]
    hidden: NDArray[np.bool_]

    def of(self, product_id: str) -> tuple[Mask, ...]:
        """Every reason why a product is not offered; none where it is.

        Raises:
            KeyError: The product is not in the catalogue.
        """
        row = self.tables.row_of[product_id]
        return tuple(self.mask(rule, row) for rule in self.rules if row in rule.rows)

    def mask(self, rule: Rule, row: int) -> Mask:
        """Word out one rule for one row that it hides."""
        if rule.kind == "need":
            return Mask(rule.kind, rule.subject, *self.tables.masks[rule.subject][row])
        if rule.kind == "text":
            ingredients = self.tables.products[row].ingredients
            return Mask(rule.kind, rule.subject, printed=next(i for i in ingredients if rule.subject in i.lower()))
        return Mask(rule.kind, rule.subject)

    def counted(self) -> Iterator[tuple[Rule, NDArray[np.int64]]]:
        """Go through the rules with the rows that each is the first to hide, leaving out those that are never first."""
        seen = np.zeros(len(self.hidden), bool)
        for rule in self.rules:
            fresh = rule.rows[~seen[rule.rows]]
            seen[rule.rows] = True
            if fresh.size:
                yield rule, fresh

    def counts(self) -> dict[tuple[str, str], int]:
        """Count the hidden products by kind and subject; the counts add up to the products hidden."""
        return {(rule.kind, rule.subject): int(rows.size) for rule, rows in self.counted()}

    def only(self, kind: str) -> NDArray[np.int64]:
        """Rows hidden by rules of this kind alone, ascending."""
        others = np.zeros(len(self.hidden), bool)
        for rule in self.rules:
            if rule.kind != kind:
                others[rule.rows] = True
        return np.flatnonzero(self.hidden & ~others)


def masked(tables: Tables, needs: Needs) -> Masked:
    """Find the products that are not offered.

    Filters come first: what is not of the kind asked for was never in question. Then stock and what is owned, then what
    would do harm, then price.
    """
    rules = [*_filters(tables, needs)]
    rules.append(Rule("stock", "", tables.out_of_stock))
    owned = sorted({tables.row_of[product_id] for product_id in needs.owned if product_id in tables.row_of})
    rules.append(Rule("owned", "", np.array(owned, np.int64)))
    rules += [Rule("need", need, tables.masked_rows[need]) for need in needs.masks if need in tables.masks]
    rules += [_listing(tables, text) for text in needs.unknown_avoid]
    if needs.budget is not None:
        rules.append(Rule("price", "", np.flatnonzero(tables.prices > needs.budget)))
    kept = tuple(rule for rule in rules if rule.rows.size)
    hidden = np.zeros(len(tables.products), bool)
    for rule in kept:
        hidden[rule.rows] = True
    return Masked(tables, kept, hidden)


def _filters(tables: Tables, needs: Needs) -> Iterator[Rule]:
    for slot, values in needs.filters.items():
        hidden = np.ones(len(tables.products), bool)
        for value in values:
            hidden[tables.offering(slot).get(value.lower(), _NONE)] = False
        yield Rule("filter", slot, np.flatnonzero(hidden))


def _listing(tables: Tables, text: str) -> Rule:
    """Hide the rows with an ingredient that has `text` in its name, however it is cased."""
    text = text.strip().lower()
    if not text or text not in tables.inci_text:
        return Rule("text", text, _NONE)
    return Rule("text", text, np.unique(np.concatenate([_NONE, *(r for n, r in tables.inci.items() if text in n)])))
