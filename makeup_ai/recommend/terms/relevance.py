"""How much a product's text is like the question: the cosine of their embeddings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from makeup_ai.recommend.fixed import fixed, rounded
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.scale.dot import exact_dot
from makeup_ai.recommend.settings import Settings
from makeup_ai.recommend.tables import INT8_SCALE, Tables
from makeup_ai.recommend.terms.base import Contribution

QUERY_SCALE = 1 << 24  # a float32's precision near one


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give the cosine above the floor, times the weight.

    The question's vector is rounded to whole 24-bit numbers first; with the products' int8 every product and sum is a
    whole number under 2^53, so the cosine is the same in whatever order, library or language it is added up.

    Raises:
        ValueError: The embedding is not finite, or not as long as the products'.
    """
    if not check(tables, embedding):
        return []
    cosine, values = worth(tables.settings, tables.embeddings, embedding)
    return [Contribution("relevance", values, lambda row: {"kind": "words", "similarity": rounded(cosine[row])})]


def check(tables: Tables, embedding: tuple[float, ...]) -> bool:
    """Tell whether there is anything to compare.

    Raises:
        ValueError: The embedding is not finite, or not as long as the products'.
    """
    if not embedding or not len(tables.products):
        return False
    dim, finite = tables.embeddings.shape[1], bool(np.isfinite(embedding).all())
    if len(embedding) != dim or not finite:
        raise ValueError(
            f"Expected an embedding of {dim} finite numbers, as embeddings.bin has. Received: {len(embedding)} numbers"
            + ("" if finite else ", some not finite")
        )
    return True


def worth(
    settings: Settings, vectors: NDArray[np.int8], embedding: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Compare products with the question.

    Args:
        settings: For floor and weight.
        vectors: `(rows, dim)` of the products.
        embedding: `(dim,)` of the question.

    Returns:
        Cosines, and what they are worth in ten-thousandths, both `(rows,)`.
    """
    query = np.floor(np.array(embedding, np.float64) * QUERY_SCALE + 0.5)
    cosine = exact_dot(vectors, query) / (INT8_SCALE * QUERY_SCALE)
    likeness = np.where(cosine > settings.relevance_floor, cosine, 0.0)
    return cosine, fixed(settings.weights["relevance"] * likeness)
