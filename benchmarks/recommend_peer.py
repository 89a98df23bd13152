"""Rank with `implicit` in an environment of its own; `benchmarks/recommend.py --peers PYTHON` calls it.

    PYTHON benchmarks/recommend_peer.py JOB.npz OUT.npz

`JOB.npz` holds `user`, `product`, `shape` and `wanted`, a JSON list of `[name, method, settings]`; `OUT.npz` gets the
best 20 products of each user for each name, and for ALS its factors.
"""

from __future__ import annotations

import json
import sys

import implicit
import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender

METHODS = {
    "als": AlternatingLeastSquares,
    "bpr": BayesianPersonalizedRanking,
    "cosine": CosineRecommender,
    "tfidf": TFIDFRecommender,
    "bm25": BM25Recommender,
}
PLACES = 20


def main(job: str, out: str) -> None:
    given = np.load(job)
    matrix = sp.csr_matrix(
        (np.ones(len(given["user"]), np.float32), (given["user"], given["product"])), shape=tuple(given["shape"])
    )
    found: dict[str, np.ndarray] = {"version": np.array(implicit.__version__)}
    for name, method, settings in json.loads(str(given["wanted"])):
        if method in {"als", "bpr"}:
            model = METHODS[method](random_state=0, num_threads=1, **settings)
        else:
            model = METHODS[method](**settings)
        model.fit(matrix, show_progress=False)
        top, _ = model.recommend(np.arange(matrix.shape[0]), matrix, N=PLACES, filter_already_liked_items=True)
        found[name] = top.astype(np.int64)
        if method == "als":
            found[f"{name} users"], found[f"{name} products"] = model.user_factors, model.item_factors
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
