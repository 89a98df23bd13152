"""Needs in, products out: mask, sum, sort, spread, explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.diversity import Spread, spread
from makeup_ai.recommend.explaining import Explanation, explain
from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.masks import Masked, masked
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.reasons import reasons
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms import TERMS, Contribution
from makeup_ai.schema import LANGUAGES, Product, Recommendation, Shade, Term

LARGE = 16_384
"""Products from which not all are summed, by `benchmarks/recommend_scale.py`; the offers are the same."""
ASKED_AS = {"price": "budget", "shade": "tone"}
"""Kind of evidence -> the entry of `Needs.sources` behind it, where that is not the need."""


@dataclass(frozen=True)
class Ranking:
    """The products offered, and all that was looked at.

    Args:
        recommendations: Best first, but for near-duplicates, which are spread.
        masked: What was not offered, and why.
        considered: How many products were scored.
        tables: Ranked.
        language: Of names and reasons, `"en"` or `"zh"`.
        order: `(considered,)` rows, best first.
        scores: `(products,)` int64 ten-thousandths; those of masked rows are what they would have been.
        summands: What the scores are the sum of.
        needs: What it was ranked for.
        spread: The rows shown, and what held others back.
    """

    recommendations: tuple[Recommendation, ...]
    masked: Masked
    considered: int
    tables: Tables
    language: str
    order: NDArray[np.int64]
    scores: NDArray[np.int64]
    summands: tuple[Contribution, ...]
    needs: Needs
    spread: Spread

    def recommendation(self, row: int) -> Recommendation:
        """Write out the sum of one row."""
        return _write(self.tables, self.needs, self.summands, int(self.scores[row]), row, self.language)

    def explain(self, product_id: str) -> Explanation:
        """Give the whole sum of a product, and why it stands where it stands or is not offered; see `explain`.

        Raises:
            ValueError: The product is not in the catalogue.
        """
        return explain(self, product_id)

    def position(self, row: int, scores: NDArray[np.int64] | None = None) -> int:
        """Give the place of a row among those offered, from 1; of a masked row, the place it would have had.

        Args:
            row: In the catalogue.
            scores: `(products,)`, the ranking's own by default.
        """
        scores = self.scores if scores is None else scores
        order, own = self.tables.id_order, scores[row]
        others = scores[self.order]
        return 1 + int(np.sum((others > own) | ((others == own) & (order[self.order] < order[row]))))

    def without(self, product_id: str, term: Term) -> Ranking:
        """Rank again with one term taken away from every product, all others staying as they are.

        The score of a product falls by just the term's value in it. (Without the need itself, others of its kind would
        have a larger share each: that is another question.)

        Args:
            product_id: Whose term it is.
            term: One of those in its recommendation.

        Raises:
            ValueError: The product is not in the catalogue, or has no such term.
        """
        row = self.tables.row_of.get(product_id)
        found = None if row is None else next((s for s in self.summands if self.term(s, row) == term), None)
        if found is None:
            raise ValueError(f"Expected a term of a product in the catalogue. Received: {product_id!r}, {term}")
        summands = tuple(summand for summand in self.summands if summand is not found)
        return ranked(self.tables, self.needs, self.masked, summands, self.language, max(1, len(self.spread.rows)))

    def term(self, summand: Contribution, row: int) -> Term | None:
        """Write out one summand of a row with who asked for it; `None` where it says nothing of the row."""
        return _term(self.needs, summand, row)

    def best(self, category: str) -> tuple[int, ...]:
        """Rows of one category, best first."""
        products = self.tables.products
        return tuple(row for row in self.order.tolist() if products[row].category == category)


def recommend(
    tables: Tables, needs: Needs, embedding: tuple[float, ...] = (), language: str = "en", top: int | None = None
) -> Ranking:
    """Rank the catalogue for a person's needs.

    The score is the exact sum of whole ten-thousandths; equal scores are ordered by product id. What is sponsored is
    marked and ranked as if it were not.

    Args:
        tables: Of the bundle.
        needs: From `gather`.
        embedding: Unit vector of the question, or empty.
        language: Of names and reasons; anything but `"zh"` is English.
        top: How many to offer; the tables' own number when `None`.

    Raises:
        ValueError: The embedding does not fit the tables', or `top` is not above zero.

    Examples:
        >>> ranking = recommend(tables, Needs(needs=("skin_type:oily",)), language="en")  # doctest: +SKIP
        >>> ranking.recommendations[0].reasons  # doctest: +SKIP
        ('Niacinamide → sebum control → oily skin',)
    """
    top = tables.settings.top if top is None else top
    if top < 1:
        raise ValueError(f"Expected at least one product to be asked for. Received: top={top}")
    language = language if language in LANGUAGES else LANGUAGES[0]

    def whole(out: Masked) -> Ranking:
        summands = tuple(summand for term in TERMS.values() for summand in term(tables, needs, embedding))
        return ranked(tables, needs, out, summands, language, top)

    if len(tables.products) < LARGE:
        return whole(masked(tables, needs))
    from makeup_ai.recommend.scale.ranking import rank_large

    return rank_large(tables, needs, embedding, language, top, whole)


def ranked(
    tables: Tables, needs: Needs, out: Masked, summands: tuple[Contribution, ...], language: str, top: int
) -> Ranking:
    """Add up, sort, spread and write out what is not masked."""
    scores = np.zeros(len(tables.products), np.int64)
    for summand in summands:
        scores += summand.values
    remaining = np.flatnonzero(~out.hidden)
    order = remaining[np.lexsort((tables.id_order[remaining], -scores[remaining]))]
    shown = spread(tables, order, scores, top)
    written = tuple(_write(tables, needs, summands, int(scores[row]), row, language) for row in shown.rows)
    return Ranking(written, out, int(remaining.size), tables, language, order, scores, summands, needs, shown)


def _term(needs: Needs, summand: Contribution, row: int) -> Term | None:
    value = int(summand.values[row])
    if not value:
        return None
    evidence = summand.evidence(row)
    asked = ASKED_AS.get(evidence["kind"]) or evidence.get("need", "")
    if sources := needs.sources.get(asked):
        evidence = {**evidence, "sources": sources}
    return Term(summand.name, value / UNIT, evidence)


def _write(
    tables: Tables, needs: Needs, summands: tuple[Contribution, ...], score: int, row: int, language: str
) -> Recommendation:
    product = tables.products[row]
    terms = sorted(
        (term for summand in summands if (term := _term(needs, summand, row)) is not None),
        key=lambda term: (-term.value, term.name, term.evidence.get("need", "")),
    )
    shade = next((_shade(product, term) for term in terms if term.evidence["kind"] == "shade"), None)
    return Recommendation(
        product_id=product.product_id,
        name=tables.product_name(row, language),
        brand=product.brand,
        price=product.price,
        currency=product.currency,
        score=score / UNIT,
        terms=tuple(terms),
        reasons=reasons(tables, product, terms, language),
        shade=shade,
        sponsored=product.sponsored,
    )


def _shade(product: Product, term: Term) -> Shade:
    return next(shade for shade in product.shades if shade.shade_id == term.evidence["shade"])
