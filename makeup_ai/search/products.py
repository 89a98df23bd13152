"""Words to products: needs rank them as anywhere else, and words shared with the question add to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.needs import WORDS, Needs
from makeup_ai.recommend.rank import Ranking, recommend
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import LANGUAGES, Recommendation
from makeup_ai.search.bm25 import Bm25
from makeup_ai.search.question import Asked
from makeup_ai.search.words import terms

WORDS_WEIGHT = 1.0
"""The most that shared words add to a product's score, as much as a need that it meets wholly."""

ENOUGH = 0.5
"""What words alone must add for a product to be found by them."""


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A product that was found.

    Args:
        product: With its score as ranked, its terms and reasons.
        score: That score and what its words add.
        words: What its words add, from 0 to `WORDS_WEIGHT`.
        why: In words: paths through the graph, what the brand declares, and that its words match.
    """

    product: Recommendation
    score: float
    words: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave.

    Args:
        products: Best first.
        needs: What was looked for, with filters, masks and budget.
        ranking: Of all products; its `masked` says what was left out and why.
        language: Of the words.
    """

    products: tuple[FoundProduct, ...]
    needs: Needs
    ranking: Ranking
    language: str


class ProductSearch:
    """Finds products.

    Args:
        tables: Of the bundle.
    """

    def __init__(self, tables: Tables):
        self.tables = tables

    @cached_property
    def bm25(self) -> Bm25:
        """The index over the words of every product, in both languages at once; made at the first search."""
        return Bm25.of([terms(" . ".join(product_words(self.tables, row))) for row in range(len(self.tables.products))])

    def find(self, asked: Asked, needs: Needs, embedding: Sequence[float] = (), top: int = 10) -> Found:
        """Find products for a question, best first; what `needs` masks is never among them.

        Args:
            asked: The question.
            needs: As `gather` read them; what the question names is added.
            embedding: Of the question, or empty.
            top: How many at most, above zero.
        """
        needs = widened(needs, asked, self.tables)
        ranking = recommend(self.tables, needs, tuple(embedding), asked.language, top)
        words = self._words(asked)
        met = np.zeros(len(words), np.int64)
        for summand in ranking.summands:
            if summand.name not in ("relevance", "price"):
                met += summand.values
        total = ranking.scores / UNIT + words
        kept = [row for row in ranking.order.tolist() if _fits(needs, int(met[row]), float(words[row]))]
        kept.sort(key=lambda row: (-total[row], self.tables.id_order[row]))
        rows = tuple(self._found(ranking, row, float(total[row]), float(words[row])) for row in kept[:top])
        return Found(rows, needs, ranking, asked.language)

    def _words(self, asked: Asked) -> np.ndarray:
        said = [term for term in asked.terms if term not in asked.asking.stop]
        scores = self.bm25.scores(said).astype(np.float64)
        most = self.bm25.most(said)
        return scores / most * WORDS_WEIGHT if most > 0 else scores

    def _found(self, ranking: Ranking, row: int, total: float, words: float) -> FoundProduct:
        product = ranking.recommendation(row)
        shared = self.tables.phrases.render("reason.words", ranking.language)
        why = product.reasons if words <= 0 or shared in product.reasons else (*product.reasons, shared)
        return FoundProduct(product, total, words, why)


def _fits(needs: Needs, met: int, words: float) -> bool:
    """Whether a product has to do with what was asked: it meets a need, else shares words, else is of the kind."""
    if needs.needs or needs.tone is not None:
        return met > 0
    return words >= ENOUGH or bool(needs.filters) or needs.budget is not None


def widened(needs: Needs, asked: Asked, tables: Tables) -> Needs:
    """Add what a question names to what was gathered from it: needs, ingredients, and a kind or brand where none is.

    What is to be avoided is no wish: `without retinol` does not look for retinol.
    """
    avoided = {mask.partition(":")[2] for mask in needs.masks}
    wished = [
        node
        for named in asked.named
        if not avoided & {node.partition(":")[2] for node in named.nodes}
        for node in named.of("skin_type", "concern", "ingredient")
        if node in tables.cells.columns
    ]
    added = [node for node in dict.fromkeys(wished) if node not in needs.needs]
    filters = dict(needs.filters)
    for slot in ("category", "brand"):
        if slot not in filters and (named := [n.partition(":")[2] for n in asked.nodes(slot)]):
            filters[slot] = tuple(named)
    sources = {**needs.sources, **dict.fromkeys(added, (WORDS,))}
    return replace(needs, needs=(*needs.needs, *added), filters=filters, sources=sources)


def product_words(tables: Tables, row: int) -> Iterator[str]:
    """Give the words a product is found by: names, brand, kind, what it declares, its description, what is in it."""
    product = tables.products[row]
    yield from (*product.name.values(), product.brand, *product.description.values())
    declared = [f"{slot}:{value}" for slot, values in product.attributes.items() for value in values]
    inside = [f"ingredient:{id_}" for id_ in sorted(tables.ingredients_of[row])]
    for node in (f"category:{product.category}", *declared, *inside):
        yield from (tables.name(node, language) for language in LANGUAGES)
    yield from chain(product.ingredients)
