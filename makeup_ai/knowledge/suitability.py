"""How well each product serves each need: the needs table of a bundle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from makeup_ai.knowledge.entries import Effect
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import PART, Linker, linked_ids
from makeup_ai.knowledge.weights import NeedWeights
from makeup_ai.schema import Product

NEEDS_SCHEMA = 1
UNIT = 10_000
"""Cells are whole ten-thousandths, so that sums are the same on every machine."""
LOW_DOSE_FLOOR = 0.5
"""Least weight of an ingredient that works at a strength which puts it far down the list."""
SCALE = 1.5
"""Sum of contributions at which a cell is tanh(1) = 0.76."""
DECLARED = 0.5
"""Cell of a need that the brand declares and nothing else speaks for or against."""
FAMILY_SHARE = 0.5
"""Cell of `ingredient:<id>` where a product holds only a relative of it (an ester of vitamin C)."""
TELLING = 0.15
"""Least contribution of an ingredient that is told as the reason, where the brand declares the need too."""
LEAST_CELL = 0.02
"""Cells nearer to zero are left out."""
GRAPH_ALONE = NeedWeights()
"""Nothing learned."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one reason adds to a need, before squashing.

    Args:
        need: `slot:value`.
        value: Above zero where it helps, below where it hurts.
        nodes: The path in the graph, the need alone where the brand declares it, or the ingredient alone where data has
            taught what the graph does not say.
    """

    need: str
    value: float
    nodes: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`"path"` through the knowledge, `"declared"` by the brand, or `"contains"` of what was learned."""
        if len(self.nodes) > 1:
            return "path"
        return "declared" if self.nodes == (self.need,) else "contains"


def position_weight(position: int, low_dose: bool = False) -> float:
    """Weigh an ingredient by its place in the list of a pack, which falls with its share of the formula.

    `1 / log2(position + 1)`, the discount of DCG (Järvelin & Kekäläinen 2002), and at least `LOW_DOSE_FLOOR` for what
    works at low strength.

    Args:
        position: Counted from 1.
        low_dose: Whether the ingredient works at low strength.

    Examples:
        >>> position_weight(1), position_weight(3), position_weight(15), position_weight(15, low_dose=True)
        (1.0, 0.5, 0.25, 0.5)
    """
    weight = 1 / math.log2(position + 1)
    return max(weight, LOW_DOSE_FLOOR) if low_dose else weight


def squash(total: float) -> float:
    """Map a sum of contributions to a cell in (-1, 1): `tanh(total / SCALE)`."""
    return math.tanh(total / SCALE)


def fixed(value: float) -> int:
    """Round to whole ten-thousandths, halves up.

    Examples:
        >>> fixed(0.5), fixed(-0.00005), fixed(0.00005)
        (5000, 0, 1)
    """
    return math.floor(value * UNIT + 0.5)


def contributions(product: Product, linker: Linker, weights: NeedWeights = GRAPH_ALONE) -> Iterator[Contribution]:
    """Give what each ingredient of a product adds to each need, through each effect.

    One contribution is `place x strength x confidence x contact x weight`: the ingredient's `position_weight`, the
    statement's strength and confidence, the contact of the product's category with skin (or 1 in the categories of an
    effect that names them, and 0 in others), and the effect's weight for the need, below zero where it hurts. An
    ingredient counts once, where it stands first; near spellings do not count, as evidence must be sure.

    Learned weights are added to the effect's weight for the need. What the graph does not bear out (a weight of the
    ingredient itself, an effect that the graph does not tie to the need, a sign turned round) is one contribution of
    the ingredient, whose path is the ingredient alone: nobody is told a chain that no source stands behind.

    Raises:
        ValueError: The product's category has no step in the knowledge.
    """
    knowledge = linker.knowledge
    step = knowledge.steps.get(product.category)
    if step is None:
        raise ValueError(
            f"Unknown category. Expected one of {sorted(knowledge.steps)}. Received: category={product.category!r} "
            f"of product {product.product_id!r}; correct it, or add the category to steps.json"
        )
    for id_, place in _places(product, linker):
        taught = {need: place * step.contact * w for need, w in weights.ingredients.get(id_, {}).items()}
        for statement in knowledge.ingredients[id_].effects:
            effect = knowledge.effects[statement.effect]
            power = place * statement.strength * statement.confidence
            power *= _contact(effect, product.category, step.contact)
            if not power:
                continue
            learned = weights.effects.get(effect.id, {})
            for need, said in effect_weights(effect).items():
                weight = said + learned.get(need, 0.0)
                if weight * said > 0:
                    yield Contribution(need, power * weight, (f"ingredient:{id_}", f"effect:{effect.id}", need))
                else:
                    taught[need] = taught.get(need, 0.0) + power * weight
            for need in learned.keys() - effect_weights(effect).keys():
                taught[need] = taught.get(need, 0.0) + power * learned[need]
        for need, value in sorted(taught.items()):
            if value:
                yield Contribution(need, value, (f"ingredient:{id_}",))


def effect_weights(effect: Effect) -> dict[str, float]:
    """Give the graph's weight of an effect for each need it is tied to, below zero where it hurts."""
    return {**effect.helps, **{need: effect.helps.get(need, 0.0) - weight for need, weight in effect.hurts.items()}}


