"""How much a product's text is like the question: the cosine of their embeddings."""

from __future__ import annotations

import math

import numpy as np

from makeup_ai.recommend.fixed import UNIT, fixed
from makeup_ai.recommend.needs import Needs
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
    if not embedding or not tables.products:
        return []
    dim = tables.embeddings.shape[1]
    if len(embedding) != dim or not all(math.isfinite(x) for x in embedding):
        raise ValueError(
            f"Expected an embedding of {dim} finite numbers, as embeddings.bin has. Received: {len(embedding)} numbers"
            + ("" if all(math.isfinite(x) for x in embedding) else ", some not finite")
        )
    query = np.floor(np.array(embedding, np.float64) * QUERY_SCALE + 0.5)
    cosine = tables.vectors @ query / (INT8_SCALE * QUERY_SCALE)
    settings = tables.settings
    likeness = np.where(cosine > settings.relevance_floor, cosine, 0.0)
    values = fixed(settings.weights["relevance"] * likeness)
    return [
        Contribution("relevance", values, lambda row: {"kind": "words", "similarity": float(fixed(cosine[row])) / UNIT})
    ]
