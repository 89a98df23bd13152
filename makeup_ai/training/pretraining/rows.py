"""Rows of a corpus as the arrays of a batch, grouped by length in an order that depends on seed and epoch alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import CLS, SEP, UNK, Tokenizer
from makeup_ai.training.data.batches import buckets
from makeup_ai.training.pretraining.pairs import NO_PAIR, Rows
from makeup_ai.training.pretraining.pieces import Pieces
from makeup_ai.training.pretraining.units import STARTS


@dataclass(frozen=True, slots=True)
class Plain:
    """A batch before it is masked.

    Args:
        token_ids: `(batch, length)` int32.
        padding_mask: `(batch, length)` int32, 1 on real pieces.
        maskable: `(batch, length)` bool, false on special pieces, the unknown one too, and padding.
        joins: `(batch, length)` int8; see `units`.
        entity: `(batch, length)` bool.
        labels: `(batch,)` int32; see `pairs`.
        languages: `(batch,)` int8.
    """

    token_ids: NDArray[np.int32]
    padding_mask: NDArray[np.int32]
    maskable: NDArray[np.bool_]
    joins: NDArray[np.int8]
    entity: NDArray[np.bool_]
    labels: NDArray[np.int32]
    languages: NDArray[np.int8]


class RowBatches:
    """Rows in batches of one size, so that a graph is traced or compiled once a length.

    Args:
        pieces: The corpus.
        rows: Of it.
        tokenizer: Of the corpus.
        batch_size: Rows a batch; a length with fewer, or with some left over, is filled up with rows of its own.
        max_length: Pieces of the longest row.
        seed: Of the order.
    """

    def __init__(
        self, pieces: Pieces, rows: Rows, tokenizer: Tokenizer, batch_size: int, max_length: int, seed: int = 0
    ):
        self._pieces, self.rows, self.batch_size, self.seed = pieces, rows, batch_size, seed
        self._cls, self._sep, self._unknown = (tokenizer.token_id(piece) for piece in (CLS, SEP, UNK))
        lengths = np.asarray(buckets(max_length))
        bucket = lengths[np.searchsorted(lengths, rows.lengths)]
        self._groups = {int(length): np.flatnonzero(bucket == length) for length in np.unique(bucket)}

    def __len__(self) -> int:
        """Return the batches in an epoch."""
        return sum(-(-len(rows) // self.batch_size) for rows in self._groups.values())

    def epoch(self, epoch: int) -> list[tuple[int, NDArray[np.int64]]]:
        """Return an epoch's batches as padded length and rows."""
        generator = np.random.default_rng([self.seed, 2, epoch])
        plan = []
        for length, rows in sorted(self._groups.items()):
            order = np.resize(generator.permutation(rows), -(-len(rows) // self.batch_size) * self.batch_size)
            plan += [(length, order[i : i + self.batch_size]) for i in range(0, len(order), self.batch_size)]
        return [plan[i] for i in generator.permutation(len(plan))]

    def in_order(self) -> list[tuple[int, NDArray[np.int64]]]:
        """Return every row once, by length; the last batch of a length may be short."""
        return [
            (length, rows[i : i + self.batch_size])
            for length, rows in sorted(self._groups.items())
            for i in range(0, len(rows), self.batch_size)
        ]

    def drawn(self, count: int, generator: np.random.Generator) -> tuple[int, NDArray[np.int64]]:
        """Draw a batch of so many rows: a length by how many have it, and rows of it."""
        lengths = sorted(self._groups)
        sizes = np.asarray([len(self._groups[length]) for length in lengths])
        length = lengths[int(generator.choice(len(lengths), p=sizes / sizes.sum()))]
        return length, generator.choice(self._groups[length], count)

    def plain(self, length: int, rows: NDArray[np.int64]) -> Plain:
        """Return the arrays of one batch."""
        shape = len(rows), length
        token_ids, joins = np.zeros(shape, np.int32), np.full(shape, STARTS, np.int8)  # [PAD] is 0
        maskable, entity = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        spans, labels = self.rows.spans[rows].tolist(), self.rows.labels[rows]
        ends = self.rows.lengths[rows]
        pieces = self._pieces
        for row, (a, b, c, d) in enumerate(spans):
            for start, end, at in ((a, b, 1), (c, d, b - a + 2)):
                put = slice(at, at + end - start)
                token_ids[row, put] = pieces.token_ids[start:end]
                joins[row, put] = pieces.joins[start:end]
                entity[row, put] = pieces.entity[start:end]
                maskable[row, put] = True
                if end > start:
                    joins[row, at] = STARTS
        maskable &= token_ids != self._unknown
        token_ids[:, 0] = self._cls
        numbers = np.arange(len(rows))
        token_ids[numbers, ends - 1] = self._sep
        paired = labels != NO_PAIR
        middle = self.rows.spans[rows, 1] - self.rows.spans[rows, 0] + 1
        token_ids[numbers[paired], middle[paired]] = self._sep
        padding_mask = (np.arange(length) < ends[:, None]).astype(np.int32)
        return Plain(token_ids, padding_mask, maskable, joins, entity, labels, self.rows.languages[rows])
