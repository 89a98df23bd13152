"""Sets of products, one bit each: they unite and are counted at a speed that sets of rows are not."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 65_536  # rows; a multiple of 8


class Bits:
    """A set of rows of a catalogue; it does not change.

    Args:
        packed: `(ceil(size / 8),)` uint8, most significant bit first; bits beyond the last row are not set.
        size: Products in the catalogue.
    """

    def __init__(self, packed: NDArray[np.uint8], size: int):
        self.packed, self.size = packed, size

    @classmethod
    def where(cls, flags: NDArray[np.bool_]) -> Bits:
        """Make the set of the rows that are flagged.

        Examples:
            >>> Bits.where(np.array([False, True, True])).rows.tolist()
            [1, 2]
        """
        return cls(np.packbits(flags), len(flags))

    @classmethod
    def from_least(cls, values: NDArray[Any], least: int) -> Bits:
        """Make the set of the rows whose value is no less, a block at a time that stays in the cache.

        Examples:
            >>> Bits.from_least(np.array([3, 1, 2]), 2).rows.tolist()
            [0, 2]
        """
        packed = np.empty((len(values) + 7) // 8, np.uint8)
        for start in range(0, len(values), BLOCK):
            packed[start // 8 : (start + BLOCK) // 8] = np.packbits(values[start : start + BLOCK] >= least)
        return cls(packed, len(values))

    @classmethod
    def of(cls, rows: NDArray[np.int64], size: int) -> Bits:
        """Make the set of some rows.

        Examples:
            >>> 8 in Bits.of(np.array([8]), 9), 7 in Bits.of(np.array([8]), 9)
            (True, False)
        """
        if not len(rows):
            return cls.none(size)
        if len(rows) > size // 64:
            flags = np.zeros(size, bool)
            flags[rows] = True
            return cls.where(flags)
        packed = np.zeros((size + 7) // 8, np.uint8)
        np.bitwise_or.at(packed, rows >> 3, (128 >> (rows & 7)).astype(np.uint8))
        return cls(packed, size)

    @classmethod
    def of_runs(cls, runs: Iterable[tuple[int, int]], size: int) -> Bits:
        """Make the set of all rows from the first of each pair to the one before its second.

        Examples:
            >>> Bits.of_runs([(1, 3), (4, 4)], 5).rows.tolist()
            [1, 2]
        """
        packed = bytearray((size + 7) // 8)
        for first, end in runs:
            if first >= end:
                continue
            head, tail = first >> 3, (end - 1) >> 3
            begin, stop = 255 >> (first & 7), 255 << (7 - (end - 1 & 7)) & 255  # of the bytes that hold both ends
            if head == tail:
                packed[head] |= begin & stop
            else:
                packed[head] |= begin
                packed[head + 1 : tail] = b"\xff" * (tail - head - 1)
                packed[tail] |= stop
        return cls(np.frombuffer(packed, np.uint8), size)

    @staticmethod
    @lru_cache(1)
    def none(size: int) -> Bits:
        """Return the empty set, the same one each time."""
        return Bits(np.zeros((size + 7) // 8, np.uint8), size)

    @classmethod
    def union(cls, sets: Iterable[Bits], size: int) -> Bits:
        """Unite sets of one catalogue.

        Examples:
            >>> Bits.union([Bits.of(np.array([0]), 3), Bits.of(np.array([2]), 3)], 3).rows.tolist()
            [0, 2]
        """
        packed = np.zeros((size + 7) // 8, np.uint8)
        for one in sets:
            np.bitwise_or(packed, one.packed, out=packed)
        return cls(packed, size)

    def __invert__(self) -> Bits:
        packed = ~self.packed
        if self.size % 8:
            packed[-1] &= 0xFF << (8 - self.size % 8) & 0xFF
        return Bits(packed, self.size)

    def __contains__(self, row: int) -> bool:
        return bool(self.packed[row >> 3] >> (7 - (row & 7)) & 1)

    def has(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of some rows is in the set, of the same shape."""
        own: NDArray[np.uint8] = self.packed[rows >> 3] >> (7 - (rows & 7)).astype(np.uint8) & 1
        return own.view(bool)

    def __and__(self, other: Bits) -> Bits:
        return Bits(self.packed & other.packed, self.size)

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    @cached_property
    def _count(self) -> int:
        whole = len(self.packed) // 8 * 8  # counted in words of 8 bytes, and the few bytes after them
        words, rest = self.packed[:whole].view(np.uint64), self.packed[whole:]
        return int(np.bitwise_count(words).sum(dtype=np.int64)) + int(np.bitwise_count(rest).sum(dtype=np.int64))

    @cached_property
    def flags(self) -> NDArray[np.bool_]:
        """Whether each row is in the set, `(size,)`."""
        return np.unpackbits(self.packed, count=self.size).view(bool)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Its rows, ascending."""
        some = np.flatnonzero(self.packed != 0)
        at = np.flatnonzero(np.unpackbits(self.packed[some]).view(bool))  # among the bytes that are not empty
        rows: NDArray[np.int64] = some[at >> 3] * 8 + (at & 7)
        return rows
