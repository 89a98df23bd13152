"""Which statements answer a question best: their words, what they are about, their kind, their likeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.telling import Statement
from makeup_ai.search.evidence import Evidence
from makeup_ai.search.question import Asked

THINGS = ("ingredient", "group", "product", "category", "function")
"""Kinds of nodes that a statement can be about; needs and effects are what it says of them."""


OPEN = {"is": 0.6, "about": 0.6, "effect": 0.55}
"""What is told of a thing that is only named, and what that is worth."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts; each sign is in [0, 1].

    Args:
        words: BM25, beside the best of all statements.
        about: Share of the names that the statement is about.
        kind: Whether it is of the kind that was asked for.
        sure: Its confidence.
        like: Cosine of the embeddings; 0 where the model has none.
    """

    words: float = 0.5
    about: float = 1.0
    kind: float = 1.0
    sure: float = 0.2
    like: float = 0.1


class Hit(NamedTuple):
    """A statement and its score."""

    statement: Statement
    score: float


def rank(
    asked: Asked,
    evidence: Evidence,
    candidates: Iterable[Statement],
    weights: Weights,
    vector: Sequence[float] = (),
    likened: int = 16,
) -> list[Hit]:
    """Order statements by how well they answer, best first; equal ones keep their order.

    Args:
        asked: The question.
        evidence: For words and likeness.
        candidates: Statements, each once.
        weights: Of the signs.
        vector: The question's embedding, or empty.
        likened: How many of the best are compared by embedding: it costs a pass of the model each, once.
    """
    statements = list({statement.id: statement for statement in candidates}.values())
    words = _words(asked, evidence, statements)
    scored = [
        Hit(
            statement,
            weights.words * spoken
            + weights.about * _about(asked, statement, evidence.knowledge)
            + weights.kind * _kind(asked, statement)
            + weights.sure * statement.confidence,
        )
        for statement, spoken in zip(statements, words, strict=True)
    ]
    scored.sort(key=lambda hit: -hit.score)
    if weights.like and evidence.embed is not None:
        head = scored[:likened]
        likeness = evidence.likeness(vector, [hit.statement for hit in head], asked.language)
        head = [Hit(h.statement, h.score + weights.like * max(x, 0.0)) for h, x in zip(head, likeness, strict=True)]
        scored = [*sorted(head, key=lambda hit: -hit.score), *scored[likened:]]
    return scored


def _words(asked: Asked, evidence: Evidence, statements: Sequence[Statement]) -> list[float]:
    scores = evidence.bm25(asked.language).scores(asked.terms)
    most = float(scores.max()) if scores.size else 0.0
    if most <= 0:
        return [0.0] * len(statements)
    rows = [evidence.row_of.get(statement.id) for statement in statements]
    return [0.0 if row is None else float(scores[row]) / most for row in rows]


def _about(asked: Asked, statement: Statement, knowledge: Knowledge) -> float:
    """Share of the names in the question that a statement speaks of."""
    if not asked.named:
        return 0.0
    spoken = spoken_of(statement, knowledge)
    return sum(max((spoken.get(node, 0.0) for node in named.nodes), default=0.0) for named in asked.named) / len(
        asked.named
    )


def spoken_of(statement: Statement, knowledge: Knowledge) -> Mapping[str, float]:
    """Give the nodes that a statement speaks of: its ends wholly, the needs behind its effect by their weight.

    A rule about a group speaks of its members, a little less.
    """
    found = {statement.subject: 1.0, statement.object: 1.0}
    effect = knowledge.effects.get(statement.object.removeprefix("effect:"))
    if effect is not None:
        for need, weight in {**effect.hurts, **effect.helps}.items():
            found[need] = max(found.get(need, 0.0), weight)
    for node in (statement.subject, statement.object):
        if statement.predicate in ("with", "care", "law", "covers", "member") and node.startswith("group:"):
            id_ = node.removeprefix("group:")
            found.update(
                {f"ingredient:{item.id}": 0.9 for item in knowledge.ingredients.values() if id_ in item.groups}
            )
    return found


def _kind(asked: Asked, statement: Statement) -> float:
    """1 where it answers a sharp kind that was asked, 0.5 a loose one; the effect behind a sharp kind counts less."""
    if not asked.kinds:
        return OPEN.get(statement.predicate, 0.0)
    best = 0.0
    subject = statement.subject.partition(":")[0]
    for kind, _ in asked.kinds:
        if kind.of and subject not in kind.of:
            continue
        if statement.predicate in kind.predicates:
            # the earlier of a loose kind's predicates is the better one
            best = max(best, 1.0 if kind.sharp else 0.6 - 0.05 * kind.predicates.index(statement.predicate))
        elif statement.object.removeprefix("effect:") in kind.effects:
            best = max(best, 0.8)
    return best


def pick(hits: Sequence[Hit], most: int, near: float) -> list[Statement]:
    """Take the best hits: at most so many, and none that is further from the best than `near` times its score."""
    if not hits:
        return []
    floor = hits[0].score * near
    return [hit.statement for hit in hits[:most] if hit.score >= floor]


def best_rows(scores: np.ndarray, most: int) -> list[int]:
    """Give the rows with the highest scores above 0, best first, equal ones by row."""
    order = np.lexsort((np.arange(len(scores)), -scores))[:most]
    return [int(row) for row in order if scores[row] > 0]
