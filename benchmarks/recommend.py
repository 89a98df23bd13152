"""Taste from purchases beside its peers: known products, new products, new users, and what each part is worth.

    python benchmarks/recommend.py ../shared/data [--peers VENV/bin/python] [--held]

Reads `interactions_sephora_*.csv`, `product_variants_sephora_2023.csv` and `products_en_sephora_2023.csv`. Without
`--held`, every choice is shown on parts kept back of the train file; the peers' settings are chosen there, too, and
all of it is kept in `recommend_choices.json`. With it, the choices are judged once on the val file, and `recommend.md`
is written. The environment of the peers holds `implicit`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import recommend_data as data
from recommend_data import Floats, Part, Rows, Score, Shop
from recommend_report import report

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.neighbours import VOTE
from makeup_ai.recommend.popular import Popularity
from makeup_ai.training.evaluation.ranking import ndcg, recall
from makeup_ai.training.taste import alike
from makeup_ai.training.taste.content import bags, likeness, shared
from makeup_ai.training.taste.learn import VOTES, Taste, TasteOptions, learn_taste
from makeup_ai.training.taste.linear import PLAIN, LinearOptions, gram, item_weights, strongest
from makeup_ai.training.taste.weighing import dense_neighbours, histories, learn_weights

HERE = Path(__file__).parent
CHOICES = HERE / "recommend_choices.json"
"""What the last run without `--held` has found: figures of every part, and the peers' settings."""
ONES = (VOTE,) * 6
GRID: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]] = {
    "item-kNN": [
        *(("cosine", {"K": k}) for k in (50, 200, 1000)),
        *(("tfidf", {"K": k}) for k in (50, 200, 1000)),
        *(("bm25", {"K": k, "K1": k1, "B": b}) for k in (200, 1000) for k1 in (0.6, 1.2) for b in (0.2, 0.6)),
    ],
    "implicit ALS": [
        ("als", {"factors": factors, "regularization": ridge, "alpha": alpha, "iterations": 15})
        for factors in (32, 64, 128, 256)
        for ridge, alpha in (
            (0.01, 1.0),
            (1.0, 1.0),
            (10.0, 1.0),
            (10.0, 5.0),
            (30.0, 10.0),
            (100.0, 10.0),
            (100.0, 20.0),
        )
    ],
    "BPR": [
        ("bpr", {"factors": factors, "learning_rate": rate, "regularization": 0.01, "iterations": passes})
        for factors in (32, 64)
        for rate, passes in ((0.01, 100), (0.05, 100), (0.05, 300))
    ],
}
"""Peer -> what is tried on the part kept back."""


def linear(part: Part, weights: Floats, votes: Sequence[int] = ONES) -> Score:
    """Score by a matrix of weights."""
    return lambda users: histories(part.seen, users, votes)[0] @ weights


def table(part: Part, shop: Shop, options: TasteOptions | None = None) -> tuple[Score, Taste]:
    """Score by the shipped table, read back from its bytes."""
    learned = learn_taste(part.seen, shop.products, options=options)
    matrix = dense_neighbours(type(learned.taste).from_bytes(learned.taste.to_bytes()))
    return linear(part, matrix, learned.taste.votes), learned


def terms(part: Part, learned: Taste, weights: Mapping[str, float]) -> Score:
    """Score by the sum of the terms that a device adds up, in its whole numbers."""
    matrices = {name: dense_neighbours(getattr(learned, name)) for name in ("taste", "alike")}
    popularity = Popularity.of(learned.purchases).values / UNIT

    def score(users: Rows) -> Floats:
        had = histories(part.seen, users, VOTES)[0]
        total = np.broadcast_to(np.floor(weights.get("popularity", 0) * popularity * UNIT + 0.5), had.shape).copy()
        for name, matrix in matrices.items():
            if weights.get(name):
                total += np.floor(weights[name] * np.clip(had @ matrix, -1, 1) * UNIT + 0.5)
        return total

    return score


def refitted(part: Part, shop: Shop, options: LinearOptions, entries: int) -> Floats:
    """Solve every column again on the neighbours that pruning keeps."""
    kin = options.kin * shared([one.brand for one in shop.products])
    kept = strongest(item_weights(part.seen, options, kin / options.kin), entries)
    found = gram(part.seen, options)
    system = found.inputs + kin
    system[np.diag_indices_from(system)] += options.ridge + options.denoise * np.diag(found.inputs)
    wanted = found.targets + kin
    solved = np.zeros_like(kept)
    for column in range(kept.shape[1]):
        support = np.flatnonzero(kept[:, column])
        if support.size:
            solved[support, column] = np.linalg.solve(system[np.ix_(support, support)], wanted[support, column])
    return solved / np.maximum(found.wanted, 1.0) ** options.target_power


