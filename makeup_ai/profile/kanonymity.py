"""k-anonymity by one coarsening for all rows: the best of all combinations of levels, found exactly.

Every row of a release has the same labels for the same values, so that groups can be compared between releases, which
a partition of its own for each corner of the data (Mondrian) does not allow. The lattice of levels is small (hundreds),
so nothing is left to a heuristic.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recoding:
    """The coarsening that was chosen.

    Args:
        levels: Of each field, 0 the finest.
        kept: `(rows,)` bool; the others are in classes that are too small or not diverse enough.
        classes: `(rows,)` int64: which rows look alike.
        loss: In [0, 1]: mean normalised certainty penalty, a suppressed row counting as 1.
    """

    levels: tuple[int, ...]
    kept: NDArray[np.bool_]
    classes: Codes
    loss: float


def recode(
    codes: Codes,
    maps: Sequence[Sequence[Codes]],
    losses: Sequence[Sequence[NDArray[np.float64]]],
    k: int,
    diversity: float,
    held: Sequence[Codes],
    max_suppressed: int,
) -> Recoding | None:
    """Choose the levels that lose least, of those that leave every class with k rows and diverse enough.

    k-anonymity: Sweeney 2002. Diversity: no sensitive value is held by more than one row in l of a class, the
    frequency form of l-diversity (Machanavajjhala et al. 2007; Wong et al. 2006 with alpha = 1 / l), which also holds
    for lists. Suppressed rows count as lost wholly, so the loss of a combination is never under its loss without
    suppression; combinations are tried in that order until none can be better.

    Args:
        codes: `(rows, fields)`, the leaf of each value.
        maps: For each field and level `(leaves,)`: the label's number.
        losses: In the same shape: in [0, 1].
        k: Rows of a class at least.
        diversity: The l of l-diversity, 1 for none.
        held: For each sensitive field `(pairs, 2)`: row and the value that it holds.
        max_suppressed: Rows at most.

    Returns:
        The recoding, or `None` where not even the coarsest will do.
    """
    rows, fields = codes.shape
    combinations = list(itertools.product(*(range(len(levels)) for levels in maps)))
    mean = [[float(np.mean(loss[codes[:, i]])) for loss in losses[i]] for i in range(fields)]
    order = sorted(combinations, key=lambda levels: (sum(mean[i][at] for i, at in enumerate(levels)), levels))
    best: Recoding | None = None
    for levels in order:
        least = sum(mean[i][at] for i, at in enumerate(levels)) / fields
        if best is not None and least >= best.loss:
            break
        labels = [maps[i][at] for i, at in enumerate(levels)]
        shape = [int(label.max()) + 1 for label in labels]
        place = np.ravel_multi_index([label[codes[:, i]] for i, label in enumerate(labels)], shape)
        classes = np.unique(place, return_inverse=True)[1].astype(np.int64)
        kept = fits(classes, k, diversity, held)[classes]
        if rows - int(kept.sum()) > max_suppressed:
            continue
        lost = np.mean([losses[i][at][codes[:, i]] for i, at in enumerate(levels)], axis=0)
        loss = float(np.mean(np.where(kept, lost, 1.0)))
        if best is None or loss < best.loss:
            best = Recoding(levels, kept, classes, loss)
    return best


def fits(classes: Codes, k: int, diversity: float, held: Sequence[Codes]) -> NDArray[np.bool_]:
    """Tell of each class whether it has k rows and is diverse enough; `(classes,)`."""
    sizes = np.bincount(classes)
    good: NDArray[np.bool_] = sizes >= k
    for pairs in held if diversity > 1 else ():
        good &= most_held(classes, pairs) * diversity <= sizes
    return good


def most_held(classes: Codes, pairs: Codes) -> Codes:
    """Return how many rows of each class hold the value that most of it hold; `(classes,)`."""
    most = np.zeros(int(classes.max()) + 1, np.int64)
    if len(pairs):
        values = int(pairs[:, 1].max()) + 1
        places, counts = np.unique(classes[pairs[:, 0]] * values + pairs[:, 1], return_counts=True)
        np.maximum.at(most, places // values, counts)
    return most
