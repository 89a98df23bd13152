"""Needs in, products out: mask, sum, sort, explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.masks import Mask, Masked, masked
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.reasons import reasons
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms import TERMS, Contribution
from makeup_ai.schema import LANGUAGES, Product, Recommendation, Shade, Term


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a product stands where it stands, or why it is not offered.

    Args:
        product_id: In the catalogue.
        position: From 1 among all products offered, or `None` where it is masked.
        recommendation: Its whole sum, or `None` where it is masked.
        masks: Every reason why it is not offered; empty where it is.
    """

    product_id: str
    position: int | None
    recommendation: Recommendation | None
    masks: tuple[Mask, ...]


@dataclass(frozen=True)
class Ranking:
    """The products offered, and all that was looked at.

    Args:
        recommendations: Best first.
        masked: What was not offered, and why.
        considered: How many products were scored.
        tables: Ranked.
        language: Of names and reasons, `"en"` or `"zh"`.
        order: `(considered,)` rows, best first.
        scores: `(products,)` int64 ten-thousandths; those of masked rows mean nothing.
        summands: What the scores are the sum of.
    """

    recommendations: tuple[Recommendation, ...]
    masked: Masked
    considered: int
    tables: Tables
    language: str
    order: NDArray[np.int64]
    scores: NDArray[np.int64]
    summands: tuple[Contribution, ...]

    def recommendation(self, row: int) -> Recommendation:
        """Write out the sum of one row."""
        return _write(self.tables, self.summands, int(self.scores[row]), row, self.language)

    def explain(self, product_id: str) -> Explanation:
        """Give the whole sum of a product, or what masks it ("why not this one?").

        Raises:
            ValueError: The product is not in the catalogue.
        """
        row = self.tables.row_of.get(product_id)
        if row is None:
            raise ValueError(f"Expected the id of a product in the catalogue. Received: product_id={product_id!r}")
        masks = self.masked.of(product_id)
        if masks:
            return Explanation(product_id, None, None, masks)
        position = int(np.flatnonzero(self.order == row)[0]) + 1
        return Explanation(product_id, position, self.recommendation(row), ())

    def best(self, category: str) -> tuple[int, ...]:
        """Rows of one category, best first."""
        products = self.tables.products
        return tuple(row for row in self.order.tolist() if products[row].category == category)


def recommend(
    tables: Tables, needs: Needs, embedding: tuple[float, ...] = (), language: str = "en", top: int | None = None
) -> Ranking:
    """Rank the catalogue for a person's needs.

    The score is the exact sum of whole ten-thousandths; equal scores are ordered by product id.

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
    out = masked(tables, needs)
    summands = tuple(summand for term in TERMS.values() for summand in term(tables, needs, embedding))
    scores = np.zeros(len(tables.products), np.int64)
    for summand in summands:
        scores += summand.values
    remaining = np.flatnonzero(~out.hidden)
    order = remaining[np.lexsort((tables.id_order[remaining], -scores[remaining]))]
    recommendations = tuple(_write(tables, summands, int(scores[row]), row, language) for row in order[:top].tolist())
    return Ranking(recommendations, out, int(remaining.size), tables, language, order, scores, summands)


def _write(tables: Tables, summands: tuple[Contribution, ...], score: int, row: int, language: str) -> Recommendation:
    product = tables.products[row]
    terms = sorted(
        (
            Term(summand.name, int(summand.values[row]) / UNIT, summand.evidence(row))
            for summand in summands
            if summand.values[row]
        ),
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
