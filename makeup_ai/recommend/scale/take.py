"""A few products of a catalogue as tables of their own: every term then works on them as it does on all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.cells import Cells, Column
from makeup_ai.recommend.popular import Popularity
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Product


class Taken(Sequence[Product]):
    """Some of the products, in the order of `rows`."""

    def __init__(self, products: Sequence[Product], rows: NDArray[np.int64]):
        self._products, self._rows = products, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Product: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Product]: ...
    def __getitem__(self, place: int | slice) -> Product | Sequence[Product]:
        if isinstance(place, slice):
            return [self._products[int(row)] for row in self._rows[place]]
        return self._products[int(self._rows[place])]


class TakenColumns(Mapping[str, Column]):
    """The cells of some rows, looked for when a need is asked for."""

    def __init__(self, columns: Mapping[str, Column], rows: NDArray[np.int64]):
        self._columns, self._rows = columns, rows

    def __getitem__(self, need: str) -> Column:
        column = self._columns[need]
        if not len(column.rows):
            return column
        at = np.minimum(np.searchsorted(column.rows, self._rows.astype(column.rows.dtype)), len(column.rows) - 1)
        places = np.flatnonzero(column.rows[at] == self._rows)
        return Column(places, column.values[at[places]], column.paths[at[places]])

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, need: object) -> bool:
        return need in self._columns


def take(tables: Tables, rows: NDArray[np.int64]) -> Tables:
    """Give the tables of some rows, in their order, for terms that look at one product at a time.

    Shades, masks, clashes and what purchases have taught stay behind: they speak of rows of the whole catalogue.
    """
    popularity = tables.popularity
    taken = replace(
        tables,
        products=Taken(tables.products, rows),
        cells=Cells(TakenColumns(tables.cells.columns, rows), tables.cells.paths),
        masks={},
        shades=replace(tables.shades, rows=np.empty(0, np.int64), shade_ids=(), lab=np.empty((0, 3))),
        embeddings=tables.embeddings.take(rows, axis=0),
        taste=None,
        alike=None,
        popularity=None if popularity is None else Popularity(popularity.purchases[rows], popularity.values[rows]),
        index=None,
    )
    known: dict[str, Any] = {"prices": tables.prices[rows], "id_order": tables.id_order[rows]}
    vars(taken).update(known)  # where `cached_property` keeps what it has worked out
    return taken
