"""One question with everything that is known about it, and the words its answers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from makeup_ai.content.phrases import Phrases
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import Ranking
from makeup_ai.recommend.routine import RoutineTable
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Recommendation, SkinReport, Understanding

LISTED = 3
"""How many products or reasons a sentence lists."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer is made from; all facts come from its tables.

    Args:
        text: As written.
        understanding: What was read in it.
        needs: What was gathered.
        ranking: What was found.
        skin: What was seen, or `None` without a photo.
        knowledge: The table `knowledge.json`.
        tables: The tables of ranking.
        language: Of the answer, `"en"` or `"zh"`.
        routines: How routines are made; as the package has it where `None`.
    """

    text: str
    understanding: Understanding
    needs: Needs
    ranking: Ranking
    skin: SkinReport | None
    knowledge: Mapping[str, Any]
    tables: Tables
    language: str
    routines: RoutineTable | None = None

    @property
    def plans(self) -> RoutineTable:
        """How routines are made."""
        return self.routines or RoutineTable.packaged()

    @property
    def phrases(self) -> Phrases:
        """Every sentence."""
        return self.tables.phrases

    def say(self, key: str, **fields: str) -> str:
        """Render a phrase in the answer's language."""
        return self.phrases.render(key, self.language, **fields)

    def join(self, items: Sequence[str]) -> str:
        """Join a list in the answer's language."""
        return self.phrases.join(items, self.language)

    def name(self, node: str) -> str:
        """Word a node or need in the answer's language."""
        return self.tables.name(node, self.language)

    def named_needs(self) -> str:
        """List what is looked for."""
        return self.join([self.name(need) for need in self.needs.needs])

    def kinds(self) -> str:
        """List the categories, brands and other filters asked for."""
        return self.join(
            [self.name(f"{slot}:{value}") for slot, values in self.needs.filters.items() for value in values]
        )

    def product(self, recommendation: Recommendation) -> str:
        """Word a product with its brand and price, and that its place is paid for where it is."""
        price = self.phrases.price(recommendation.price, recommendation.currency, self.language)
        key = "product.sponsored" if recommendation.sponsored else "product"
        return self.say(key, product=recommendation.name, brand=recommendation.brand, price=price)

    def short(self, items: Sequence[str]) -> str:
        """Join the first items of a list and count the rest."""
        joined = self.join(items[:LISTED])
        rest = len(items) - LISTED
        return self.say("list.more", items=joined, count=str(rest)) if rest > 0 else joined
