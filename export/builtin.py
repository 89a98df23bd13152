"""The built-in world: the `beauty` domain, the invented catalogue and the knowledge, as one value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.schema import Product
from makeup_ai.search.faq import Faq, read_faq
from makeup_ai.training.data.corpus import Corpus, Utterance
from makeup_ai.training.data.domain import Domain, builtin_file, load_domain
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.generate import Sizes, generate
from makeup_ai.training.data.handwritten import read_handwritten
from makeup_ai.training.data.product_text import product_text
from makeup_ai.training.data.questions import QuestionSizes, generate_questions


@dataclass(frozen=True)
class World:
    """What text is generated about and a bundle is made of.

    Args:
        domain: With ingredients and brands merged in.
        products: The catalogue.
        knowledge: Of ingredients, effects and rules.
        entries: The knowledge's ingredients as the generator reads them.
    """

    domain: Domain
    products: Sequence[Product]
    knowledge: Knowledge
    entries: Sequence[Mapping[str, Any]]

    @classmethod
    def builtin(cls, products: Sequence[Product] | None = None) -> World:
        """Load the built-in world, or the built-in domain and knowledge around another catalogue."""
        if products is None:
            rows = json.loads(builtin_file("catalogue.json").read_text(encoding="utf-8"))["products"]
            products = [Product.from_dict(row) for row in rows]
        entries = json.loads((files("makeup_ai.knowledge") / "tables/ingredients.json").read_text(encoding="utf-8"))
        return cls(load_domain(ingredients=entries, products=products), products, Knowledge.load(), entries)

    @cached_property
    def _by_id(self) -> Mapping[str, Product]:
        return {product.product_id: product for product in self.products}

    def describe(self, product_id: str, language: str) -> str:
        """Return a product in words; see `product_text`."""
        return product_text(self._by_id[product_id], self.domain.lexicon, language)

    def generate(self, seed: int, sizes: Sizes) -> Corpus:
        """Generate utterances, reviews and pairs about this world."""
        return generate(self.domain, self.products, seed, sizes, ingredients=self.entries)

    def questions(self, seed: int, sizes: QuestionSizes | None = None) -> dict[str, list[Example]]:
        """Generate questions with passages that answer them and others, of this world's knowledge and FAQ, by part."""
        return generate_questions(self.knowledge, self.faq(), seed, sizes)

    def shelf(self, product_id: str) -> str:
        """Return the category of a product."""
        return self._by_id[product_id].category

    def faq(self) -> tuple[Faq, ...]:
        """Return the questions and answers of the invented shop."""
        return read_faq(map(json.loads, builtin_file("faq.jsonl").read_text(encoding="utf-8").splitlines()))

    def handwritten(self) -> list[Utterance]:
        """Return the utterances that people wrote, which nothing is trained or chosen on."""
        return read_handwritten(builtin_file("handwritten.jsonl"), self.domain)

    def tokenizer_texts(self, examples: Sequence[Example]) -> list[str]:
        """Return what a vocabulary is built from: training texts, product texts and every word of the domain."""
        words = [
            surface
            for values in self.domain.values.values()
            for surfaces in values.values()
            for names in surfaces.values()
            for surface in names
        ]
        described = [self.describe(p.product_id, language) for p in self.products for language in self.domain.languages]
        return [example.text for example in examples] + described + words


def labelled(utterances: Sequence[Utterance]) -> list[Example]:
    """Turn utterances into examples of intent and slots."""
    return [
        Example(
            row.text,
            intent=row.intent,
            slots=tuple((start, end, slot) for start, end, slot, _ in row.slots),
            sentiment=row.sentiment,
            language=row.language,
        )
        for row in utterances
    ]
