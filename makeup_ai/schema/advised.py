"""What is advised: products with the sum and the reasons behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from makeup_ai.schema.catalogue import Shade
from makeup_ai.schema.seen import SkinReport
from makeup_ai.schema.understood import Understanding


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a product's score, which is also one possible reason.

    Args:
        name: The term's kind (`"suitability"`); a score may have several of one kind, one a need.
        value: What it adds to the score. A whole number of ten-thousandths, so that sums are exact everywhere.
        evidence: What stands behind it: at least `kind`, and by kind `need`, `path`, `price`, `shade`, ...
    """

    name: str
    value: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One product offered.

    Args:
        product_id: In the bundle's catalogue.
        name: Display name in the language of the answer.
        brand: As printed.
        price: In `currency`.
        currency: ISO 4217 code.
        score: The sum of the terms' values.
        terms: Largest first.
        reasons: The largest terms in words of the user's language.
        shade: The shade suggested, or `None`.
        sponsored: Whether its place is paid for, which is always shown beside it.
    """

    product_id: str
    name: str
    brand: str
    price: float
    currency: str
    score: float
    terms: tuple[Term, ...]
    reasons: tuple[str, ...]
    shade: Shade | None = None
    sponsored: bool = False


@dataclass(frozen=True, slots=True)
class Caution:
    """Something the person should know.

    Args:
        kind: A key of the phrases table (`"masked"`, `"patch_test"`, `"unknown_allergen"`).
        text: In words of the user's language.
        products: Product ids it is about; empty where it is about the question.
    """

    kind: str
    text: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer of one consultation; `to_dict` of it is what the command line prints.

    Args:
        language: Of the answer, `"en"` or `"zh"`.
        understanding: What was read.
        skin: What was seen, or `None` without a photo.
        recommendations: Best first.
        cautions: Each with the products it is about.
        answer: In words of the user's language.
    """

    language: str
    understanding: Understanding
    skin: SkinReport | None
    recommendations: tuple[Recommendation, ...]
    cautions: tuple[Caution, ...]
    answer: str
