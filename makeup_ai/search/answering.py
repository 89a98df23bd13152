"""The answer to a question: what is declined, what is for a doctor, and else statements that are cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.telling import Statement
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.search.evidence import Embed, Evidence
from makeup_ai.search.faq import Faq
from makeup_ai.search.kinds import Asking
from makeup_ai.search.naming import Namer
from makeup_ai.search.products import Found, ProductSearch
from makeup_ai.search.question import Asked
from makeup_ai.search.ranked import Weights
from makeup_ai.search.routes import MIXED, Limits, Search, statements_for

EMPTY, DECLINED, OFF_TOPIC, UNKNOWN = "empty", "declined", "off_topic", "unknown"
"""Why nothing is answered: nothing to read; orders or harm; not our subject; nothing on record."""
UNSURE = 0.5
"""Confidence below which a statement is said to be a rule of thumb."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A statement that an answer is made of.

    Args:
        id: Of the statement (`"niacinamide/effect/hydration"`, `"product/NIN-SER-001/price"`, `"faq/returns"`).
        text: In the language of the answer; it stands in the answer word for word.
        source: Where it is from.
        confidence: In (0, 1].
        contested: Whether the evidence is disputed; the text says so.
    """

    id: str
    text: str
    source: str
    confidence: float
    contested: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Args:
        language: Of the answer, `"en"` or `"zh"`.
        answer: The sentences of the citations, behind what is said of a red flag, if anything.
        citations: In the order of the sentences; empty where nothing is answered.
        refused: Whether the question is not answered.
        because: `EMPTY`, `DECLINED`, `OFF_TOPIC` or `UNKNOWN`; `None` unless refused.
        red_flag: Whether the text speaks of something for a doctor; the answer begins with that.
        flagged: The words that say so, or `None`.
        coverage: How much of the question the citations speak of, in [0, 1].
    """

    language: str
    answer: str
    citations: tuple[Citation, ...]
    refused: bool
    because: str | None
    red_flag: bool
    flagged: str | None
    coverage: float


class Answering:
    """Answers questions from what a bundle holds; the same question always gets the same answer.

    Args:
        knowledge: The graph.
        tables: The catalogue, the settings with the red flags, and every sentence.
        asking: How questions are read.
        faq: Of the brand; may be empty.
        embed: The understanding model's embedding, or `None` to go by words alone.
        weights: Of the signs of a statement.
        limits: Of the answer.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        tables: Tables,
        asking: Asking,
        faq: Sequence[Faq] = (),
        embed: Embed | None = None,
        weights: Weights | None = None,
        limits: Limits | None = None,
    ):
        self.tables, self.asking = tables, asking
        self.evidence = Evidence(knowledge, tables, faq, embed)
        self.namer = Namer(knowledge, tables)
        self.products = ProductSearch(tables)
        self.weights, self.limits = weights or Weights(), limits or Limits()

    def ask(self, text: str, language: str, needs: Needs, vector: Sequence[float] = ()) -> Answer:
        """Answer a question.

        Args:
            text: As written; what it orders is not followed.
            language: Of the answer, `"en"` or `"zh"`.
            needs: As `gather` read them in the text.
            vector: The text's embedding, or empty.
        """
        if not text.strip():
            return self._refuse(language, EMPTY, "answer.empty")
        if (flagged := self._red_flag(text)) is not None:
            return self._medical(text, language, flagged)
        if self.asking.is_hostile(text):
            return self._refuse(language, DECLINED, "ask.declined")
        asked = Asked.read(text, language, self.namer, self.asking)
        search = Search(asked, needs, tuple(vector), self.evidence, self.products, self.weights, self.limits)
        told = statements_for(search)
        texts = [self.evidence.words_of(statement, language) for statement in told]
        index = self.evidence.bm25(language)
        coverage = asked.coverage(told, texts, index.rarity)
        quoted = any(statement.predicate == "answers" for statement in told)  # matched by its question already
        if not told or (coverage < self.limits.least and not quoted):
            return self._unknown(asked, coverage)
        return self._answer(language, told, coverage)

    def search(self, text: str, language: str, needs: Needs, vector: Sequence[float] = (), top: int = 10) -> Found:
        """Find products; see `ProductSearch.find`."""
        return self.products.find(Asked.read(text, language, self.namer, self.asking), needs, vector, top)

    def _red_flag(self, text: str) -> str | None:
        found = (flag.search(text.lower()) for flag in self.tables.settings.red_flags)
        return next((match[0] for match in found if match), None)

    def _medical(self, text: str, language: str, flagged: str) -> Answer:
        """Send to a doctor first; of ingredients that are named only cautions about pregnancy are told."""
        first = self.tables.phrases.render("caution.medical", language, text=flagged)
        asked = Asked.read(text, language, self.namer, self.asking)
        told: list[Statement] = []
        if asked.is_kind("pregnancy"):
            facts = (fact for node in asked.nodes("ingredient") for fact in self.evidence.about(node))
            told = [fact for fact in facts if fact.predicate == "pregnancy" and fact.object != "ok"]
        answer = self._answer(language, told, 0.0)
        text = self.tables.phrases.text([first, answer.answer], language)
        return Answer(language, text, answer.citations, False, None, True, flagged, 0.0)

    def _answer(self, language: str, told: Sequence[Statement], coverage: float) -> Answer:
        sentences = [statement.text[language] for statement in told]
        if any(statement.confidence < UNSURE and not statement.contested for statement in told):
            sentences.append(self.tables.phrases.render("ask.unsure", language))
        citations = tuple(Citation(s.id, s.text[language], s.source, s.confidence, s.contested) for s in told)
        text = self.tables.phrases.text(sentences, language)
        return Answer(language, text, citations, False, None, False, None, coverage)

    def _unknown(self, asked: Asked, coverage: float) -> Answer:
        things = [named for named in asked.named if named.of(*MIXED)]
        if len(things) > 1 and asked.is_kind("together"):
            first, second = (asked.text[named.start : named.end] for named in things[:2])
            return self._refuse(asked.language, UNKNOWN, "ask.unknown_pair", coverage, first=first, second=second)
        if asked.named:
            return self._refuse(asked.language, UNKNOWN, "ask.unknown", coverage)
        return self._refuse(asked.language, OFF_TOPIC, "answer.out_of_scope", coverage)

    def _refuse(self, language: str, because: str, key: str, coverage: float = 0.0, **fields: str) -> Answer:
        text = self.tables.phrases.render(key, language, **fields)
        return Answer(language, text, (), True, because, False, None, coverage)
