"""Ingredients, groups, concerns and conflicts: linking, masks and suitability."""

from makeup_ai.knowledge.entries import (
    CONFLICT_KINDS,
    PREGNANCY,
    Care,
    Claim,
    Conflict,
    Effect,
    Function,
    Group,
    Ingredient,
    Regulation,
    Step,
    Strength,
)
from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.inci import InciNames
from makeup_ai.knowledge.linking import Link, Linker
from makeup_ai.knowledge.masks import masks_table
from makeup_ai.knowledge.mentions import Found, find_mentions
from makeup_ai.knowledge.names import names_table
from makeup_ai.knowledge.packlinking import LinkedPack, Mention, PackLinker
from makeup_ai.knowledge.packlist import Pack, Section, read_pack, split_ingredient_list
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.suitability import needs_table, position_weight
from makeup_ai.knowledge.telling import PREDICATES, Statement
from makeup_ai.knowledge.validation import problems
from makeup_ai.knowledge.verdicts import VERDICTS, Judge, Verdict

__all__ = [
    "CONFLICT_KINDS",
    "PREDICATES",
    "PREGNANCY",
    "VERDICTS",
    "Care",
    "Claim",
    "Conflict",
    "Effect",
    "Found",
    "Function",
    "Group",
    "InciNames",
    "Ingredient",
    "Judge",
    "Knowledge",
    "Link",
    "LinkedPack",
    "Linker",
    "Mention",
    "Pack",
    "PackLinker",
    "Regulation",
    "Section",
    "Statement",
    "Statements",
    "Step",
    "Strength",
    "Verdict",
    "find_mentions",
    "fold",
    "masks_table",
    "names_table",
    "needs_table",
    "position_weight",
    "problems",
    "read_pack",
    "split_ingredient_list",
]
