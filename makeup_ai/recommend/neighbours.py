"""`taste.bin` and `alike.bin`: what a product that a person had says of every other product, as a small sparse table.

Little-endian, in this order: the header (`HEADER`); the head of each product, uint32 (the product whose row and
column it shares: another size of it, or itself); where each row begins, uint32, one more than there are products; the
targets of the entries, uint16 (uint32 beyond 65,536 products); their weights, int8.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import BundleError
from makeup_ai.recommend.fixed import UNIT
from makeup_ai.schema import Bought

MAGIC, VERSION = b"MKNB", 1
HEADER = struct.Struct("<4sHHIId6b2x")
"""Magic, version, bytes of a target, products, entries, scale, votes."""
STARS = 5
VOTE = 100  # a vote is in hundredths
SHORT_TARGETS = 1 << 16  # products whose rows fit uint16

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a history says to a table.

    Args:
        rows: `(purchases,)` head rows of the products known, ascending, each once.
        votes: `(purchases,)` hundredths, how far each counts for (or, below zero, against) its neighbours.
        ids: `(purchases,)` a product id of each, the first of the history in ascending order.
        unknown: Purchases of products that the catalogue does not hold.
    """

    rows: Ints
    votes: Ints
    ids: tuple[str, ...]
    unknown: int


