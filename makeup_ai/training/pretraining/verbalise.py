"""Statements of the knowledge graph as documents, in English and Chinese, to be learned beside a corpus.

A document tells a few facts about one subject. Each fact is worded as the graph tells it or by one of `phrasings.json`,
under one of the names that the subject has, so that the fact is learned and not the sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from makeup_ai.knowledge import Knowledge
from makeup_ai.knowledge.sentences import opening, with_article
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.telling import Statement
from makeup_ai.schema import LANGUAGES
from makeup_ai.training.data.documents import Document

MOST = 5
"""Facts in a document."""
OWN_WORDS = 0.25
"""Chance that a fact is told as the graph tells it where other phrasings are known."""


def verbalise(
    sentences: Mapping[str, int], share: float, seed: int, knowledge: Knowledge | None = None
) -> list[Document]:
    """Tell statements of the graph until they are a share of what is learned.

    Args:
        sentences: Of the corpus, by language; each language is told in its own proportion.
        share: Of statements among all sentences, in [0, 1).
        seed: Of what is told, and how.
        knowledge: The graph; the built-in one by default.

    Raises:
        ValueError: The share is out of range.
    """
    if not 0 <= share < 1:
        raise ValueError(f"Expected a share of the graph in [0, 1). Received: {share}")
    if not share:
        return []
    knowledge = knowledge or Knowledge.load()
    told: list[Document] = []
    for language in LANGUAGES:
        wanted = round(sentences.get(language, 0) * share / (1 - share))
        for document in _documents(knowledge, language, seed):
            if wanted <= 0:
                break
            wanted -= len(document.sentences)
            told.append(document)
    return told


def _documents(knowledge: Knowledge, language: str, seed: int) -> Iterator[Document]:
    """Tell of one subject after another, without end."""
    subjects: dict[str, list[Statement]] = {}
    for statement in Statements.of(knowledge):
        subjects.setdefault(statement.subject, []).append(statement)
    words = _Words(knowledge, language)
    generator = np.random.default_rng([seed, 4, LANGUAGES.index(language)])
    number = 0
    while subjects:
        for subject in generator.permutation(sorted(subjects)):
            known = subjects[str(subject)]
            chosen = generator.permutation(len(known))[:MOST]
            lines = tuple(words.tell(known[place], generator) for place in chosen)
            yield Document(f"graph.{language}:{number}", language, lines)
            number += 1


class _Words:
    """Words for nodes and facts in one language."""

    def __init__(self, knowledge: Knowledge, language: str):
        self._knowledge, self._language = knowledge, language
        self._surfaces = {id_: names[language] for id_, names in knowledge.surfaces().items()}
        self._one: Mapping[str, Mapping[str, Mapping[str, str]]] = {
            "ingredient": {id_: item.names for id_, item in knowledge.ingredients.items()},
            "effect": {id_: effect.names for id_, effect in knowledge.effects.items()},
            "function": {id_: function.names for id_, function in knowledge.functions.items()},
        }

    def tell(self, statement: Statement, generator: np.random.Generator) -> str:
        """Word a fact."""
        phrasings = _phrasings().get(statement.predicate, {}).get(self._language, ())
        own = statement.text[self._language]
        if not phrasings or statement.contested or self._drawback(statement) or generator.random() < OWN_WORDS:
            return own
        a, b = self._name(statement.subject, generator), self._name(statement.object, generator)
        if not a or not b:
            return own
        phrase = phrasings[int(generator.integers(len(phrasings)))]
        told = opening(phrase.format(a=a, b=b, an_b=with_article({"en": b})["en"]))
        return told.replace("..", ".")  # a name such as "alcohol denat." may end a sentence

    def _drawback(self, statement: Statement) -> bool:
        """Tell whether an effect is one that nobody looks for."""
        effect = self._knowledge.effects.get(statement.object.removeprefix("effect:"))
        return statement.predicate == "effect" and (effect is None or not effect.helps)

    def _name(self, node: str, generator: np.random.Generator) -> str:
        kind, _, id_ = node.partition(":")
        if surfaces := self._surfaces.get(id_) if kind == "ingredient" else None:
            # The display name half of the time, else any.
            return surfaces[0] if generator.random() < 0.5 else surfaces[int(generator.integers(len(surfaces)))]
        names = self._one.get(kind, {}).get(id_) or self._knowledge.needs.get(node, {})
        return names.get(self._language, "")


@cache
def _phrasings() -> Mapping[str, Mapping[str, Sequence[str]]]:
    path = files("makeup_ai.training.pretraining") / "phrasings.json"
    read: dict[str, dict[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
    return read
