"""Weights of the terms of taste beside each other, learned from purchases that were kept back.

Some products are taken out altogether, as if they were new, and some of everybody's other purchases. What is learned
from the rest gives every user a value of every term for every product; the weights are those that rank what was kept
back highest, by NDCG with smooth ranks (ApproxNDCG, a listwise loss; Qin, Liu & Li 2010). The likelihood of a softmax
over all products was tried first: it pays for popularity, which explains the tail, and ranks worse at the top.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.neighbours import VOTE, Neighbours
from makeup_ai.recommend.popular import Popularity
from makeup_ai.training.data.described import Described
from makeup_ai.training.data.purchases import Purchases
from makeup_ai.training.taste.learn import TasteOptions, learn_taste
from makeup_ai.training.taste.linear import by_stars

Floats = NDArray[np.float64]

TERMS = ("taste", "alike", "popularity")
"""In the order of the last axis of every value here."""
TASTE_WEIGHT = 0.8
"""Of taste itself, beside what words and skin ask for: as much as a preference. Purchases cannot tell this one."""
LIKED = 4.0  # stars from which a purchase is worth finding
MASKED = -1e9
MOST_WANTED = 16
"""Products of one user that count at once; more are cut."""
START = (20.0, 2.0, 2.0)
"""Weights to begin from: of the size at which the sigmoid of a difference of tastes is neither flat nor a step."""


@dataclass(frozen=True, slots=True)
class WeighingOptions:
    """How weights are learned.

    Args:
        new_share: Of the bought products, taken out as if they were new; the more, the more places new ones get.
        kept_back: Of the other purchases.
        users: Learned from, at most.
        epochs: Over the users.
        batch_size: Users at a time.
        learning_rate: Of Adam.
        seed: Of every draw.
    """

    new_share: float = 0.02
    kept_back: float = 0.2
    users: int = 2000
    epochs: int = 12
    batch_size: int = 64
    learning_rate: float = 1.0
    seed: int = 0


def dense_neighbours(table: Neighbours) -> Floats:
    """Return `(products, products)` tastes of one whole vote."""
    matrix = np.zeros((table.products, table.products))
    sources = np.repeat(np.arange(table.products), np.diff(table.offsets))
    matrix[sources, table.targets] = table.weights * table.scale
    return matrix


def histories(purchases: Purchases, users: NDArray[np.int64], votes: Sequence[int]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return `(users, products)` votes by the root of the number of purchases, and what each user has."""
    place = np.full(purchases.users, -1)
    place[users] = np.arange(len(users))
    rows = np.flatnonzero(place[purchases.user] >= 0)
    at = (place[purchases.user[rows]], purchases.product[rows])
    had = np.zeros((len(users), purchases.products))
    has = np.zeros(had.shape, bool)
    had[at] = by_stars(purchases.rating[rows], tuple(vote / VOTE for vote in votes))
    has[at] = True
    return had / np.sqrt(np.maximum(has.sum(axis=1, keepdims=True), 1)), has


def liked(purchases: Purchases) -> NDArray[np.bool_]:
    """Tell which purchases are worth finding: those that were not rated lower."""
    return np.asarray(~(purchases.rating < LIKED))


