"""What must never be offered to whom: the masks table of a bundle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from makeup_ai.knowledge.entries import Group
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import PART, Link, Linker
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.schema import Product

MASKS_SCHEMA = 1
_OUTERMOST = re.compile(r"[(\[（【](.*[(\[（【].*)[)\]）】]", re.DOTALL)
CONDITIONS = ("pregnancy", "breastfeeding")
"""Values of the `condition` slot. What is to be avoided in pregnancy is masked while breastfeeding too: advice on the
second is scarcer, and a mask that is too wide costs a product, one too narrow costs more."""


def masks_table(products: Sequence[Product], knowledge: Knowledge) -> dict[str, Any]:
    """Make the masks table: need -> product row -> the ingredient behind it.

    A product is masked for `avoid:<group>` by each member it contains; for `avoid:<id>` by the ingredient, and by those
    of its family (avoiding vitamin C avoids its esters); for `condition:<value>` by what `CONDITIONS` and the groups
    say. Doubt masks: near spellings count, and all that are equally near; an ingredient that the knowledge lacks joins
    every group whose pattern its name fits, and is kept under `avoid:inci:<lower-cased printed name>` of its own.

    Args:
        products: In catalogue order; their index is the row.
        knowledge: Of ingredients and groups.

    Returns:
        `{"schema": 1, "masks": {need: {"<row>": [node id, name as printed]}}}`, the first ingredient of the pack where
        several mask, needs in alphabetical order.
    """
    linker, packs = Linker(knowledge), PackLinker(knowledge)
    masks: dict[str, dict[str, list[str]]] = {}
    for row, product in enumerate(products):
        for printed in product.ingredients:
            for need, node in masking(printed, linker, packs):
                masks.setdefault(need, {}).setdefault(str(row), [node, printed])
    return {"schema": MASKS_SCHEMA, "masks": dict(sorted(masks.items()))}


def unlinked_node(printed: str) -> str:
    """Name the node of an ingredient that the knowledge lacks, by its printed name.

    Examples:
        >>> unlinked_node("Moon  Dust Extract")
        'inci:moon dust extract'
    """
    return f"inci:{' '.join(printed.lower().split())}"


def is_known(links: Iterable[Link]) -> bool:
    """Tell whether a printed name is surely linked, and needs no node of its own."""
    return any(link.confidence >= PART for link in links)


def masking(printed: str, linker: Linker, packs: PackLinker) -> Iterator[tuple[str, str]]:
    """Give each (need, node) for which one printed ingredient masks its product."""
    knowledge = linker.knowledge
    links = linker.contained(printed)
    unsure = all(link.confidence < 1 for link in links)
    for id_ in dict.fromkeys(_read(printed, linker, packs)):
        if id_ is None:
            continue
        item = knowledge.ingredients[id_]
        node = f"ingredient:{item.id}"
        yield f"avoid:{item.id}", node
        if item.family is not None:
            yield f"avoid:{item.family}", node
        if item.pregnancy == "avoid":
            yield from ((f"condition:{condition}", node) for condition in CONDITIONS)
        for group_id in item.groups:
            yield from ((need, node) for need in _needs_of(knowledge.groups[group_id]))
    if not is_known(links):
        node = unlinked_node(printed)
        yield f"avoid:{node}", node
    # A name known only in part may hide more behind the rest of it: "Oil (Peanut)".
    if unsure:
        for group in knowledge.groups.values():
            if any(re.search(pattern, printed.lower()) for pattern in group.patterns):
                yield from ((need, unlinked_node(printed)) for need in _needs_of(group))


def _read(printed: str, linker: Linker, packs: PackLinker) -> Iterator[str | None]:
    """Give the ids of everything that a printed name may name: several readings mask more than one."""
    nested = _OUTERMOST.search(printed)  # a name in brackets may have brackets of its own: `丙烯酸(酯)类共聚物`
    for text in (printed, *(nested.groups() if nested is not None else ())):
        yield from (link.ingredient_id for link in linker.contained(text))
        yield from linker.near(text)
    # This reading knows missing commas and misspelt words.
    yield from (mention.ingredient_id for mention in packs.link(printed))


def _needs_of(group: Group) -> Iterator[str]:
    yield f"avoid:{group.id}"
    yield from (f"condition:{condition}" for condition in group.conditions)
