"""A product in words: what its embedding is computed from, in training and when a bundle is made."""

from __future__ import annotations

from makeup_ai.schema import Product
from makeup_ai.text.lexicon import Lexicon

UNSPOKEN = ("brand",)
"""Slots that the name already says."""


def product_text(product: Product, lexicon: Lexicon, language: str) -> str:
    """Return kind, name, declared attributes and description, most telling first, in one language.

    Ingredients are left to the knowledge terms: an embedding of them would repeat those, without a path to show.
    """
    words = [lexicon.display("category", product.category, language), product.name[language]]
    for slot, values in product.attributes.items():
        if slot not in UNSPOKEN:
            words += [lexicon.display(slot, value, language) for value in values]
    separator = "，" if language == "zh" else ", "
    return separator.join([*dict.fromkeys(words), product.description[language]])