@dataclass(frozen=True)
class Neighbours:
    """A sparse matrix, product had by product offered, in whole numbers.

    Args:
        heads: `(products,)` row of the product whose entries this one shares; its own where it stands for itself.
        offsets: `(products + 1,)` where the entries of each row begin; none where the product is not its own head.
        targets: `(entries,)` rows of heads, ascending within a row.
        weights: `(entries,)` int8.
        scale: A weight times a whole vote times this is its part of a taste, which lies between -1 and 1.
        votes: `(6,)` hundredths: what a purchase without a rating counts, then one of 1 to 5 stars.
    """

    heads: Ints
    offsets: Ints
    targets: Ints
    weights: NDArray[np.int8]
    scale: float
    votes: tuple[int, ...]

    @property
    def products(self) -> int:
        """Rows of the catalogue."""
        return len(self.heads)

    def to_bytes(self) -> bytes:
        """Write the file that `from_bytes` reads."""
        width = 2 if self.products <= SHORT_TARGETS else 4
        header = HEADER.pack(MAGIC, VERSION, width, self.products, len(self.targets), self.scale, *self.votes)
        parts = (self.heads.astype("<u4"), self.offsets.astype("<u4"), self.targets.astype(f"<u{width}"), self.weights)
        return header + b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, content: bytes, products: int | None = None, *, file: str = "taste.bin") -> Neighbours:
        """Read a file and hold it to its own counts and to the catalogue.

        Args:
            content: Of the file.
            products: Rows of the catalogue, or `None` where there is none to hold it to.
            file: Its name in errors.

        Raises:
            BundleError: It is no such file, of another version or catalogue, cut short, or points outside.
        """
        if len(content) < HEADER.size or content[: len(MAGIC)] != MAGIC:
            raise BundleError(f"{file}: expected a table of neighbours. Received: {len(content)} bytes that are none")
        _, version, width, rows, entries, scale, *votes = HEADER.unpack_from(content)
        if version != VERSION or width not in (2, 4):
            raise BundleError(f"{file}: expected version {VERSION}. Received: {version}. Make the bundle again.")
        if products is not None and rows != products:
            raise BundleError(f"{file}: expected {products} products, as the catalogue has. Received: {rows}")
        size = HEADER.size + 4 * rows + 4 * (rows + 1) + (width + 1) * entries
        if len(content) != size:
            raise BundleError(f"{file}: expected {size} bytes of {entries} entries. Received: {len(content)}")
        if not math.isfinite(scale) or scale <= 0 or max(map(abs, votes)) > VOTE:
            raise BundleError(
                f"{file}: expected a scale above zero and votes within {VOTE}. Received: {scale}, {votes}"
            )
        at = HEADER.size
        found = []
        for kind, count in (("<u4", rows), ("<u4", rows + 1), (f"<u{width}", entries), ("i1", entries)):
            found.append(np.frombuffer(content, kind, count, at))
            at += found[-1].nbytes
        heads, offsets, targets = (part.astype(np.int64) for part in found[:3])
        table = cls(heads, offsets, targets, found[3], float(scale), tuple(votes))
        table._check(file)
        return table

    def vote(self, rating: float | None) -> int:
        """Say how far a purchase counts, in hundredths, by its rating rounded to whole stars, halves upwards."""
        return self.votes[0 if rating is None else math.floor(rating + 0.5)]

    def hear(self, history: Iterable[Bought], row_of: dict[str, int]) -> Heard:
        """Gather a history by product; several purchases of one product count as their mean vote.

        Args:
            history: In any order.
            row_of: Product id -> row.
        """
        said: dict[int, list[tuple[str, int]]] = {}
        unknown = 0
        for bought in history:
            row = row_of.get(bought.product_id)
            if row is None:
                unknown += 1
            else:
                said.setdefault(int(self.heads[row]), []).append((bought.product_id, self.vote(bought.rating)))
        rows = sorted(said)
        votes = [math.floor(sum(vote for _, vote in said[row]) / len(said[row]) + 0.5) for row in rows]
        ids = tuple(min(product_id for product_id, _ in said[row]) for row in rows)
        return Heard(np.array(rows, np.int64), np.array(votes, np.int64), ids, unknown)

    def totals(self, heard: Heard) -> Ints:
        """Add up what a history says of every product: `(products,)` whole numbers, the same in any order."""
        totals = np.zeros(self.products, np.int64)
        for row, vote in zip(heard.rows.tolist(), heard.votes.tolist(), strict=True):
            entries = slice(self.offsets[row], self.offsets[row + 1])
            totals[self.targets[entries]] += vote * self.weights[entries].astype(np.int64)
        return totals[self.heads]

    def tastes(self, heard: Heard) -> NDArray[np.float64]:
        """Return `(products,)` tastes in [-1, 1]: totals by the root of the number of purchases, times the scale."""
        if not len(heard.rows):
            return np.zeros(self.products)
        by_size = self.totals(heard) * (self.scale / (VOTE * math.sqrt(len(heard.rows))))
        return np.clip(by_size, -1.0, 1.0)

    def parts(self, heard: Heard, row: int) -> Ints:
        """Say what each purchase adds to a product's total, `(purchases,)`; they add up to it."""
        target, parts = int(self.heads[row]), np.zeros(len(heard.rows), np.int64)
        for i, (source, vote) in enumerate(zip(heard.rows.tolist(), heard.votes.tolist(), strict=True)):
            start, end = int(self.offsets[source]), int(self.offsets[source + 1])
            at = start + int(np.searchsorted(self.targets[start:end], target))
            if at < end and self.targets[at] == target:
                parts[i] = vote * int(self.weights[at])
        return parts

    def because(self, heard: Heard, row: int, most: int) -> tuple[tuple[str, float], ...]:
        """Name the purchases that speak for a product (or, where its total is below zero, against it).

        Returns:
            At most `most` pairs of product id and share of all that pulls that way, in ten-thousandths, largest first.
        """
        parts = self.parts(heard, row)
        parts = np.maximum(parts if parts.sum() >= 0 else -parts, 0)
        whole = int(parts.sum())
        order = sorted(range(len(parts)), key=lambda i: (-int(parts[i]), heard.ids[i]))
        return tuple(
            (heard.ids[i], (int(parts[i]) * UNIT * 2 + whole) // (2 * whole) / UNIT) for i in order[:most] if parts[i]
        )

    def _check(self, file: str) -> None:
        heads, offsets, targets = self.heads, self.offsets, self.targets
        rows = np.arange(len(heads))
        if heads.size and (heads.max() >= len(heads) or np.any(heads[heads] != heads)):
            raise BundleError(f"{file}: expected heads that stand for themselves. Make the bundle again.")
        if offsets[0] != 0 or offsets[-1] != len(targets) or np.any(np.diff(offsets) < 0):
            raise BundleError(f"{file}: expected rows that begin where the last ended. Make the bundle again.")
        if np.any(np.diff(offsets)[heads != rows]):
            raise BundleError(f"{file}: expected no entries of a product that shares another's. Make the bundle again.")
        if targets.size and (targets.max() >= len(heads) or np.any(heads[targets] != targets)):
            raise BundleError(f"{file}: expected targets that are heads of the catalogue. Make the bundle again.")
        owner = np.repeat(rows, np.diff(offsets))
        if np.any((np.diff(targets) <= 0) & (np.diff(owner) == 0)):
            raise BundleError(f"{file}: expected targets ascending within a row. Make the bundle again.")


def from_dense(matrix: NDArray[np.float64], heads: Ints, scale: float, votes: tuple[int, ...]) -> Neighbours:
    """Round a matrix to int8 and keep what is not zero.

    Args:
        matrix: `(products, products)` had by offered, in tastes of one whole vote; rows and columns of products that
            are not their own head are ignored.
        heads: `(products,)`.
        scale: Of a weight, above zero.
        votes: As in `Neighbours`.
    """
    weights = np.clip(np.floor(matrix / scale + 0.5), -127, 127).astype(np.int8)
    own = heads == np.arange(len(heads))
    weights[~own] = 0
    weights[:, ~own] = 0
    sources, targets = np.nonzero(weights)
    offsets = np.searchsorted(sources, np.arange(len(heads) + 1))
    return Neighbours(
        heads, offsets.astype(np.int64), targets.astype(np.int64), weights[sources, targets], scale, votes
    )
