"""Who bought what, as columns of numbers over the products of a catalogue, with variants of a product as one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import read_purchases
from makeup_ai.training.data.tables import read_table

VARIANT_COLUMNS = ("product_id", "same_as")


@dataclass(frozen=True)
class Purchases:
    """Every pair of a user and a product once.

    Args:
        user: `(purchases,)` int64, from 0.
        product: `(purchases,)` int64 rows of the catalogue, each its own head.
        rating: `(purchases,)` 1 to 5, the mean of what was said; NaN where nothing was.
        names: Users' ids, in the order of their numbers.
        products: Rows of the catalogue.
        counts: What became of the rows of the file, by words.
    """

    user: NDArray[np.int64]
    product: NDArray[np.int64]
    rating: NDArray[np.float64]
    names: tuple[str, ...]
    products: int
    counts: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.user)

    @property
    def users(self) -> int:
        """How many users there are, those without a purchase among them."""
        return len(self.names)

    def take(self, rows: NDArray[np.bool_]) -> Purchases:
        """Select purchases; users and products keep their numbers."""
        return Purchases(self.user[rows], self.product[rows], self.rating[rows], self.names, self.products, {})

    def bought(self) -> NDArray[np.int64]:
        """Count the purchases of each product, `(products,)`."""
        return np.bincount(self.product, minlength=self.products)


def load_purchases(
    path: str | os.PathLike[str], row_of: Mapping[str, int], heads: NDArray[np.int64], mapping: str = ""
) -> Purchases:
    """Read a file of purchases, with the products of each user merged by head.

    Args:
        path: A file of `tables.FORMATS` with a user and a product, and maybe a rating.
        row_of: Product id -> row of the catalogue; purchases of other products are left out and counted.
        heads: `(products,)` of `read_variants`.
        mapping: As in `"user=author_id,product=sku,rating=stars"`; see `layouts.choose_columns`.

    Raises:
        DataError: As `layouts.read_purchases`; or not one product of the file is in the catalogue.
    """
    loaded = read_purchases(path, mapping)
    said: dict[tuple[str, int], list[float]] = {}
    counts = Counter(loaded.dropped)
    for bought in loaded.rows:
        row = row_of.get(bought.product)
        if row is None:
            counts["of unknown products"] += 1
            continue
        pair = (bought.user, int(heads[row]))
        counts["of a product the user already has"] += pair in said
        said.setdefault(pair, [])
        if bought.rating is not None:
            said[pair].append(bought.rating)
    if not said:
        unknown = sorted({bought.product for bought in loaded.rows})[:3]
        raise DataError(
            f"Expected products of the catalogue, such as {sorted(row_of)[:3]}. Received: {unknown}", file=loaded.file
        )
    users = {user: number for number, user in enumerate(dict.fromkeys(user for user, _ in said))}
    counts |= Counter({"rows": loaded.read, "purchases": len(said), "users": len(users)})
    return Purchases(
        np.array([users[user] for user, _ in said], np.int64),
        np.array([row for _, row in said], np.int64),
        np.array([np.mean(ratings) if ratings else np.nan for ratings in said.values()]),
        tuple(users),
        len(heads),
        {what: count for what, count in counts.items() if count},
    )


def read_variants(path: str | os.PathLike[str] | None, ids: Sequence[str]) -> NDArray[np.int64]:
    """Read which products are one in another size: `(products,)` the row of each one's head, itself where it has none.

    Args:
        path: A file with the columns of `VARIANT_COLUMNS`, or `None` for no variants.
        ids: Product ids in the order of the catalogue; rows about others are passed over.

    Raises:
        DataError: A column is missing, a product is listed twice, or one is the same as another that is itself the
            same as a third.
    """
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    heads = np.arange(len(ids))
    if path is None:
        return heads
    table = read_table(path)
    if missing := [column for column in VARIANT_COLUMNS if column not in table.columns]:
        raise DataError(f"Expected the columns {list(VARIANT_COLUMNS)}. Missing: {missing}", file=table.file)
    same: dict[str, str] = {}
    for row in table:
        product_id, head = (str(row.values[column] or "").strip() for column in VARIANT_COLUMNS)
        if not product_id or not head or product_id in same:
            raise DataError(
                f"Expected each product once, with what it is the same as. Received: {product_id!r}, {head!r}",
                file=table.file, row=row.number,
            )  # fmt: skip
        same[product_id] = head
    for product_id, head in same.items():
        if same.get(head, head) != head:
            raise DataError(
                f"Expected {product_id!r} to be the same as {same[head]!r} directly. Received: {head!r} between",
                file=table.file,
            )
    firsts: dict[str, int] = {}  # a head that the catalogue lacks is stood in for by its first variant
    for product_id, row_number in row_of.items():
        head = same.get(product_id, product_id)
        heads[row_number] = row_of[head] if head in row_of else firsts.setdefault(head, row_number)
    return heads
