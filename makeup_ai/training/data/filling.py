"""Choosing what a holder of a template says: a value, and one of its surfaces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from makeup_ai.schema import Product
from makeup_ai.text.lexicon import decimal
from makeup_ai.training.data.domain import Domain
from makeup_ai.training.data.grammar import Fill, Grammar, Holder, Piece
from makeup_ai.training.data.money import write_money

CONSISTENT = 0.75  # share of the values that fit the product which an utterance is about
UNKNOWN = {"avoid": 0.06, "brand": 0.4}  # share of words that are in no lexicon
FOREIGN = {"ingredient": 0.2, "avoid": 0.15, "brand": 0.2, "finish": 0.06, "color": 0.04}
"""Share of English words in Chinese text, by slot; in others `FOREIGN_ELSE`."""
FOREIGN_ELSE = 0.02
GROUPS = 0.6  # share of groups among the things to avoid; the rest are single ingredients
SKEW = 3.0  # the higher, the more often the ingredients that do most are named

Options = Mapping[str, tuple[str, ...]]
"""Value -> its surfaces of one form in one language."""


@dataclass(frozen=True)
class Filler:
    """Fills holders from a domain.

    Args:
        domain: Of the values and their words.
        grammar: Of the forms, unknown words and amounts, in one language.
        contents: Product id -> ids of ingredients and groups.
    """

    domain: Domain
    grammar: Grammar
    contents: Mapping[str, frozenset[str]]
    _options: dict[tuple[str, str, str], Options] = field(init=False, repr=False, default_factory=dict)

    def about(self, product: Product | None, rng: Random) -> Fill:
        """Return what fills the holders of one utterance, no value of a slot twice while others are left.

        Args:
            product: Whose category, attributes, ingredients and price most of the values fit, or `None`.
            rng: Of all choices.
        """
        used: set[tuple[str, str]] = set()

        def fill(holder: Holder) -> Piece:
            if self.domain.slots[holder.slot].role == "budget":
                return self._budget(holder.slot, product, rng)
            unknown = self.grammar.unknown.get(holder.slot)
            if unknown and not holder.form and rng.random() < UNKNOWN.get(holder.slot, 0.0):
                return Piece(rng.choice(unknown), holder.slot, None)
            options = self._surfaces(holder, self._language(holder.slot, rng))
            if not options:
                options = self._surfaces(holder, self.grammar.language)
            if not options:
                return Piece(rng.choice(unknown or ("",)), holder.slot, None)
            value = self._value(holder.slot, options, product, used, rng)
            used.add((holder.slot, value))
            surfaces = options[value]
            first = holder.slot == "ingredient" and rng.random() < 0.5
            return Piece(surfaces[0] if first else rng.choice(surfaces), holder.slot, value)

        return fill

    def _value(
        self, slot: str, options: Options, product: Product | None, used: set[tuple[str, str]], rng: Random
    ) -> str:
        contained = self.contents.get(product.product_id, frozenset()) if product else frozenset()
        if product is not None and slot != "avoid" and rng.random() < CONSISTENT:
            fitting = [v for v in self._fitting(slot, product, contained) if v in options and (slot, v) not in used]
            if fitting:
                return rng.choice(fitting)
        values = self._pool(slot, options, rng)
        wrong = contained if slot == "avoid" else frozenset()
        left = [value for value in values if (slot, value) not in used and value not in wrong]
        if slot == "ingredient" and left:
            return left[int(len(left) * rng.random() ** SKEW)]
        return rng.choice(left or list(options))

    def _pool(self, slot: str, options: Options, rng: Random) -> Sequence[str]:
        """Narrow down the values of a slot: known ingredients, and groups more often than their number says."""
        featured = [id for id in self.domain.featured if id in options]
        if slot == "ingredient" and featured:
            return featured
        groups = [value for value in options if value not in self.domain.values["ingredient"]]
        if slot == "avoid" and groups and rng.random() < GROUPS:
            return groups
        return list(options)

    def _fitting(self, slot: str, product: Product, contained: frozenset[str]) -> Sequence[str]:
        if slot == "ingredient":
            return [id for id in self.domain.featured if id in contained]
        own = {"category": (product.category,), "brand": (product.brand,)}
        return own.get(slot) or product.attributes.get(slot, ())

    def _budget(self, slot: str, product: Product | None, rng: Random) -> Piece:
        language = self.grammar.language
        table = self.domain.table["budget"]
        rate = next(row["rate"] for row in table["currencies"] if row["code"] == table["default"][language])
        surface = write_money(rng, self.grammar.money, language, product.price / rate if product else 0.0)
        amount = self.domain.lexicon.budget(surface, language)
        return Piece(surface, slot, None if amount is None else decimal(amount))

    def _language(self, slot: str, rng: Random) -> str:
        own = self.grammar.language
        return own if own == "en" or rng.random() >= FOREIGN.get(slot, FOREIGN_ELSE) else "en"

    def _surfaces(self, holder: Holder, language: str) -> Options:
        key = (holder.slot, holder.form, language)
        if key not in self._options:
            # Forms describe the words of their own language; English words in Chinese text are taken in any.
            forms = self.grammar.forms.get(holder.slot, {}) if language == self.grammar.language else {}
            if holder.form and not forms:
                return {}
            pattern = re.compile(forms.get(holder.form, ""))
            found = {
                value: tuple(word for word in surfaces.get(language, ()) if pattern.search(word))
                for value, surfaces in self.domain.values[holder.slot].items()
            }
            self._options[key] = {value: words for value, words in found.items() if words}
        return self._options[key]