def learn_weights(
    purchases: Purchases,
    products: Sequence[Described],
    heads: NDArray[np.int64] | None = None,
    options: WeighingOptions | None = None,
    taste_options: TasteOptions | None = None,
) -> dict[str, float]:
    """Learn the weight of each term of `TERMS`, none below zero, that of taste being `TASTE_WEIGHT`.

    Raises:
        ValueError: Too little was bought to keep anything back.
    """
    options = options or WeighingOptions()
    rng = np.random.default_rng(options.seed)
    bought = np.flatnonzero(purchases.bought())
    new = np.zeros(purchases.products, bool)
    new[rng.choice(bought, math.ceil(options.new_share * len(bought)), replace=False)] = True
    back = new[purchases.product] | (rng.random(len(purchases)) < options.kept_back)
    rest, aim = purchases.take(~back), purchases.take(back & liked(purchases))
    users = np.intersect1d(rest.user, aim.user)
    if not len(users):
        raise ValueError(
            f"Expected users with a purchase to learn from and one to keep back. Received: {len(purchases)} purchases "
            f"of {purchases.users} users; learn without weights"
        )
    users = np.sort(rng.choice(users, min(options.users, len(users)), replace=False))
    learned = learn_taste(rest, products, heads, taste_options)
    had, has = histories(rest, users, learned.taste.votes)
    popularity = Popularity.of(learned.purchases).values / UNIT
    values = np.stack(
        [
            had @ dense_neighbours(learned.taste),
            had @ dense_neighbours(learned.alike),
            np.broadcast_to(popularity, had.shape),
        ],
        axis=-1,
    )
    _, wanted = histories(aim, users, learned.taste.votes)
    offered = ~has if heads is None else ~has & (heads == np.arange(len(heads)))
    found = fit(values, offered, wanted & offered, options)
    if found[0] <= 0:
        raise ValueError(f"Expected taste to tell purchases apart. Received: weights {found.tolist()}; learn without")
    return {name: round(float(x / found[0]) * TASTE_WEIGHT, 4) for name, x in zip(TERMS, found, strict=True)}


def fit(
    values: Floats, offered: NDArray[np.bool_], wanted: NDArray[np.bool_], options: WeighingOptions | None = None
) -> Floats:
    """Find the weights, zero or above, by which what is wanted stands highest among what is offered.

    Args:
        values: `(users, products, terms)`.
        offered: `(users, products)`.
        wanted: `(users, products)`, of what is offered; users who want nothing are left out.
        options: How.

    Returns:
        `(terms,)`; only their proportions mean something.
    """
    options = options or WeighingOptions()
    rows = np.asarray(wanted.any(axis=1))
    keras.utils.set_random_seed(options.seed)
    terms = keras.Input(values.shape[1:])
    mask = keras.Input(values.shape[1:2])
    weigh = keras.layers.Dense(
        1,
        use_bias=False,
        kernel_initializer=lambda shape, dtype=None: ops.reshape(
            ops.convert_to_tensor(START[: shape[0]], dtype), shape
        ),
        kernel_constraint=keras.constraints.NonNeg(),
    )
    logits = ops.squeeze(weigh(terms), -1) + mask
    model = keras.Model([terms, mask], logits)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(options.learning_rate, _steps(rows, options))),
        smooth_ndcg_loss,
    )
    inputs = [values[rows].astype(np.float32), np.where(offered[rows], 0.0, MASKED).astype(np.float32)]
    model.fit(inputs, wanted[rows].astype(np.float32), options.batch_size, options.epochs, verbose=0)
    return np.asarray(ops.convert_to_numpy(weigh.kernel), np.float64)[:, 0]


def smooth_ndcg_loss(wanted: Any, logits: Any) -> Any:
    """Return `(users,)` one less NDCG, with the rank of a product as the sum of the sigmoids of all that beat it.

    Args:
        wanted: `(users, products)` of 0 and 1.
        logits: `(users, products)`.
    """
    there, at = ops.top_k(wanted, min(MOST_WANTED, wanted.shape[-1]))
    own = ops.take_along_axis(logits, at, axis=-1)
    ranks = 0.5 + ops.sum(ops.sigmoid(logits[:, None, :] - own[:, :, None]), axis=-1)  # it beats itself by a half
    two = math.log(2.0)
    gained = ops.sum(there * two / ops.log(1.0 + ranks), axis=-1)
    best = ops.sum(there * two / ops.log(2.0 + ops.cast(ops.arange(there.shape[-1]), logits.dtype)), axis=-1)
    return 1.0 - gained / ops.maximum(best, 1e-6)


def _steps(rows: NDArray[np.bool_], options: WeighingOptions) -> int:
    return max(1, math.ceil(int(rows.sum()) / options.batch_size) * options.epochs)