def _places(product: Product, linker: Linker) -> Iterator[tuple[str, float]]:
    """Give each ingredient of a product once, where it stands first, with the weight of its place."""
    seen: set[str] = set()
    for position, printed in enumerate(product.ingredients, start=1):
        for id_ in linked_ids(linker.contained(printed), at_least=PART):
            if id_ not in seen:
                seen.add(id_)
                yield id_, position_weight(position, linker.knowledge.ingredients[id_].low_dose)


def _contact(effect: Effect, category: str, contact: float) -> float:
    if effect.categories:
        return 1.0 if category in effect.categories else 0.0
    return contact


def needs_table(
    products: Sequence[Product],
    knowledge: Knowledge,
    domain: Mapping[str, Any],
    weights: NeedWeights = GRAPH_ALONE,
) -> dict[str, Any]:
    """Make the needs table: how well each product serves each need, and the path behind each cell.

    - Slots of term `suitability`: the contributions of the ingredients, summed and squashed. What the brand declares is
      one contribution more, as large as makes a cell of `DECLARED` by itself. The path of a cell is the largest single
      contribution of an ingredient through the graph in the direction of the cell, or, where that is less than
      `TELLING`, the largest of all.
    - Slot `ingredient`: 1 for each ingredient contained, `FAMILY_SHARE` for the head of its family.
    - Other slots of term `preference`: 1 where the brand declares the value.

    Values that the domain does not know are left out: nobody can ask for them.

    Args:
        products: In catalogue order; their index is the row.
        knowledge: Of ingredients and effects.
        domain: The domain table, of which `slots` and `values` are read.
        weights: Learned ones, added to the graph's.

    Returns:
        `{"schema": 1, "needs": [...], "cells": [[need index, row, ten-thousandths, path index], ...], "paths": [...]}`
        with cells in order of need and row.

    Raises:
        ValueError: A product's category has no step in the knowledge, or a weight is of what the knowledge lacks.
    """
    weights.check(knowledge)
    linker = Linker(knowledge)
    suitability = _needs_of_term(domain, "suitability")
    preference = _needs_of_term(domain, "preference")
    cells: dict[tuple[str, int], tuple[float, str, tuple[str, ...]]] = {}
    for row, product in enumerate(products):
        declared = [f"{slot}:{value}" for slot, values in product.attributes.items() for value in values]
        told = [Contribution(need, SCALE * math.atanh(DECLARED), (need,)) for need in declared]
        by_need: dict[str, list[Contribution]] = {}
        for item in (*contributions(product, linker, weights), *told):
            by_need.setdefault(item.need, []).append(item)
        for need in suitability:
            value = squash(sum(item.value for item in by_need.get(need, ())))
            if abs(value) >= LEAST_CELL:
                best = _reason(by_need[need], sign=1 if value > 0 else -1)
                cells[need, row] = (value, best.kind, best.nodes)
        for need in declared:
            if need in preference:
                cells[need, row] = (1.0, "declared", (need,))
        if "ingredient" in domain["slots"]:
            for need, value, node in _contained(product, linker):
                cells[need, row] = (value, "contains", (node,))
    order = {need: index for index, need in enumerate((*suitability, *preference, *_ingredients(knowledge)))}
    return _table(cells, order)


def _reason(items: Sequence[Contribution], sign: int) -> Contribution:
    """Give the contribution that is told: what the formula does, before what the pack says."""
    aligned = sorted((item for item in items if item.value * sign > 0), key=lambda item: -abs(item.value))
    telling = (item for item in aligned if item.kind == "path" and abs(item.value) >= TELLING)
    return next(telling, aligned[0])


def _needs_of_term(domain: Mapping[str, Any], term: str) -> list[str]:
    slots = [name for name, slot in domain["slots"].items() if slot.get("term") == term and name != "ingredient"]
    return [f"{slot}:{value}" for slot in slots for value in domain["values"].get(slot, ())]


def _ingredients(knowledge: Knowledge) -> list[str]:
    return [f"ingredient:{id_}" for id_ in knowledge.ingredients]


def _contained(product: Product, linker: Linker) -> Iterator[tuple[str, float, str]]:
    """Give (need, cell, node) of each ingredient in a product; what is contained itself comes last, and so wins."""
    links = [link for printed in product.ingredients for link in linker.contained(printed)]
    ids = list(dict.fromkeys(linked_ids(links, at_least=PART)))
    for id_ in reversed(ids):
        head = linker.knowledge.ingredients[id_].family
        if head is not None:
            yield f"ingredient:{head}", FAMILY_SHARE, f"ingredient:{id_}"
    for id_ in ids:
        yield f"ingredient:{id_}", 1.0, f"ingredient:{id_}"


def _table(
    cells: Mapping[tuple[str, int], tuple[float, str, tuple[str, ...]]], order: Mapping[str, int]
) -> dict[str, Any]:
    needs = sorted({need for need, _ in cells}, key=order.__getitem__)
    index = {need: i for i, need in enumerate(needs)}
    paths: dict[tuple[str, tuple[str, ...]], int] = {}
    rows = []
    for need, row in sorted(cells, key=lambda cell: (index[cell[0]], cell[1])):
        value, kind, nodes = cells[need, row]
        rows.append([index[need], row, fixed(value), paths.setdefault((kind, nodes), len(paths))])
    return {
        "schema": NEEDS_SCHEMA,
        "needs": needs,
        "cells": rows,
        "paths": [{"kind": kind, "nodes": list(nodes)} for kind, nodes in paths],
    }
