"""What is never offered, and why. Before any sum, so that no score can buy it back.

Allergies, dislikes, conditions, products in use that it does not go with, age, place, stock, what is owned, price, and
what is of another kind. What is not known of a person hides nothing but what is marked for adults: that needs a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.bits import Bits
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables, plain

UNKNOWN = "unknown"
"""Subject of an age mask where no age is known."""
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Mask:
    """One reason why one product is not offered.

    Args:
        kind: `"filter"`, `"stock"`, `"locale"`, `"age"`, `"owned"`, `"need"`, `"text"`, `"conflict"` or `"price"`.
        subject: The filter's slot, the need, the raw text in lower case, the id of the owned product that it should not
            be used with, or `UNKNOWN` for an age; empty for the others.
        node: Node id of the ingredient behind a `"need"` or `"conflict"`; empty otherwise.
        printed: Its name as printed on the pack, also for `"text"`; for `"age"` the youngest age; empty otherwise.
        beside: Node id of the ingredient of the owned product behind a `"conflict"`; empty otherwise.
    """

    kind: str
    subject: str = ""
    node: str = ""
    printed: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind and subject of masking, with the rows it hides."""

    kind: str
    subject: str
    hides: Bits

    @property
    def rows(self) -> NDArray[np.int64]:
        """The `(masked,)` rows it hides, ascending."""
        return self.hides.rows


@dataclass(frozen=True)
class Masked:
    """Every product that is not offered.

    Args:
        tables: Of the products.
        rules: In the order in which a product is counted: under the first that hides it.
        hides: All their rows together.
    """

    tables: Tables
    rules: tuple[Rule, ...]
    hides: Bits

    @classmethod
    def none(cls, tables: Tables) -> Masked:
        """Hide nothing."""
        return cls(tables, (), Bits.union((), len(tables.products)))

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Whether each product is not offered, `(products,)`."""
        return self.hides.flags

    def of(self, product_id: str) -> tuple[Mask, ...]:
        """Every reason why a product is not offered; none where it is.

        Raises:
            KeyError: The product is not in the catalogue.
        """
        row = self.tables.row_of[product_id]
        return tuple(self.mask(rule, row) for rule in self.rules if row in rule.hides)

    def mask(self, rule: Rule, row: int) -> Mask:
        """Word out one rule for one row that it hides."""
        if rule.kind == "need":
            return Mask(rule.kind, rule.subject, *self.tables.masks[rule.subject][row])
        if rule.kind == "text":
            ingredients, sought = self.tables.products[row].ingredients, plain(rule.subject)
            return Mask(rule.kind, rule.subject, printed=next(i for i in ingredients if sought in plain(i)))
        if rule.kind == "conflict":
            clash = next(self.tables.clashes.between(row, self.tables.row_of[rule.subject]))
            return Mask(rule.kind, rule.subject, clash.ours, clash.printed, clash.theirs)
        if rule.kind == "age":
            return Mask(rule.kind, rule.subject, printed=str(self.tables.products[row].min_age))
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

    Filters come first: what is not of the kind asked for was never in question. Then where it is sold, whom it is for,
    stock and what is owned, then what would do harm, then price. Products that are not in the catalogue hide nothing.
    """
    owned = sorted({tables.row_of[product_id] for product_id in needs.owned if product_id in tables.row_of})
    rules = [*_filters(tables, needs)]
    rules.append(Rule("stock", "", tables.bits("stock", tables.out_of_stock)))
    rules += [*_locale(tables, needs), *_age(tables, needs)]
    if owned:
        rules.append(_rule(tables, "owned", "", owned))
    for need in needs.masks:
        if need in tables.masks:
            rules.append(Rule("need", need, tables.bits(need, tables.masked_rows[need])))
    rules += _listings(tables, (*needs.unknown_avoid, *needs.near_avoid))
    rules += [_conflicts(tables, row) for row in owned]
    if needs.budget is not None:
        rules.append(Rule("price", "", tables.dearer(needs.budget)))
    kept = tuple(rule for rule in rules if rule.hides)
    return Masked(tables, kept, Bits.union((rule.hides for rule in kept), len(tables.products)))


def _rule(tables: Tables, kind: str, subject: str, rows: Iterable[int]) -> Rule:
    return Rule(kind, subject, Bits.of(np.fromiter(rows, np.int64), len(tables.products)))


def _filters(tables: Tables, needs: Needs) -> Iterator[Rule]:
    for slot, values in needs.filters.items():
        offering = tables.offering(slot)
        named = {value.lower() for value in values if value.lower() in offering}
        offered = (tables.bits(f"{slot}={value}", offering[value]) for value in named)
        yield Rule("filter", slot, ~Bits.union(offered, len(tables.products)))


def _locale(tables: Tables, needs: Needs) -> Iterator[Rule]:
    """Hide what is not sold where the person buys; nothing where that is not known."""
    if needs.locale is not None and tables.sold_in:
        here = needs.locale.strip().upper()
        yield _rule(tables, "locale", "", (row for row, places in tables.sold_in.items() if here not in places))


def _age(tables: Tables, needs: Needs) -> Iterator[Rule]:
    """Hide what is meant for someone older; of an unknown age only that it may not be an adult's."""
    if not tables.youngest:
        return
    if needs.age is None:
        adult = tables.settings.adult_age
        yield _rule(tables, "age", UNKNOWN, (r for r, age in tables.youngest.items() if age >= adult))
    else:
        yield _rule(tables, "age", "", (r for r, age in tables.youngest.items() if age > needs.age))


def _conflicts(tables: Tables, owned: int) -> Rule:
    """Hide what should not be used together with a product in use."""
    rows = sorted(tables.clashes.rows_against(owned))
    return _rule(tables, "conflict", tables.products[owned].product_id, rows)


def _listings(tables: Tables, texts: Iterable[str]) -> Iterator[Rule]:
    """Hide the rows with an ingredient that has a text in its name, however either is spelled."""
    for text in texts:
        sought = plain(text)
        if sought and sought in tables.inci_text:
            rows = np.concatenate([rows for name, rows in tables.inci.items() if sought in name] or [_NONE])
            yield Rule("text", text.strip().lower(), Bits.of(rows, len(tables.products)))
