"""The answer: one small function an intent, words from phrases, facts from tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from makeup_ai.content import facts, offers, routines
from makeup_ai.content.cautions import cautions
from makeup_ai.content.question import Question
from makeup_ai.recommend.needs import WORDS, Needs
from makeup_ai.recommend.rank import Ranking
from makeup_ai.recommend.routine import RoutineTable
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import LANGUAGES, Caution, Recommendation, SkinReport, Understanding

ASK, EMPTY = "ask", "empty"
"""Beside the intents of the domain: neither intent nor needs were understood; there was nothing to read."""

SMALL_TALK = ("greeting", "thanks")
"""Intents of the domain that ask for nothing."""


class Composed(NamedTuple):
    """What is said, and what it is about.

    Args:
        answer: In the language of the answer.
        cautions: What should be known beside it.
        recommendations: The products it offers: none where the question was not about products.
    """

    answer: str
    cautions: tuple[Caution, ...]
    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """How an intent is answered, and which products belong to the answer; `None` where it is not about products."""

    sentences: Callable[[Question], list[str]]
    offered: Callable[[Question], list[Recommendation]] | None = None


def _one(key: str) -> Route:
    return Route(lambda q: [q.say(key)])


ROUTES: Mapping[str, Route] = {
    "recommend": Route(offers.recommend, offers.ranked),
    "compare": Route(offers.compare, offers.pair_of),
    "routine": Route(routines.plan, routines.steps),
    "shade_match": Route(offers.shade_match, offers.shades),
    "product_info": Route(offers.product_info, offers.ranked),
    "feedback": Route(offers.feedback, offers.alternatives),
    "ingredient_info": Route(facts.ingredient_info),
    "compatibility": Route(facts.compatibility),
    "how_to": Route(facts.how_to),
    "greeting": _one("answer.greeting"),
    "thanks": _one("answer.thanks"),
    "out_of_scope": _one("answer.out_of_scope"),
    ASK: _one("answer.ask"),
    EMPTY: _one("answer.empty"),
}


def route_of(text: str, understanding: Understanding, needs: Needs, tables: Tables) -> str:
    """Choose how to answer: the intent where it is sure; else `recommend` where the words named a need, else `ASK`.

    Words that name a need are no small talk, however sure the model is: "matte lipstick" is a whole question.
    """
    if not text.strip():
        return EMPTY
    intent, named = understanding.intent, needs.came_from(WORDS)
    if intent.confidence >= tables.settings.min_intent and intent.label in ROUTES:
        return "recommend" if named and intent.label in SMALL_TALK else intent.label
    return "recommend" if named else ASK


def compose(
    *,
    text: str,
    understanding: Understanding,
    needs: Needs,
    ranking: Ranking,
    skin: SkinReport | None,
    knowledge: Mapping[str, Any],
    tables: Tables,
    language: str,
    plans: RoutineTable | None = None,
    route: str | None = None,
) -> Composed:
    """Put the answer in words.

    Args:
        text: As written.
        understanding: What was read in it.
        needs: What was gathered.
        ranking: What was found, with names and reasons in the same language.
        skin: What was seen, or `None` without a photo.
        knowledge: The table `knowledge.json`.
        tables: The tables of ranking, phrases among them.
        language: Of the answer; English where it is not a language of the phrases.
        plans: How routines are made; as the package has it where `None`.
        route: Of `ROUTES`, whatever was read; chosen by `route_of` where `None`.
    """
    language = language if language in LANGUAGES else LANGUAGES[0]
    question = Question(text, understanding, needs, ranking, skin, knowledge, tables, language, plans)
    taken = ROUTES[route or route_of(text, understanding, needs, tables)]
    offered = None if taken.offered is None else taken.offered(question)
    return Composed(
        tables.phrases.text(taken.sentences(question), language),
        cautions(question, offered),
        tuple(offered or ()),
    )
