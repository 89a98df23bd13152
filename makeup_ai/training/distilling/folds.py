"""Parts of the training examples that take turns in being left out, so that answers to them are honest.

A teacher that has seen a text answers it with the label. Where it answers only what it has not seen, its doubts are
real (cross-fitting, as in the super learner of van der Laan et al., 2007).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.examples import Example


def fold_key(example: Example) -> str:
    """Return what is never divided: the group, or the text of an example without one."""
    return example.group or example.text


def deal_folds(examples: Sequence[Example], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the fold of each example, from 0; examples of one key share it.

    Args:
        examples: In any order.
        folds: At least 2.
        seed: Of the dealing.

    Raises:
        ValueError: There are fewer keys than folds.
    """
    keys = list(dict.fromkeys(fold_key(example) for example in examples))
    if folds < 2 or len(keys) < folds:
        raise ValueError(f"Expected from 2 folds to one a group. Received: folds={folds}, {len(keys)} groups")
    order = np.random.default_rng(seed).permutation(len(keys))
    dealt = {keys[place]: turn % folds for turn, place in enumerate(order)}
    return np.array([dealt[fold_key(example)] for example in examples], np.int64)
