"""Which products should not be used beside which: the clashes table of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.knowledge.masks import masking
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.schema import Product

CLASHES_SCHEMA = 1
INGREDIENT = "ingredient:"


def clashes_table(products: Sequence[Product], knowledge: Knowledge) -> dict[str, Any]:
    """Make the clashes table: which ingredients of the catalogue should not meet, and which products hold them.

    The rules of the knowledge are about groups and families too, and a nearer rule overrules a wider one; here that is
    settled for each pair of ingredients that the catalogue holds, so that a phone only looks pairs up. Doubt counts, as
    it does for masks: a name holds whatever it may be read as.

    Args:
        products: In catalogue order; their index is the row.
        knowledge: Of ingredients and rules.

    Returns:
        `{"schema": 1, "holds": {ingredient id: {"<row>": name as printed}}, "pairs": [[id, id, kind]]}`; the kinds are
        `"avoid_together"` and `"alternate"`, each pair stands once, and only ingredients of some pair are listed.
    """
    holds = _held(products, knowledge)
    ends = {end for rule in knowledge.conflicts if rule.kind != "fine" for end in (rule.a, rule.b)}
    ruled = [id_ for id_ in sorted(holds) if _standing(knowledge, id_) & ends]
    pairs = [
        [one, other, rule.kind]
        for one, other in combinations(ruled, 2)
        for rule in knowledge.rules_between([one], [other])
        if rule.kind != "fine"
    ]
    paired = {id_ for one, other, _ in pairs for id_ in (one, other)}
    return {"schema": CLASHES_SCHEMA, "holds": {id_: holds[id_] for id_ in sorted(paired)}, "pairs": pairs}


def _held(products: Sequence[Product], knowledge: Knowledge) -> dict[str, dict[str, str]]:
    linker, packs = Linker(knowledge), PackLinker(knowledge)
    read: dict[str, set[str]] = {}  # a catalogue prints the same names over and over
    holds: dict[str, dict[str, str]] = {}
    for row, product in enumerate(products):
        for printed in product.ingredients:
            if printed not in read:
                nodes = {node for _, node in masking(printed, linker, packs) if node.startswith(INGREDIENT)}
                read[printed] = {node.removeprefix(INGREDIENT) for node in nodes}
            for id_ in read[printed]:
                holds.setdefault(id_, {}).setdefault(str(row), printed)
    return holds


def _standing(knowledge: Knowledge, id_: str) -> set[str]:
    item = knowledge.ingredients[id_]
    return {id_, *item.groups, *([item.family] if item.family is not None else [])}
