"""What does not answer a query: drawn where only answers are known, or mined near them for the embedding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from makeup_ai.search.bm25 import Bm25
from makeup_ai.search.words import terms
from makeup_ai.training.data.examples import Example

DRAWN = 4
"""Negatives that are drawn for each positive."""

HARD = 0.5
"""Share of them from the shelf of the positive."""

Rank = Callable[[Sequence[str], Sequence[str]], Iterable[NDArray[np.float32]]]
"""Queries and products to one row of scores a query, higher for a product that seems to answer it."""


def draw_negatives(
    positives: Sequence[Example], count: int = DRAWN, hard: float = HARD, seed: int = 0
) -> list[Example]:
    """Put pairs that were not bought behind each pair that was.

    Hard ones come from the shelf of the positive, where it is known; the others from all products in the language of
    the query. A product that is known to answer the query is never drawn, and none is drawn twice for a query.

    Args:
        positives: Pairs, each with `second` and `bought="yes"`.
        count: Negatives for each, where there are so many products.
        hard: Share of them to be hard, in [0, 1].
        seed: Of the draw.

    Raises:
        ValueError: `count` is below one, or `hard` is no share.
    """
    if count < 1 or not 0 <= hard <= 1:
        raise ValueError(f"Expected a count from 1 and a share in [0, 1]. Received: count={count}, hard={hard}")
    everything, shelves = _pools(positives)
    known: defaultdict[str, set[str]] = defaultdict(set)
    for pair in positives:
        known[pair.text].add(str(pair.second))
    found = []
    for pair in positives:
        rng = Random(f"{seed}\n{pair.text}\n{pair.second}")
        taken = known[pair.text]
        shelf = shelves.get((pair.language, pair.shelf), []) if pair.shelf else []
        drawn = _draw(shelf, taken, round(count * hard), rng)
        drawn += _draw(everything[pair.language], taken | set(drawn), count - len(drawn), rng)
        taken.update(drawn)
        found += [pair, *(replace(pair, second=text, bought="no", shelf=None) for text in drawn)]
    return found


def _pools(pairs: Sequence[Example]) -> tuple[dict[str, list[str]], dict[tuple[str, str | None], list[str]]]:
    """Return the different second texts by language, and by language and shelf; sorted."""
    everything: defaultdict[str, set[str]] = defaultdict(set)
    shelves: defaultdict[tuple[str, str | None], set[str]] = defaultdict(set)
    for pair in pairs:
        everything[pair.language].add(str(pair.second))
        shelves[pair.language, pair.shelf].add(str(pair.second))
    return {k: sorted(v) for k, v in everything.items()}, {k: sorted(v) for k, v in shelves.items()}


def _draw(pool: Sequence[str], taken: AbstractSet[str], count: int, rng: Random) -> list[str]:
    """Draw from what is not taken; as many more are looked at as could turn out to be taken."""
    looked_at = rng.sample(pool, min(len(pool), count + len(taken)))
    return [text for text in looked_at if text not in taken][:count]


def by_words(queries: Sequence[str], products: Sequence[str]) -> Iterable[NDArray[np.float32]]:
    """Score products by the words that they share with each query (BM25)."""
    index = Bm25.of([terms(product) for product in products])
    for query in queries:
        yield index.scores(terms(query))


def mine_negatives(examples: Sequence[Example], count: int, rank: Rank = by_words, seed: int = 0) -> list[Example]:
    """Give each example with a product the products that seem to answer it and are not known to.

    Args:
        examples: Those without a product stay as they are.
        count: Negatives for each, before those it has; fewer where there are no more products.
        rank: What seems so. Equals come in an order drawn by the seed, so that where words say nothing, chance does.
        seed: Of that order.

    Raises:
        ValueError: `count` is below one.
    """
    if count < 1:
        raise ValueError(f"Expected at least one negative an example. Received: count={count}")
    rows = [row for row, example in enumerate(examples) if example.product is not None]
    products = sorted({str(examples[row].product) for row in rows})
    column = {product: at for at, product in enumerate(products)}
    answers: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        answers[examples[row].text].add(column[str(examples[row].product)])
    queries = sorted(answers)
    nearest = {}
    for at, (query, scores) in enumerate(zip(queries, rank(queries, products), strict=True)):
        chance = np.random.default_rng([seed, at]).random(len(products))
        order = np.lexsort((chance, -np.asarray(scores)))[: count + len(answers[query])].tolist()
        nearest[query] = tuple(products[one] for one in order if one not in answers[query])[:count]
    found = list(examples)
    for row in rows:
        own = tuple(text for text in examples[row].negatives or () if text not in nearest[examples[row].text])
        found[row] = replace(examples[row], negatives=(*nearest[examples[row].text], *own))
    return found
