"""The domain's own words: names of ingredients, concerns, skin types and kinds of product, each with what it is."""

from __future__ import annotations

from collections.abc import Iterable

from makeup_ai.knowledge import Knowledge
from makeup_ai.training.data.domain import load_domain

INGREDIENT, CONCERN, BRAND, BEAUTY = "ningredient", "nconcern", "nbrand", "nbeauty"
"""Parts of speech of the domain's words: nouns, as the tags of jieba for persons (`nr`) or places (`ns`) are."""
SLOTS = {"category": BEAUTY, "finish": BEAUTY, "coverage": BEAUTY, "skin_type": BEAUTY, "concern": CONCERN}


def domain_terms(language: str, brands: Iterable[str] = ()) -> dict[str, str]:
    """Give the names of the built-in domain and of the knowledge graph in a language, with their tags.

    Args:
        language: `"en"` or `"zh"`.
        brands: Names to add.

    Examples:
        >>> domain_terms("zh")["烟酰胺"], domain_terms("en", ["Acme"])["Acme"]
        ('ningredient', 'nbrand')
    """
    knowledge = Knowledge.load()
    terms = dict.fromkeys(brands, BRAND)
    for slot, tag in SLOTS.items():
        for surfaces in load_domain().table["values"][slot].values():
            terms |= dict.fromkeys(surfaces[language], tag)
    terms |= {names[language]: CONCERN for names in knowledge.needs.values()}
    for names in knowledge.surfaces().values():
        terms |= dict.fromkeys(names[language], INGREDIENT)
    return terms
