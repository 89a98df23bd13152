"""Purchases, splits and scoring for `benchmarks/recommend.py`."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.knowledge import Knowledge, PackLinker
from makeup_ai.training.data.described import Described, read_described
from makeup_ai.training.data.purchases import Purchases, load_purchases, read_variants
from makeup_ai.training.evaluation.ranking import best
from makeup_ai.training.taste.weighing import histories, liked

HERE = Path(__file__).parent
PLACES = 20
BATCH = 1024
VALIDATION_SHARE, VALIDATION_SEEDS = 0.187, (1, 2)
"""Of the train file, kept back to choose on: as large a share as the val file is of both."""
CHOOSING_DRAWS, REPORTED_DRAWS = (0, 1, 2), (100, 101, 102, 103, 104)
"""Seeds of the products taken out as new ones."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
Score = Callable[[Rows], Floats]
"""Users in, `(users, products)` scores out."""


@dataclass(frozen=True)
class Shop:
    """One row a product, variants merged."""

    products: tuple[Described, ...]
    train: Purchases
    val: Callable[[], Purchases]


@dataclass(frozen=True)
class Part:
    """What to learn from, what was liked and kept back, and what is not offered (by default what is seen)."""

    seen: Purchases
    kept: Purchases
    owned: Purchases | None = None

    @property
    def users(self) -> Rows:
        """Users with something to find and something to tell them by."""
        return np.intersect1d(self.kept.user, self.seen.user)

    def relevant(self, users: Rows) -> Flags:
        """Return `(users, products)` what each is to find."""
        return histories(self.kept, users, (100,) * 6)[1]


def read_shop(folder: Path) -> Shop:
    """Read the files; those of `val` only when asked for."""
    described = read_described(
        folder / "products_en_sephora_2023.csv",
        PackLinker(Knowledge.load()),
        mapping="category=",
        categories=("secondary_category", "tertiary_category"),
        attributes=("highlights",),
    )
    ids = [one.product_id for one in described]
    heads = read_variants(folder / "product_variants_sephora_2023.csv", ids)
    rows = np.flatnonzero(heads == np.arange(len(ids)))
    place = np.full(len(ids), -1)
    place[rows] = np.arange(len(rows))
    row_of = {id_: int(place[heads[row]]) for row, id_ in enumerate(ids)}
    own = np.arange(len(rows))

    def load(name: str) -> Purchases:
        return load_purchases(folder / f"interactions_sephora_{name}.csv", row_of, own)

    train = load("train")
    return Shop(
        tuple(described[row] for row in rows),
        train,
        lambda: renumbered(load("val"), train),
    )


def renumbered(purchases: Purchases, like: Purchases) -> Purchases:
    """Give users the numbers of another file, and leave out what they have there; unknown users are left out."""
    number = {name: i for i, name in enumerate(like.names)}
    users = np.array([number.get(name, -1) for name in purchases.names], np.int64)[purchases.user]
    had = set(zip(like.user.tolist(), like.product.tolist(), strict=True))
    pairs = zip(users.tolist(), purchases.product.tolist(), strict=True)
    fresh = np.array([user >= 0 and (user, product) not in had for user, product in pairs], bool)
    return Purchases(
        users[fresh], purchases.product[fresh], purchases.rating[fresh], like.names, purchases.products, {}
    )


def validation(train: Purchases, seed: int) -> Part:
    """Keep back a part of the train file."""
    back = np.random.default_rng(seed).random(len(train)) < VALIDATION_SHARE
    return Part(train.take(~back), train.take(back & liked(train)))


def held(shop: Shop) -> Part:
    """The val file, to be touched once."""
    val = shop.val()
    return Part(shop.train, val.take(liked(val)))


def new_products(train: Purchases, seed: int) -> tuple[Part, Flags]:
    """Take a tenth of the bought products out of all purchases."""
    bought = np.flatnonzero(train.bought())
    new = np.zeros(train.products, bool)
    new[np.random.default_rng(seed).choice(bought, len(bought) // 10, replace=False)] = True
    gone = new[train.product]
    return Part(train.take(~gone), train.take(gone & liked(train))), new


def ranked(part: Part, score: Score, among: Flags | None = None) -> Rows:
    """Rank for every user of a part all that they do not have: `(users, PLACES)`."""
    users, tops = part.users, []
    for start in range(0, len(users), BATCH):
        batch = users[start : start + BATCH]
        hidden = histories(part.owned or part.seen, batch, (100,) * 6)[1]
        tops.append(best(score(batch), PLACES, hidden if among is None else hidden | ~among))
    return np.concatenate(tops)


def run_peers(python: str, part: Part, wanted: Sequence[tuple[str, str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Run `recommend_peer.py` in the environment of `python`."""
    with tempfile.TemporaryDirectory() as place:
        job, out = Path(place) / "job.npz", Path(place) / "out.npz"
        shape = (part.seen.users, part.seen.products)
        np.savez(job, user=part.seen.user, product=part.seen.product, shape=shape, wanted=json.dumps(wanted))
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        subprocess.run([python, str(HERE / "recommend_peer.py"), str(job), str(out)], check=True, env=environment)
        return dict(np.load(out))
