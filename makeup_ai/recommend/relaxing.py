"""What would have to give where nothing fits: the smallest change, and never one that could harm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makeup_ai.recommend.masks import UNKNOWN, Masked, Rule


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The smallest change that would let a product through.

    Args:
        row: Of the product.
        rules: What would have to give; one for every rule that hides it.
    """

    row: int
    rules: tuple[Rule, ...]


def can_give(rule: Rule) -> bool:
    """Whether a person may give way: what it may cost, the brand and the like, an age that they did not tell.

    Allergies, dislikes, conditions and conflicts stay; nobody can change what is sold where, in stock or owned; and who
    asks for a serum is not helped by a lipstick.
    """
    asked = rule.kind == "price" or (rule.kind == "filter" and rule.subject != "category")
    return asked or (rule.kind == "age" and rule.subject == UNKNOWN)


def relaxation(masked: Masked) -> Relaxation | None:
    """Find the product with the fewest rules to give, the least expensive among those; `None` where none can be had."""
    tables, fixed = masked.tables, np.zeros(len(masked.hidden), bool)
    count = np.zeros(len(masked.hidden), np.int64)
    for rule in masked.rules:
        if can_give(rule):
            count[rule.rows] += 1
        else:
            fixed[rule.rows] = True
    rows = np.flatnonzero(masked.hidden & ~fixed)
    if not rows.size:
        return None
    row = int(rows[np.lexsort((tables.id_order[rows], tables.prices[rows], count[rows]))[0]])
    return Relaxation(row, tuple(rule for rule in masked.rules if row in rule.rows))
