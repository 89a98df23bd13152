"""Dynamic masking: which pieces of a batch are hidden, anew at each step. Plain functions over arrays.

Devlin et al., 2019 (arXiv:1810.04805) for the shares; whole words and Chinese n-grams as in MacBERT (Cui et al., 2020,
arXiv:2004.13922); names of the domain as units with a higher chance as in ERNIE (Sun et al., 2019, arXiv:1904.09223).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.pretraining.units import FREE, STARTS

Ids = NDArray[np.int32]
Flags = NDArray[np.bool_]

GOES_ON = np.asarray([0.0, 0.6, 0.5, 1 / 3, 0.0])
"""Chance that a free character joins a unit of so many: 1 to 4 characters in 40, 30, 20 and 10 % of units."""
SLACK = 6
"""Places beyond the share that a row has for the unit that goes over it."""


@dataclass(frozen=True, slots=True)
class Masking:
    """How much is masked, and how.

    Args:
        share: Of a row's pieces that are chosen, on average.
        entity_weight: How much sooner a name of the domain is chosen than another unit.
        hidden: Share of chosen units that `[MASK]` stands for.
        random: Share of chosen units that random pieces stand for; the rest stay as they are.

    Raises:
        ValueError: A share is no share, or the weight is not above zero.
    """

    share: float = 0.15
    entity_weight: float = 2.0
    hidden: float = 0.8
    random: float = 0.1

    def __post_init__(self) -> None:
        shares = self.hidden, self.random
        if not 0 < self.share < 1 or min(shares) < 0 or sum(shares) > 1 + 1e-9 or self.entity_weight <= 0:
            raise ValueError(
                "Expected a share in (0, 1), shares of hidden and random units that add up to at most 1, and an "
                f"entity_weight above 0. Received: {self}"
            )


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked batch.

    Args:
        token_ids: `(batch, length)` int32, what the network reads.
        positions: `(batch, M)` int32, of the chosen pieces, 0 where a row has fewer.
        targets: `(batch, M)` int32, the pieces that stood there, -1 where a row has fewer.
        entity: `(batch, M)` bool, whether the piece is of a name.
    """

    token_ids: Ids
    positions: Ids
    targets: Ids
    entity: Flags


def capacity(length: int, share: float) -> int:
    """Return M, the places for chosen pieces in a row: one number a length, so that shapes stay few.

    Examples:
        >>> capacity(64, 0.15)
        16
    """
    return min(length, math.ceil(share * length) + SLACK)


def mask(
    token_ids: Ids,
    maskable: Flags,
    joins: NDArray[np.int8],
    entity: Flags,
    generator: np.random.Generator,
    masking: Masking,
    mask_id: int,
    ordinary: Ids,
) -> Masked:
    """Mask a batch.

    Args:
        token_ids: `(batch, length)`; not changed.
        maskable: `(batch, length)`, false on special pieces and padding.
        joins: `(batch, length)`, how each piece stands to the one before; see `units`.
        entity: `(batch, length)`, true on pieces of names.
        generator: Of every draw.
        masking: How much, and how.
        mask_id: Of `[MASK]`.
        ordinary: Ids that a random piece is drawn from.
    """
    units = units_of(joins, generator)
    chosen = choose(units, maskable, entity, generator, masking)
    fate = np.take_along_axis(generator.random(units.shape), units, axis=1)  # one draw a unit
    random_ids = ordinary[generator.integers(len(ordinary), size=token_ids.shape)]
    replaced = np.where(fate < masking.hidden, np.int32(mask_id), random_ids)
    changed = chosen & (fate < masking.hidden + masking.random)
    positions, real = places(chosen, capacity(token_ids.shape[1], masking.share))
    targets = np.take_along_axis(token_ids, positions, axis=1)
    return Masked(
        np.where(changed, replaced, token_ids).astype(np.int32),
        np.where(real, positions, 0).astype(np.int32),
        np.where(real, targets, -1).astype(np.int32),
        np.take_along_axis(entity, positions, axis=1) & real,
    )


def units_of(joins: NDArray[np.int8], generator: np.random.Generator) -> NDArray[np.int64]:
    """Number the units of each row from left to right, drawing those of free characters.

    Args:
        joins: `(batch, length)`.
        generator: Of the draws.

    Returns:
        `(batch, length)`, from 0, in a row never falling.
    """
    starts = joins == STARTS
    draws = generator.random(joins.shape)
    free = joins == FREE
    so_far = np.zeros(len(joins), np.int64)
    for column in np.arange(joins.shape[1]) if free.any() else ():
        goes_on = draws[:, column] < GOES_ON[np.minimum(so_far, len(GOES_ON) - 1)]
        starts[:, column] |= free[:, column] & ~goes_on
        so_far = np.where(starts[:, column], 1, so_far + 1)
    starts[:, 0] = True
    numbers: NDArray[np.int64] = np.cumsum(starts, axis=1) - 1
    return numbers


def choose(
    units: NDArray[np.int64], maskable: Flags, entity: Flags, generator: np.random.Generator, masking: Masking
) -> Flags:
    """Choose whole units until a row's share of pieces is reached.

    Units come in a random order in which names tend to be first (Efraimidis & Spirakis, 2006). The one that goes over
    the share is taken with the chance that makes the share the mean; one that has no place left is not.

    Args:
        units: `(batch, length)`, from `units_of`.
        maskable: `(batch, length)`.
        entity: `(batch, length)`.
        generator: Of the draws.
        masking: The share and the weight of names.

    Returns:
        `(batch, length)`, true on chosen pieces.
    """
    batch, length = units.shape
    urgency = np.take_along_axis(generator.exponential(size=units.shape), units, axis=1)
    urgency = np.where(maskable, urgency / np.where(entity, masking.entity_weight, 1.0), np.inf)
    order = np.argsort(urgency, axis=1, kind="stable")  # pieces of a unit stay together
    flat = (units + np.arange(batch)[:, None] * length).ravel()
    sizes = np.bincount(flat, weights=maskable.ravel(), minlength=batch * length)
    sorted_units = np.take_along_axis(units, order, axis=1)
    size = np.take_along_axis(sizes.reshape(batch, length), sorted_units, axis=1)
    first = np.ones_like(maskable)
    first[:, 1:] = sorted_units[:, 1:] != sorted_units[:, :-1]
    before = np.maximum.accumulate(np.where(first, np.arange(length), 0), axis=1)  # pieces of the units before
    budget = np.maximum(masking.share * maskable.sum(axis=1, keepdims=True), 1.0)
    luck = np.take_along_axis(generator.random(units.shape), sorted_units, axis=1)
    taken = luck * size < budget - before
    taken &= (before + size <= capacity(length, masking.share)) & np.take_along_axis(maskable, order, axis=1)
    chosen = np.zeros_like(maskable)
    np.put_along_axis(chosen, order, taken, axis=1)
    return chosen


def places(chosen: Flags, most: int) -> tuple[NDArray[np.int64], Flags]:
    """Return the columns of the chosen pieces of each row, `(batch, most)`, and which of them are real."""
    columns = np.argsort(~chosen, axis=1, kind="stable")[:, :most]
    return columns, np.take_along_axis(chosen, columns, axis=1)
