"""The terms of a score, one file each. A new term is a file here and a row of `TERMS`."""

from __future__ import annotations

from collections.abc import Callable

from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms import alike, cells, popularity, price, relevance, shade, taste
from makeup_ai.recommend.terms.base import Contribution

Term = Callable[[Tables, Needs, tuple[float, ...]], list[Contribution]]
"""Tables, needs and the question's embedding in; summands for every product out, none where it has nothing to say."""

TERMS: dict[str, Term] = {
    "cells": cells.contributions,
    "relevance": relevance.contributions,
    "price": price.contributions,
    "shade": shade.contributions,
    "taste": taste.contributions,
    "alike": alike.contributions,
    "popularity": popularity.contributions,
}

__all__ = ["TERMS", "Contribution", "Term"]
