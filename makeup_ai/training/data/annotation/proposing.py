"""First answers for a person to correct: what may propose them, and what the knowledge finds in a text by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from makeup_ai.knowledge.mentions import find_mentions
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.schema import Slot
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import MAX_CHARACTERS
from makeup_ai.training.data.annotation.records import Annotation
from makeup_ai.training.data.examples import Example

SPANS = "spans"
"""Key of the spans' labels in `Proposer.choices`; the other keys are fields of an example."""
KNOWLEDGE = "knowledge"
INGREDIENT = "ingredient"
"""The slot that an ingredient of the graph fills."""


class Proposer(Protocol):
    """What may propose spans and labels."""

    @property
    def name(self) -> str:
        """What its proposals are signed with."""

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The labels that it knows, by field; those of spans under `SPANS`."""

    def propose(self, examples: Sequence[Example]) -> list[Annotation]:
        """Return one annotation an example, with what is proposed in the place of what was known."""


@dataclass(frozen=True, slots=True)
class KnowledgeProposer:
    """Proposes the words of the domain and the ingredients of the graph.

    What a pattern of the domain finds ("allergic to ...") is sure: confidence 1. An ingredient has that of its link. A
    known word has one divided by the number of slots that know it, since it may mean any of them. Where two overlap,
    patterns come first, then the longer one, then the surer. A text is as sure as its least sure span, and a text in
    which nothing is found has confidence 0: the knowledge has nothing to say about it. As in the models, what lies
    beyond `MAX_CHARACTERS` of a text is not read.

    Args:
        lexicon: Of the domain.
        linker: Whose names of ingredients are known.
    """

    lexicon: Lexicon
    linker: PackLinker

    @property
    def name(self) -> str:
        """What its proposals are signed with."""
        return KNOWLEDGE

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The slots of the domain."""
        return {SPANS: tuple(dict.fromkeys((*self.lexicon.domain["slots"], INGREDIENT)))}

    def propose(self, examples: Sequence[Example]) -> list[Annotation]:
        """Return the spans that are found in each text."""
        return [self._propose(example) for example in examples]

    def _propose(self, example: Example) -> Annotation:
        text = example.text[:MAX_CHARACTERS]
        patterns = self.lexicon.find_patterns(text)
        words = self.lexicon.meant(text, [*self._words(text), *self._ingredients(text)])
        kept: list[Slot] = []
        ranked = (*sorted(patterns, key=_rank), *sorted(words, key=_rank))
        for slot in ranked:
            if slot.start < slot.end and not any(s.start < slot.end and slot.start < s.end for s in kept):
                kept.append(slot)
        spans = tuple(sorted((slot.start, slot.end, slot.slot) for slot in kept))
        confidence = min((slot.confidence for slot in kept), default=0.0)
        return Annotation(replace(example, slots=spans), self.name, confidence)

    def _words(self, text: str) -> list[Slot]:
        found = self.lexicon.mentions(text)
        return [
            replace(one, confidence=1 / len({s.slot for s in found if s.start < one.end and one.start < s.end}))
            for one in found
        ]

    def _ingredients(self, text: str) -> list[Slot]:
        return [
            Slot(INGREDIENT, text[found.start : found.end], None, found.start, found.end, found.mention.confidence)
            for found in find_mentions(text, self.linker)
        ]


def _rank(slot: Slot) -> tuple[int, float, int, str]:
    return (slot.start - slot.end, -slot.confidence, slot.start, slot.slot)


@dataclass(frozen=True, slots=True)
class Together:
    """Proposes what the first of two says, and the spans of the second that overlap none of it.

    The confidence is the first one's, whose training is to gain from the work.
    """

    first: Proposer
    second: Proposer

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first.name}+{self.second.name}"

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The labels that either knows."""
        first, second = self.first.choices, self.second.choices
        return {
            field: tuple(dict.fromkeys((*first.get(field, ()), *second.get(field, ()))))
            for field in {**first, **second}
        }

    def propose(self, examples: Sequence[Example]) -> list[Annotation]:
        """Return one annotation an example."""
        pairs = zip(self.first.propose(examples), self.second.propose(examples), strict=True)
        return [replace(one, example=_joined(one.example, other.example), proposer=self.name) for one, other in pairs]


def _joined(first: Example, second: Example) -> Example:
    own = first.slots or ()
    more = [s for s in second.slots or () if all(s[1] <= start or end <= s[0] for start, end, _ in own)]
    return replace(first, slots=tuple(sorted((*own, *more))))


ORDERS: Mapping[str, Callable[[Iterable[Annotation]], list[Annotation]]] = {
    "given": list,
    "uncertain": lambda annotations: sorted(annotations, key=lambda annotation: annotation.confidence),
}
"""Order of the work: as the texts came, or the least confident first (Lewis and Gale, 1994)."""


def ordered(annotations: Iterable[Annotation], order: str) -> list[Annotation]:
    """Put annotations in an order of `ORDERS`; those that are as sure stay as they came.

    Raises:
        ValueError: The order is unknown.
    """
    if order not in ORDERS:
        raise ValueError(f"Unknown order. Expected one of {sorted(ORDERS)}. Received: order={order!r}")
    return ORDERS[order](annotations)
