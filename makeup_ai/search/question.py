"""One question, read: what it names, what kind it is, and the words that are left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from makeup_ai.knowledge.telling import Statement
from makeup_ai.search.kinds import Asking, Kind
from makeup_ai.search.naming import NEEDS, Named, Namer
from makeup_ai.search.words import Token, stem, terms, tokens, units

LONGEST = 1_000
"""Characters of a question that are read."""
HAN_WEIGHT = 0.5
"""Weight of a Chinese character beside a word."""
KIND_WEIGHT, SHARP_WEIGHT = 0.5, 1.5
"""Weight of the kind that was asked for, where it is told, beside a name; of one that asks for just that."""
SHARED = 4
"""Letters from the start of a word that it shares with another form of it (`firm`, `firmness`)."""


@dataclass(frozen=True)
class Asked:
    """A question with everything that is read in it.

    Args:
        text: As written, up to `LONGEST` characters.
        language: Of the answer.
        named: From left to right.
        kinds: Each with the spans that say so.
        asking: The table it was read with.
    """

    text: str
    language: str
    named: tuple[Named, ...]
    kinds: tuple[tuple[Kind, tuple[tuple[int, int], ...]], ...]
    asking: Asking

    @classmethod
    def read(cls, text: str, language: str, namer: Namer, asking: Asking) -> Asked:
        """Read a question."""
        text = text[:LONGEST]
        return cls(text, language, namer.find(text), tuple(asking.kinds_in(text)), asking)

    def nodes(self, *kinds: str) -> tuple[str, ...]:
        """Give the nodes of these kinds that are named, each once, in order."""
        return tuple(dict.fromkeys(node for named in self.named for node in named.of(*kinds)))

    def wishes(self) -> tuple[str, ...]:
        """Give the needs that are named; a word for a kind of product (`防晒`) wishes for nothing else."""
        return tuple(node for named in self.named if not named.of("category") for node in named.of(*NEEDS))

    def is_kind(self, *names: str) -> bool:
        """Whether the question may be of one of these kinds."""
        return any(kind.name in names for kind, _ in self.kinds)

    @cached_property
    def terms(self) -> list[str]:
        """The terms of the whole text, for the index."""
        return terms(self.text)

    def topic(self, rarity: Callable[[str], float], *, own: bool = True) -> dict[str, float]:
        """Give the stems and characters that carry a topic, with how telling they are.

        Args:
            rarity: Of a term, in [0, 1].
            own: Whether names and what asks for a sharp kind are among them.
        """
        idle = list(self._idle)
        if not own:
            idle += [(named.start, named.end) for named in self.named]
            idle += [span for kind, found in self.kinds if kind.sharp for span in found]
        cut = [t for t in tokens(self.text) if not _in(t, idle) and t.text not in self.asking.stop]
        return {
            unit: HAN_WEIGHT if token.is_han else max(rarity(unit), HAN_WEIGHT)
            for token, unit in zip(cut, _units(cut), strict=True)
            if unit not in self.asking.stop
        }

    @cached_property
    def _idle(self) -> list[tuple[int, int]]:
        """Spans of Chinese words without topic."""
        return [match.span() for match in self.asking.stop_han.finditer(self.text)]

    def rest_of(self, told: Iterable[Statement]) -> tuple[Token, ...]:
        """Give the tokens that are neither a name, nor what asks for a kind that is told, nor a word without topic."""
        told = list(told)
        spans = [(named.start, named.end) for named in self.named]
        spans += [span for kind, found in self.kinds if not kind.predicates or kind.is_met(told) for span in found]
        spans += self._idle
        return tuple(
            token
            for token in tokens(self.text)
            if not _in(token, spans) and token.text not in self.asking.stop and stem(token.text) not in self.asking.stop
        )

    def coverage(self, told: Sequence[Statement], texts: Iterable[str], rarity: Callable[[str], float]) -> float:
        """Say how much of the question an answer speaks of, in [0, 1].

        Names, the kind that was asked for, and what is left over are weighed against each other. What is left over
        counts where the answer has it; words that ask for another kind than was told never do, unless a FAQ answers.

        Args:
            told: The answer's statements.
            texts: The words they are found by.
            rarity: How telling a term is, in [0, 1].
        """
        spoken = {stem(unit) for text in texts for unit in units(text)}
        met = [SHARP_WEIGHT if kind.sharp else KIND_WEIGHT for kind, _ in self.kinds if kind.is_met(told)]
        whole = bool(self.named) or self.is_kind("routine")  # any other kind alone is about nothing
        have = len(self.named) + max(met, default=0.0) if whole else 0.0
        starts = {word[:SHARED] for word in spoken if len(word) >= SHARED}
        quoted = any(statement.predicate == "answers" for statement in told)
        unmet = [] if quoted else [span for kind, found in self.kinds if kind.sharp for span in found]
        lack = 0.0
        rest = self.rest_of(told)
        for token, unit in zip(rest, _units(rest), strict=True):
            weight = HAN_WEIGHT if token.is_han else max(rarity(unit), HAN_WEIGHT)
            if not _in(token, unmet) and (unit in spoken or (unit[:SHARED] in starts and len(unit) >= SHARED)):
                have += weight
            else:
                lack += weight
        return have / (have + lack) if have + lack else 0.0


def _in(token: Token, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= token.start and token.end <= end for start, end in spans)


def _units(cut: Sequence[Token]) -> list[str]:
    return [token.text if token.is_han else stem(token.text) for token in cut]
