"""Everything an answer can cite, with the index over it: the graph's statements, how-tos, a brand's FAQ, products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from makeup_ai.knowledge.entries import CONSENSUS
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.telling import Statement
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import LANGUAGES
from makeup_ai.search.bm25 import Bm25
from makeup_ai.search.faq import Faq
from makeup_ai.search.product_facts import product_facts
from makeup_ai.search.words import stem, terms, units

Embed = Callable[[str], NDArray[np.float32]]
"""A text in, its unit vector `(dim,)` out."""
FAQ_SOURCE = "the brand's FAQ"
HOW_TO_CONFIDENCE, FAQ_CONFIDENCE = 0.75, 0.9


class Evidence:
    """Statements by id, by what they are about, and by their words.

    Args:
        knowledge: The graph.
        tables: The catalogue and the phrases.
        faq: Of the brand; may be empty.
        embed: The understanding model's embedding, or `None` to go by words alone.
    """

    def __init__(self, knowledge: Knowledge, tables: Tables, faq: Sequence[Faq] = (), embed: Embed | None = None):
        self.knowledge, self.tables, self.embed = knowledge, tables, embed
        self.graph = Statements.of(knowledge)
        self.faq = {f"faq/{one.id}": one for one in faq}
        self.indexed: tuple[Statement, ...] = (*self.graph, *how_tos(tables), *map(_answer, faq))
        self._products: dict[int, tuple[Statement, ...]] = {}
        self._vectors: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._bm25: dict[str, Bm25] = {}
        self._faq_units: dict[tuple[str, str], frozenset[str]] = {}

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Statement id -> row of the index."""
        return {statement.id: row for row, statement in enumerate(self.indexed)}

    @cached_property
    def _uses(self) -> Mapping[str, tuple[Statement, ...]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.indexed[len(self.graph) :]:
            found.setdefault(statement.subject, []).append(statement)
        return {node: tuple(listed) for node, listed in found.items()}

    def about(self, node: str) -> tuple[Statement, ...]:
        """Give the statements about a node: a product's facts, or what the graph and the how-tos say of it."""
        kind, _, id_ = node.partition(":")
        if kind == "product":
            return self.of_product(self.tables.row_of[id_])
        return (*self.graph.about(node, wider=True), *self._uses.get(node, ()))

    def of_product(self, row: int) -> tuple[Statement, ...]:
        """Give the facts of a product; told once and kept."""
        if row not in self._products:
            self._products[row] = tuple(product_facts(self.tables, self.knowledge, row))
        return self._products[row]

    def bm25(self, language: str) -> Bm25:
        """Give the index of a language, made at the first question in it."""
        if language not in self._bm25:
            self._bm25[language] = Bm25.of([terms(self.words_of(s, language)) for s in self.indexed])
        return self._bm25[language]

    def words_of(self, statement: Statement, language: str) -> str:
        """Give the text a statement is found by; an answer of the FAQ by its question, too."""
        text = statement.text[language]
        asked = self.faq.get(statement.id)
        return text if asked is None else f"{asked.question[language]} {text}"

    def faq_units(self, id_: str, language: str) -> frozenset[str]:
        """Give the stems and characters of a question of the FAQ."""
        key = id_, language
        if key not in self._faq_units:
            self._faq_units[key] = frozenset(map(stem, units(self.faq[id_].question[language])))
        return self._faq_units[key]

    @cached_property
    def carried(self) -> frozenset[str]:
        """Ingredients that a product of the catalogue contains."""
        return frozenset().union(*self.tables.ingredients_of)

    def likeness(self, question: Sequence[float], statements: Sequence[Statement], language: str) -> list[float]:
        """Give the cosine of each statement and a question's vector; zeros without an embedding.

        Vectors are computed once a statement and language and kept.
        """
        if self.embed is None or not len(question):
            return [0.0] * len(statements)
        asked = np.asarray(question, np.float32)
        return [float(self._vector(statement, language) @ asked) for statement in statements]

    def _vector(self, statement: Statement, language: str) -> NDArray[np.float32]:
        key = statement.id, language
        if key not in self._vectors and self.embed is not None:
            self._vectors[key] = self.embed(self.words_of(statement, language))
        return self._vectors[key]


def how_tos(tables: Tables) -> list[Statement]:
    """Tell how each kind of product is used, from the phrases; ids are `<category>/use/how`."""
    found = []
    for category in tables.values.get("category", {}):
        key = f"how_to.{category}"
        if key in tables.phrases:
            text = {language: tables.phrases.render(key, language) for language in LANGUAGES}
            node = f"category:{category}"
            found.append(Statement(f"{category}/use/how", node, "use", "how", text, CONSENSUS, HOW_TO_CONFIDENCE))
    return found


def _answer(faq: Faq) -> Statement:
    return Statement(f"faq/{faq.id}", f"faq:{faq.id}", "answers", "question", faq.answer, FAQ_SOURCE, FAQ_CONFIDENCE)
