"""`clashes.json`: which products should not be used beside which, and for which two ingredients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from makeup_ai.errors import BundleError
from makeup_ai.recommend.pairs import CLASHES

APART = "avoid_together"
"""The kind that masks; the other asks for another evening."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two ingredients that should not meet.

    Args:
        kind: One of `CLASHES`.
        ours: Node id of the one in the product in question.
        printed: Its name as printed there.
        theirs: Node id of the one in the product beside it.
    """

    kind: str
    ours: str
    printed: str
    theirs: str


@dataclass(frozen=True)
class Clashes:
    """The table; empty in bundles made before there was one.

    Args:
        holds: Ingredient id -> row -> its name as printed.
        partners: Ingredient id -> ingredient id -> kind; every pair stands both ways.
    """

    holds: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    partners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], products: int, *, file: str = "clashes.json") -> Clashes:
        """Read the table.

        Args:
            table: `holds` and `pairs`, as `makeup_ai.knowledge.clashes` writes them.
            products: Rows of the catalogue.
            file: Its name in errors.

        Raises:
            BundleError: The schema or a kind is unknown, a row is outside the catalogue, or a pair is not held.
        """
        if table.get("schema") != 1:
            raise BundleError(f"{file}: expected schema 1. Received: schema={table.get('schema')!r}")
        try:
            holds = {str(i): {int(row): str(name) for row, name in rows.items()} for i, rows in table["holds"].items()}
            pairs = [(str(one), str(other), str(kind)) for one, other, kind in table["pairs"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(f"{file}: expected rows with names, and pairs with a kind ({error!r})") from error
        outside = sorted({row for rows in holds.values() for row in rows if not 0 <= row < products})
        if outside:
            raise BundleError(f"{file}: expected rows 0 to {products - 1}. Received: {outside[:5]}")
        partners: dict[str, dict[str, str]] = {}
        for one, other, kind in pairs:
            if kind not in CLASHES or one not in holds or other not in holds:
                raise BundleError(
                    f"{file}: expected pairs of ingredients in `holds`, each with one of {list(CLASHES)}. "
                    f"Received: {[one, other, kind]}"
                )
            partners.setdefault(one, {})[other] = kind
            partners.setdefault(other, {})[one] = kind
        return cls(holds, partners)

    @cached_property
    def held_by(self) -> dict[int, list[str]]:
        """Row -> ids of its ingredients that clash with any, in the order of the table."""
        rows: dict[int, list[str]] = {}
        for id_, holders in self.holds.items():
            for row in holders:
                rows.setdefault(row, []).append(id_)
        return rows

    def rows_against(self, row: int) -> set[int]:
        """Give the rows that must not stand beside a row."""
        found: set[int] = set()
        for id_ in self.held_by.get(row, ()):
            for partner, kind in self.partners[id_].items():
                if kind == APART:
                    found.update(self.holds[partner])
        return found - {row}

    def between(self, row: int, beside: int) -> Iterator[Clash]:
        """Give every clash of one row with another, those that mask first."""
        clashes = [
            Clash(kind, f"ingredient:{ours}", self.holds[ours][row], f"ingredient:{theirs}")
            for ours in self.held_by.get(row, ())
            for theirs in self.held_by.get(beside, ())
            if (kind := self.partners[ours].get(theirs)) is not None
        ]
        yield from sorted(clashes, key=lambda clash: clash.kind != APART)
