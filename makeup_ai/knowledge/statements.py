"""Every fact of the knowledge as a statement with words, a source and a confidence: what answers cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import overload

from makeup_ai.knowledge import telling
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.telling import Statement

WIDER = ("with", "care", "law")
"""Predicates that a family or group passes on to its members."""


@dataclass(frozen=True)
class Statements(Sequence[Statement]):
    """All statements of a knowledge, in the order of its tables.

    Args:
        all: Each id once.

    Examples:
        >>> facts = Statements.of(Knowledge.load())
        >>> facts["niacinamide/effect/sebum_control"].text["zh"]
        '烟酰胺可调节油脂分泌，对出油、油性肌肤、混合性肌肤和毛孔粗大有帮助，但可能对干性肌肤不利。'
        >>> [s.id for s in facts.about("ingredient:retinol", wider=True) if s.object == "group:aha"]
        ['retinoid/with/aha']
    """

    all: tuple[Statement, ...]

    @classmethod
    def of(cls, knowledge: Knowledge) -> Statements:
        """Tell everything that a knowledge holds."""
        return cls(tuple(telling.everything(knowledge)))

    @cached_property
    def by_id(self) -> Mapping[str, Statement]:
        """Statement id -> statement."""
        return {statement.id: statement for statement in self.all}

    @cached_property
    def _by_node(self) -> Mapping[str, tuple[Statement, ...]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.all:
            for node in dict.fromkeys((statement.subject, statement.object)):
                found.setdefault(node, []).append(statement)
        return {node: tuple(listed) for node, listed in found.items()}

    def about(self, node: str, *, wider: bool = False) -> tuple[Statement, ...]:
        """Give the statements of which a node is the subject or the object, in their order.

        Args:
            node: Such as `"ingredient:retinol"`, `"group:aha"`, `"effect:hydration"`, `"concern:acne"`.
            wider: Whether the rules about its family and groups come behind its own.
        """
        own = self._by_node.get(node, ())
        if not wider:
            return own
        over = [s.object for s in own if s.subject == node and s.predicate in ("member", "family")]
        passed = chain.from_iterable(self._by_node.get(above, ()) for above in over)
        return tuple({s.id: s for s in (*own, *(s for s in passed if s.predicate in WIDER))}.values())

    @overload
    def __getitem__(self, key: int | str) -> Statement: ...

    @overload
    def __getitem__(self, key: slice) -> Sequence[Statement]: ...

    def __getitem__(self, key: int | str | slice) -> Statement | Sequence[Statement]:
        """Give a statement by its place or its id.

        Raises:
            KeyError: There is no such id.
            IndexError: There is no such place.
        """
        return self.by_id[key] if isinstance(key, str) else self.all[key]

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.all)