def choose(shop: Shop, python: str | None) -> None:
    """Show what every part is worth on the parts kept back, and keep it: name, NDCG@10, Recall@10, bytes or 0."""
    parts = [data.validation(shop.train, seed) for seed in data.VALIDATION_SEEDS]
    kin = shared([one.brand for one in shop.products])
    chosen = LinearOptions()
    ones = (1.0,) * 6
    variants: dict[str, LinearOptions] = {
        "EASE": PLAIN,
        "all parts, dense, every rating a purchase": chosen,
        "without the ridge by popularity": replace(chosen, denoise=0.0, ridge=200.0),
        "without user weights": replace(chosen, user_power=0.0),
        "without target scaling": replace(chosen, target_power=0.0),
        "without the kinship of brands": replace(chosen, kin=0.0),
        "without ratings": replace(chosen, inputs=ones, targets=ones),
    }
    bought = int((shop.train.bought() > 0).sum())
    rows = []

    def show(name: str, scores: Sequence[Score], size: float = 0) -> None:
        found = [data.ranked(part, score)[:, :10] for part, score in zip(parts, scores, strict=True)]
        truth = [part.relevant(part.users) for part in parts]
        measured = [
            float(np.mean(np.concatenate([measure(top, rel) for top, rel in zip(found, truth, strict=True)])))
            for measure in (ndcg, recall)
        ]
        rows.append((name, *measured, size))
        print(f"{name:64} NDCG@10 {measured[0]:.4f}  Recall@10 {measured[1]:.4f}  {size / 1e6:.2f} MB", flush=True)

    for name, options in variants.items():
        votes = tuple(round(VOTE * x) for x in options.inputs)
        show(name, [linear(part, item_weights(part.seen, options, kin), votes) for part in parts])
    votes = tuple(round(VOTE * x) for x in chosen.inputs)
    dense = [item_weights(part.seen, chosen, kin) for part in parts]
    for each in (25, 50, 100, 200):
        pruned = [linear(part, strongest(w, each * bought), votes) for part, w in zip(parts, dense, strict=True)]
        show(f"pruned to {each} neighbours, float", pruned, 3.0 * each * bought)
        if each in {50, 100}:
            solved = [linear(part, refitted(part, shop, chosen, each * bought), votes) for part in parts]
            show(f"pruned to {each} neighbours and solved again on them, float", solved, 3.0 * each * bought)
    for each in (50, 200, 380):
        made = [table(part, shop, TasteOptions(neighbours=each)) for part in parts]
        size = float(np.mean([len(learned.taste.to_bytes()) for _, learned in made]))
        show(f"the table of {each} neighbours, int8, low ratings against", [score for score, _ in made], size)
    found = {"parts": rows, "peers": choose_peers(python, parts[0]) if python else {}}
    CHOICES.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def choose_peers(python: str, part: Part) -> dict[str, Any]:
    """Take for each peer the settings with the best NDCG@10 on one part kept back."""
    wanted = [(f"{name} {i}", *one) for name, grid in GRID.items() for i, one in enumerate(grid)]
    found = data.run_peers(python, part, wanted)
    truth = part.relevant(part.users)
    best: dict[str, Any] = {}
    for label, method, settings in wanted:
        value = float(ndcg(found[label][part.users][:, :10], truth).mean())
        print(f"{label:20} {method} {settings}  NDCG@10 {value:.4f}", flush=True)
        name = label.rpartition(" ")[0]
        if value > best.get(name, {"ndcg": -1})["ndcg"]:
            best[name] = {"method": method, "settings": settings, "ndcg": round(value, 4)}
    return best


def peers(python: str | None) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return the chosen peers."""
    if python is None:
        return []
    chosen = json.loads(CHOICES.read_text("utf-8"))["peers"]
    return [(name, one["method"], one["settings"]) for name, one in chosen.items()]


def rankings(
    shop: Shop, part: Part, python: str | None, weights: Mapping[str, float]
) -> tuple[dict[str, Rows], str, Taste]:
    """Rank by every method, `(users, PLACES)` each; the version of the peers, and what the table was learned to be."""
    kin = shared([one.brand for one in shop.products])
    popular = part.seen.bought().astype(float)
    tops = {"popularity": data.ranked(part, lambda users: np.tile(popular, (len(users), 1)))}
    version = ""
    if python:
        found = data.run_peers(python, part, peers(python))
        version = f"implicit {found['version']}"
        tops |= {name: found[name][part.users] for name, _, _ in peers(python)}
    tops["EASE, dense"] = data.ranked(part, linear(part, item_weights(part.seen, PLAIN)))
    votes = tuple(round(VOTE * x) for x in LinearOptions().inputs)
    ours = item_weights(part.seen, LinearOptions(), kin)
    tops["ours, dense, low ratings as purchases"] = data.ranked(part, linear(part, ours, votes))
    score, learned = table(part, shop)
    tops["**taste**, the table"] = data.ranked(part, score)
    for names in (("taste", "popularity"), ("taste", "alike", "popularity"), ("popularity",)):
        chosen = {name: weights[name] for name in names}
        tops["sum of " + ", ".join(names)] = data.ranked(part, terms(part, learned, chosen))
    return tops, version, learned


def short_histories(part: Part, most: int, seed: int = 0) -> Part:
    """Keep that many purchases of each user, by chance; what is forgotten is not offered either."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(part.seen))
    user = part.seen.user[order]
    first = np.zeros(len(order), bool)
    by_user = np.argsort(user, kind="stable")
    starts = np.searchsorted(user[by_user], user[by_user])
    first[order[by_user]] = np.arange(len(order)) - starts < most
    return Part(part.seen.take(first), part.kept, part.seen)


