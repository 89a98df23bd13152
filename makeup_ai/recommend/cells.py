"""`needs.json`: what each need is worth in each product, and the path that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError
from makeup_ai.recommend.fixed import UNIT


@dataclass(frozen=True, slots=True)
class Path:
    """Why a need has a value in a product.

    Args:
        kind: `"path"` (through the knowledge graph), `"declared"` (by the brand) or `"contains"`; of the
            phrase `reason.<kind>`.
        nodes: Node ids from the product's side to the need's, all named in `names.json`.
    """

    kind: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one need.

    Args:
        rows: `(cells,)` int64, ascending.
        values: `(cells,)` int64 ten-thousandths, -10000 to 10000.
        paths: `(cells,)` int64 index of a path.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.int64]
    paths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cells:
    """All needs that products can meet: a sparse matrix, need by product.

    Args:
        columns: Need -> its cells; a need may be listed and met by no product.
        paths: Every path that a cell points to.
    """

    columns: Mapping[str, Column]
    paths: tuple[Path, ...]

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], products: int, *, file: str = "needs.json") -> Cells:
        """Read the table.

        Args:
            table: `needs`, `cells` of `[need, row, value, path]`, and `paths`.
            products: Rows of the catalogue.
            file: Its name in errors.

        Raises:
            BundleError: A cell is not four whole numbers, points outside a list, or is there twice.
        """
        try:
            needs = [str(need) for need in table["needs"]]
            paths = tuple(Path(str(path["kind"]), tuple(path["nodes"])) for path in table["paths"])
            cells = np.asarray(table["cells"] or np.empty((0, 4), np.int64))
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(f"{file}: expected needs, cells of four numbers each, and paths ({error!r})") from error
        if cells.ndim != 2 or cells.shape[1] != 4 or cells.dtype.kind != "i":
            raise BundleError(
                f"{file}: expected cells of four whole numbers each. Received: shape {cells.shape}, {cells.dtype}"
            )
        if len(set(needs)) != len(needs):
            raise BundleError(f"{file}: a need is listed twice in {sorted(n for n in needs if needs.count(n) > 1)}")
        for i, (what, low, high) in enumerate(
            [("need", 0, len(needs) - 1), ("row", 0, products - 1), ("value", -UNIT, UNIT), ("path", 0, len(paths) - 1)]
        ):
            wrong = np.flatnonzero((cells[:, i] < low) | (cells[:, i] > high))
            if wrong.size:
                raise BundleError(
                    f"{file}: expected the {what} of a cell between {low} and {high}. "
                    f"Received: {cells[wrong[0]].tolist()} at cell {int(wrong[0])}"
                )
        cells = cells[np.lexsort((cells[:, 1], cells[:, 0]))].astype(np.int64)
        twice = np.flatnonzero((np.diff(cells[:, 0]) == 0) & (np.diff(cells[:, 1]) == 0))
        if twice.size:
            need, row = cells[twice[0], :2]
            raise BundleError(
                f"{file}: expected one cell a need and product. Received: two for {needs[need]}, row {row}"
            )
        starts = np.searchsorted(cells[:, 0], np.arange(len(needs) + 1))
        columns = {
            need: Column(*(cells[starts[i] : starts[i + 1], column] for column in (1, 2, 3)))
            for i, need in enumerate(needs)
        }
        return cls(columns, paths)
