"""k-anonymity by coarsening: one coarsening for all rows, or one for each class of them.

`recode_alike` tries every combination of levels, so that every row of a release has the same labels for the same values
and groups can be counted. `recode_apart` (after Mondrian, LeFevre et al. 2006, but along the table's own levels) starts
with all rows in one class and refines classes one by one while that keeps them large and diverse enough: it loses much
less, and its labels overlap ("DE" here, "Europe" there).

k-anonymity: Sweeney 2002. Diversity: no sensitive value is held by more than one row in l of a class, the frequency
form of l-diversity (Machanavajjhala et al. 2007; Wong et al. 2006 with alpha = 1 / l), which also holds for lists.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Holds = NDArray[np.bool_]
"""`(rows, values)`: which row holds which value of a sensitive field."""


@dataclass(frozen=True, slots=True)
class Coarsening:
    """The numbers of the table's levels.

    Args:
        maps: For each field `(levels, leaves)` int64: the label's number.
        losses: For each field `(levels, leaves)` float64, in [0, 1]: what the label tells less than the leaf.
    """

    maps: Sequence[Codes]
    losses: Sequence[NDArray[np.float64]]

    def loss(self, codes: Codes, levels: Codes) -> NDArray[np.float64]:
        """Return what each row loses, the mean of its fields' losses; `(rows, fields)` twice in, `(rows,)` out."""
        each = [losses[levels[:, field], codes[:, field]] for field, losses in enumerate(self.losses)]
        return np.asarray(np.mean(each, axis=0), np.float64)


@dataclass(frozen=True, slots=True)
class Recoding:
    """The coarsening that was chosen.

    Args:
        levels: `(rows, fields)` int64, 0 the finest.
        kept: `(rows,)` bool; the others are in classes that are too small or not diverse enough.
        loss: In [0, 1]: mean normalised certainty penalty, a suppressed row counting as 1.
    """

    levels: Codes
    kept: NDArray[np.bool_]
    loss: float


def recode_apart(codes: Codes, table: Coarsening, k: int, diversity: float, held: Sequence[Holds]) -> Recoding | None:
    """Refine classes one level of one field at a time, by what lessens the loss most; nobody is left out.

    Where some parts of a refinement are too small, they stay together at the coarser label, with the smallest of the
    others if they are too few alone.

    Args:
        codes: `(rows, fields)`, the leaf of each value.
        table: Levels and losses.
        k: Rows of a class at least.
        diversity: The l of l-diversity, 1 for none.
        held: For each sensitive field.

    Returns:
        The recoding, or `None` where not even all rows together are diverse enough.
    """

    def good(rows: Codes) -> bool:
        return len(rows) >= k and (
            diversity <= 1 or all(holds[rows].sum(axis=0).max(initial=0) * diversity <= len(rows) for holds in held)
        )

    everyone = np.arange(len(codes))
    if not good(everyone):
        return None
    levels = np.tile(np.array([len(maps) - 1 for maps in table.maps]), (len(codes), 1))
    waiting = [everyone]
    while waiting:
        rows = waiting.pop()
        found: tuple[float, int, list[Codes], Codes] | None = None
        for field, at in enumerate(levels[rows[0]]):
            if at == 0:
                continue
            parts, rest = _split(rows, table.maps[field][at - 1][codes[rows, field]], good)
            if parts:
                leaves = codes[np.concatenate(parts), field]
                gain = float((table.losses[field][at][leaves] - table.losses[field][at - 1][leaves]).sum())
                if found is None or gain > found[0]:
                    found = gain, field, parts, rest
        if found is not None:
            _, field, parts, rest = found
            for part in parts:
                levels[part, field] -= 1
            waiting += [*parts, *([rest] if len(rest) else [])]
    return Recoding(levels, np.ones(len(codes), bool), float(table.loss(codes, levels).mean()))


def _split(rows: Codes, labels: Codes, good: Callable[[Codes], bool]) -> tuple[list[Codes], Codes]:
    """Part rows by label; what cannot stand alone is the rest, which can stand together or is nobody."""
    every = [rows[labels == label] for label in np.unique(labels)]
    parts = sorted((part for part in every if good(part)), key=len)
    rest = np.concatenate([rows[:0], *(part for part in every if not good(part))])
    while parts and len(rest) and not good(rest):
        rest = np.concatenate([rest, parts.pop(0)])
    return parts, rest


def recode_alike(
    codes: Codes, table: Coarsening, k: int, diversity: float, held: Sequence[Holds], max_suppressed: int
) -> Recoding | None:
    """Choose the levels that lose least, of those that leave every class with k rows and diverse enough.

    Suppressed rows count as lost wholly, so the loss of a combination is never under its loss without suppression;
    combinations are tried in that order until none can be better, and the result is exactly the best.

    Args:
        codes: And the others: as in `recode_apart`.
        table: Levels and losses.
        k: Rows of a class at least.
        diversity: The l of l-diversity, 1 for none.
        held: For each sensitive field.
        max_suppressed: Rows that may be left out at most.

    Returns:
        The recoding, or `None` where not even the coarsest will do.
    """
    rows, fields = codes.shape
    mean = [[float(np.mean(loss[codes[:, i]])) for loss in table.losses[i]] for i in range(fields)]
    combinations = itertools.product(*(range(len(levels)) for levels in table.maps))
    least = {levels: sum(mean[i][at] for i, at in enumerate(levels)) / fields for levels in combinations}
    best: Recoding | None = None
    for levels in sorted(least, key=lambda levels: (least[levels], levels)):
        if best is not None and least[levels] >= best.loss:
            break
        everywhere = np.tile(np.array(levels), (rows, 1))
        classes = classes_of([table.maps[i][at][codes[:, i]] for i, at in enumerate(levels)])
        kept = fits(classes, k, diversity, held)[classes]
        if rows - int(kept.sum()) > max_suppressed:
            continue
        loss = float(np.mean(np.where(kept, table.loss(codes, everywhere), 1.0)))
        if best is None or loss < best.loss:
            best = Recoding(everywhere, kept, loss)
    return best


def classes_of(columns: Sequence[NDArray[Any]]) -> Codes:
    """Number the rows that look alike; for each field `(rows,)` in, `(rows,)` out."""
    classes: Codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:  # numbered anew at each step, so that they never outgrow 64 bits
        labels, numbers = np.unique(column, return_inverse=True)
        classes = np.unique(classes * len(labels) + numbers, return_inverse=True)[1].astype(np.int64)
    return classes


def fits(classes: Codes, k: int, diversity: float, held: Sequence[Holds]) -> NDArray[np.bool_]:
    """Tell of each class whether it has k rows and is diverse enough; `(classes,)`."""
    sizes = np.bincount(classes)
    good: NDArray[np.bool_] = sizes >= k
    for holds in held if diversity > 1 else ():
        good &= most_held(classes, holds) * diversity <= sizes
    return good


def most_held(classes: Codes, holds: Holds) -> Codes:
    """Return how many rows of each class hold the value that most of it hold; `(classes,)`."""
    counts = np.zeros((int(classes.max()) + 1, max(holds.shape[1], 1)), np.int64)
    rows, values = holds.nonzero()
    np.add.at(counts, (classes[rows], values), 1)
    most: Codes = counts.max(axis=1)
    return most
