"""The words for every node that a reason can mention: the names table of a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.knowledge.masks import is_known, unlinked_node
from makeup_ai.schema import LANGUAGES, Product

INGREDIENT_SLOTS = ("ingredient", "avoid")
"""Slots of the domain whose values are ingredients of the knowledge."""


def names_table(
    knowledge: Knowledge, domain: Mapping[str, Any], products: Sequence[Product] = ()
) -> dict[str, dict[str, str]]:
    """Make the names table: node id -> words by language.

    Nodes are `slot:value` of each domain value (its first surface), `ingredient:<id>`, `effect:<id>`, `group:<id>` and
    `avoid:` with either id, and `inci:<name>` for what products print and the knowledge lacks, which keeps its printed
    name in each language.

    Args:
        knowledge: Of ingredients, effects and groups.
        domain: The domain table, of which `values` is read.
        products: Of the catalogue.

    Raises:
        ValueError: A value of the domain has no surface in a language.

    Examples:
        >>> names_table(Knowledge.load(), {"values": {}})["effect:sebum_control"]
        {'en': 'sebum control', 'zh': '控油'}
    """
    names: dict[str, dict[str, str]] = {}
    for slot, values in domain["values"].items():
        for value, surfaces in values.items():
            if value in knowledge.ingredients and slot in INGREDIENT_SLOTS:
                continue  # named by the knowledge below; its words may all belong to a wider group
            missing = [language for language in LANGUAGES if not surfaces.get(language)]
            if missing:
                raise ValueError(
                    f"A domain value needs a surface in each of {list(LANGUAGES)}, its display name first. "
                    f"Missing: {missing} of {slot}:{value}"
                )
            names[f"{slot}:{value}"] = {language: surfaces[language][0] for language in LANGUAGES}
    for kind, items in (
        ("ingredient", knowledge.ingredients),
        ("effect", knowledge.effects),
        ("group", knowledge.groups),
        ("avoid", knowledge.ingredients),
        ("avoid", knowledge.groups),
    ):
        names |= {f"{kind}:{id_}": dict(item.names) for id_, item in items.items()}
    linker = Linker(knowledge)
    for printed in dict.fromkeys(name for product in products for name in product.ingredients):
        if not is_known(linker.contained(printed)):
            names.setdefault(unlinked_node(printed), dict.fromkeys(LANGUAGES, printed))
    return names
