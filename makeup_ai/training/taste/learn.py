"""From purchases and a catalogue to the tables of taste, and the folder they are kept in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.recommend.neighbours import VOTE, Neighbours, from_dense
from makeup_ai.recommend.popular import Popularity
from makeup_ai.training.data.described import Described
from makeup_ai.training.data.purchases import Purchases
from makeup_ai.training.taste import alike
from makeup_ai.training.taste.content import likeness, shared
from makeup_ai.training.taste.linear import LinearOptions, by_stars, item_weights, strongest

Floats = NDArray[np.float64]

VOTES = (100, -50, -25, 50, 100, 100)
"""Hundredths that a purchase counts for on the device: without a rating, then with 1 to 5 stars."""
STRONG_QUANTILE = 0.999
"""Of the tastes of learned users' best products: the one that becomes 1."""
SCHEMA = 1
TASTE_FILES = ("taste.bin", "alike.bin")
DESCRIPTION = "taste.json"


@dataclass(frozen=True, slots=True)
class TasteOptions:
    """What is learned and how large it may be.

    Args:
        linear: Of products that were bought.
        neighbours: Entries of the table a bought product, on average.
        alike_neighbours: Entries a new product, on average.
    """

    linear: LinearOptions = field(default_factory=LinearOptions)
    neighbours: int = 200
    alike_neighbours: int = 200


@dataclass(frozen=True)
class Taste:
    """What purchases have taught of a catalogue.

    Args:
        ids: Product ids, in row order of the tables.
        taste: Between bought products.
        alike: From bought products to new ones; empty where all were bought.
        purchases: `(products,)` int64, those of a head also at its variants.
        weights: Term -> weight, where they were learned.
        counts: What was read, by words.
    """

    ids: tuple[str, ...]
    taste: Neighbours
    alike: Neighbours
    purchases: NDArray[np.int64]
    weights: Mapping[str, float]
    counts: Mapping[str, int]

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write `taste.bin`, `alike.bin` and `taste.json`, each whole."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for name, table in zip(TASTE_FILES, (self.taste, self.alike), strict=True):
            write_whole(place / name, table.to_bytes())
        described = {
            "schema": SCHEMA,
            "ids": list(self.ids),
            "purchases": self.purchases.tolist(),
            "weights": dict(self.weights),
            "counts": dict(self.counts),
        }
        write_whole(place / DESCRIPTION, json.dumps(described, ensure_ascii=False) + "\n")
        return place

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Taste:
        """Read what `save` wrote.

        Raises:
            DataError: A file is missing, or the description is not of this schema.
            BundleError: A table is damaged or does not fit the description.
        """
        place = Path(folder)
        try:
            table = json.loads((place / DESCRIPTION).read_text("utf-8"))
            contents = [(place / name).read_bytes() for name in TASTE_FILES]
        except (OSError, ValueError) as error:
            raise DataError(f"Expected what `makeup-ai taste learn` wrote. {error}", file=str(place)) from error
        try:
            if table["schema"] != SCHEMA:
                raise ValueError(f"schema {table['schema']!r}")
            ids = tuple(map(str, table["ids"]))
            purchases = np.array(table["purchases"], np.int64)
            weights = {str(name): float(weight) for name, weight in table["weights"].items()}
            counts = {str(what): int(count) for what, count in table["counts"].items()}
            if purchases.shape != (len(ids),) or (purchases < 0).any() or len(set(ids)) != len(ids):
                raise ValueError("ids and purchases differ")
            if not all(np.isfinite(weight) and weight >= 0 for weight in weights.values()):
                raise ValueError(f"weights {weights}")
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise DataError(
                f"Expected {DESCRIPTION} of schema {SCHEMA} as `makeup-ai taste learn` writes it. Received: {error!r}",
                file=str(place),
            ) from error
        tables = [
            Neighbours.from_bytes(content, len(ids), file=name)
            for name, content in zip(TASTE_FILES, contents, strict=True)
        ]
        return cls(ids, tables[0], tables[1], purchases, weights, counts)

    def for_catalogue(self, ids: Sequence[str]) -> Taste:
        """Put the tables in the row order of another catalogue; products that were not learned have no neighbours.

        Raises:
            DataError: Not one product is in both.
        """
        row_of = {product_id: row for row, product_id in enumerate(self.ids)}
        old = np.array([row_of.get(product_id, -1) for product_id in ids], np.int64)
        if not (old >= 0).any():
            raise DataError(f"Expected products of the catalogue, {list(ids[:3])}. Learned of: {list(self.ids[:3])}")
        purchases = np.where(old >= 0, self.purchases[old], 0)
        return Taste(
            tuple(ids), rearranged(self.taste, old), rearranged(self.alike, old), purchases, self.weights, self.counts
        )