def new_ones(shop: Shop, seeds: Sequence[int], python: str | None) -> dict[str, list[Any]]:
    """Rank products that were taken out among themselves: method -> `(NDCG, Recall)` at 10 of each draw."""
    found: dict[str, list[Any]] = {}
    near = likeness(shop.products)
    brand, category = (
        bags([words(one) for one in shop.products])
        for words in (lambda one: (one.brand,), lambda one: one.categories[:1])
    )
    for seed in seeds:
        part, new = data.new_products(shop.train, seed)
        old = np.flatnonzero(part.seen.bought() > 0)
        rows = np.flatnonzero(new)
        share = brand @ brand.T + 0.5 * category @ category.T
        learned = learn_taste(part.seen, shop.products)
        methods = {
            "share of brand and category": linear(part, share),
            "**alike**, the table": linear(part, dense_neighbours(learned.alike), learned.alike.votes),
            "alike, dense, low ratings as purchases": linear(part, alike.new_weights(part.seen, near)),
        }
        facts = np.hstack([3.0 * brand, category])
        popularity = np.zeros(len(new))
        popularity[rows] = np.log1p(part.seen.bought()[old]) @ alike.combinations(near, old, rows)
        methods["popularity told from the catalogue"] = lambda users, p=popularity: np.tile(p, (len(users), 1))
        if python:
            name, method, settings = next(one for one in peers(python) if one[0] == "implicit ALS")
            factors = data.run_peers(python, part, [(name, method, settings)])
            methods["ridge from brand and category to ALS factors, with the share"] = mapped(
                part, facts, old, factors[f"{name} users"], factors[f"{name} products"], share
            )
        users = part.users
        truth = part.relevant(users)
        for name, score in methods.items():
            top = data.ranked(part, score, among=new)[:, :10]
            found.setdefault(name, []).append((ndcg(top, truth), recall(top, truth)))
            print(f"new products, draw {seed}: {name:60} {found[name][-1][0].mean():.4f}", flush=True)
    return found


def mapped(part: Part, facts: Floats, old: Rows, users: Floats, products: Floats, share: Floats) -> Score:
    """Give new products factors by ridge regression of those of old ones on facts, and add the share."""
    system = facts[old].T @ facts[old] + 10.0 * np.eye(facts.shape[1])
    told = facts @ np.linalg.solve(system, facts[old].T @ products[old])

    def score(rows: Rows) -> Floats:
        first, second = users[rows] @ told.T, histories(part.seen, rows, ONES)[0] @ share
        return first / first.std() + second / second.std()

    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers", metavar="PYTHON", help="of an environment with implicit")
    parser.add_argument("--held", action="store_true", help="judge once, and write recommend.md")
    options = parser.parse_args()
    shop = data.read_shop(options.data)
    if not options.held:
        choose(shop, options.peers)
        new_ones(shop, data.CHOOSING_DRAWS, options.peers)
        return
    weights = learn_weights(shop.train, shop.products)
    part = data.held(shop)
    tops, version, learned = rankings(shop, part, options.peers, weights)
    short = {most: short_histories(part, most) for most in (1, 2)}
    kin = shared([one.brand for one in shop.products])
    few: dict[str, dict[int, Rows]] = {}
    trained = {
        "EASE, dense": (item_weights(part.seen, PLAIN), ONES),
        "**taste**, the table": (dense_neighbours(learned.taste), VOTES),
        "without the kinship of brands": (item_weights(part.seen, replace(LinearOptions(), kin=0.0), kin), VOTES),
    }
    for name, (matrix, votes) in trained.items():
        few[name] = {most: data.ranked(less, linear(less, matrix, votes)) for most, less in short.items()}
    few["popularity"] = {
        most: data.ranked(less, lambda users: np.tile(part.seen.bought().astype(float), (len(users), 1)))
        for most, less in short.items()
    }
    text = report(
        shop=shop,
        part=part,
        tops=tops,
        few=few,
        size=len(learned.taste.to_bytes()),
        fresh=new_ones(shop, data.REPORTED_DRAWS, options.peers),
        chosen=json.loads(CHOICES.read_text("utf-8"))["parts"],
        weights=weights,
        peers=peers(options.peers),
        machine=", ".join(
            (f"Python {platform.python_version()}", f"NumPy {np.__version__}", version, platform.machine(), "one core")
        ),
        today=date.today().isoformat(),
    )
    (HERE / "recommend.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