def rearranged(table: Neighbours, old: NDArray[np.int64]) -> Neighbours:
    """Give the rows of a table another order.

    Args:
        table: Of the old rows.
        old: `(products,)` the old row of each new one, each at most once; -1 for none. Where a head is not among them,
            the first of its variants stands in.
    """
    head_of = {row: new for new, row in enumerate(old.tolist()) if row >= 0 and table.heads[row] == row}
    heads = np.arange(len(old))
    for new, row in enumerate(old.tolist()):
        if row >= 0:
            heads[new] = head_of.setdefault(int(table.heads[row]), new)
    offsets, targets, weights = [0], [], []
    source_of = {new: row for row, new in head_of.items()}
    for new in range(len(old)):
        if new in source_of:
            row = source_of[new]
            entries = slice(table.offsets[row], table.offsets[row + 1])
            moved = sorted(
                (head_of[target], weight)
                for target, weight in zip(table.targets[entries].tolist(), table.weights[entries].tolist(), strict=True)
                if target in head_of
            )
            targets += [target for target, _ in moved]
            weights += [weight for _, weight in moved]
        offsets.append(len(targets))
    return Neighbours(
        heads,
        np.array(offsets, np.int64),
        np.array(targets, np.int64),
        np.array(weights, np.int8),
        table.scale,
        table.votes,
    )


def learn_taste(
    purchases: Purchases,
    products: Sequence[Described],
    heads: NDArray[np.int64] | None = None,
    options: TasteOptions | None = None,
    weights: Mapping[str, float] | None = None,
) -> Taste:
    """Learn both tables.

    Args:
        purchases: Merged by head.
        products: The catalogue, in its row order.
        heads: `(products,)`; by default every product is its own.
        options: The chosen ones by default.
        weights: Of the terms, from `weighing.learn_weights`; none by default.

    Raises:
        ValueError: The catalogue is not the one that the purchases are of, or nothing was bought.
    """
    options = options or TasteOptions()
    heads = np.arange(len(products)) if heads is None else heads
    if len(products) != purchases.products or len(heads) != len(products) or not len(purchases):
        raise ValueError(
            f"Expected purchases of a catalogue of {purchases.products} products. "
            f"Received: {len(products)} products, {len(heads)} heads, {len(purchases)} purchases"
        )
    bought = purchases.bought()
    old, new = int((bought > 0).sum()), heads == np.arange(len(heads))
    between = item_weights(purchases, options.linear, shared([one.brand for one in products]))
    towards = alike.new_weights(purchases, likeness(products))
    between[:, bought == 0] = 0.0
    towards[:, ~new] = 0.0
    fresh = int((new & (bought == 0)).sum())
    tables = [
        quantised(strongest(matrix, max(1, each * count)), heads, purchases)
        for matrix, each, count in (
            (between, options.neighbours, old),
            (towards, options.alike_neighbours, fresh),
        )
    ]
    ids = tuple(one.product_id for one in products)
    return Taste(ids, tables[0], tables[1], bought[heads], dict(weights or {}), dict(purchases.counts))


def quantised(matrix: Floats, heads: NDArray[np.int64], purchases: Purchases) -> Neighbours:
    """Round weights to int8 such that the strongest tastes of the users learned from come to 1."""
    best = _best(matrix, purchases)
    unit = float(np.quantile(best, STRONG_QUANTILE)) if best.size and best.max() > 0 else 1.0
    matrix = matrix / unit
    scale = float(np.abs(matrix).max()) / 127 or 1.0
    return from_dense(matrix, heads, scale, VOTES)


def _best(matrix: Floats, purchases: Purchases, batch: int = 2048) -> Floats:
    """Return the best taste of each user among what they do not have, `(users with purchases,)`."""
    votes = by_stars(purchases.rating, tuple(vote / VOTE for vote in VOTES))
    best = []
    for start in range(0, purchases.users, batch):
        rows = np.flatnonzero((purchases.user >= start) & (purchases.user < start + batch))
        had = np.zeros((batch, purchases.products))
        had[purchases.user[rows] - start, purchases.product[rows]] = votes[rows]
        each = np.bincount(purchases.user[rows] - start, minlength=batch)
        scores = had @ matrix / np.sqrt(np.maximum(each, 1))[:, None]
        scores[purchases.user[rows] - start, purchases.product[rows]] = -np.inf
        best.append(scores.max(axis=1)[each > 0])
    found = np.concatenate(best) if best else np.empty(0)
    return found[np.isfinite(found)]


def bundle_tables(taste: Taste, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the files that a bundle of these products ships, by name."""
    fitted = taste.for_catalogue(ids)
    tables = {name: table.to_bytes() for name, table in zip(TASTE_FILES, (fitted.taste, fitted.alike), strict=True)}
    popularity = json.dumps(Popularity.of(fitted.purchases).to_dict(), separators=(",", ":"))
    return {**tables, "popularity.json": popularity.encode()}
