"""What kind of question is asked: patterns and stop words from `asking.json`, checked once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import BundleError
from makeup_ai.knowledge.telling import Statement
from makeup_ai.schema import LANGUAGES
from makeup_ai.search.words import stem

PACKAGED = Path(__file__).parent / "tables" / "asking.json"
"""The table a bundle starts from."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question.

    Args:
        name: `"together"`, `"pregnancy"`, `"price"`, ...
        sharp: Whether it asks for its predicates alone.
        predicates: Of the statements that answer it.
        of: Kinds of nodes it can be asked of; any where empty.
        effects: Effects that answer it, too.
        patterns: Tried on the text in lower case.
    """

    name: str
    sharp: bool
    predicates: tuple[str, ...]
    of: tuple[str, ...]
    effects: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    def is_met(self, told: Sequence[Statement]) -> bool:
        """Whether one of the statements is of this kind."""
        return any(s.predicate in self.predicates or s.object.removeprefix("effect:") in self.effects for s in told)


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are read.

    Args:
        kinds: In the order of the table.
        hostile: What is declined: orders to the assistant, insults, harm.
        stop: Words that carry no topic, as stems.
        stop_han: Chinese ones, the longest first, as one pattern.
    """

    kinds: tuple[Kind, ...]
    hostile: tuple[re.Pattern[str], ...]
    stop: frozenset[str]
    stop_han: re.Pattern[str]

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], *, file: str = "asking.json") -> Asking:
        """Read the table.

        Raises:
            BundleError: A part is missing or of the wrong type.
        """
        try:
            if table["schema"] != 1:
                raise BundleError(f"{file}: expected schema 1. Received: {table['schema']!r}")
            kinds = tuple(
                Kind(
                    str(row["name"]),
                    bool(row["sharp"]),
                    tuple(row["predicates"]),
                    tuple(row.get("of", ())),
                    tuple(row.get("effects", ())),
                    _patterns({language: row[language] for language in LANGUAGES}),
                )
                for row in table["kinds"]
            )
            words = table["stop"]
            longest = sorted(words["zh"].split(), key=len, reverse=True)
            return cls(
                kinds,
                _patterns(table["hostile"]),
                frozenset({word for w in words["en"].split() for word in (w, stem(w))}),
                re.compile("|".join(map(re.escape, longest))),
            )
        except (KeyError, TypeError, AttributeError, re.error) as error:
            raise BundleError(f"{file}: a part is missing or of the wrong kind ({error!r}).") from error

    @classmethod
    def packaged(cls) -> Asking:
        """Read the table that comes with the package.

        Examples:
            >>> asking = Asking.packaged()
            >>> [kind.name for kind, _ in asking.kinds_in("how much does it cost?") if kind.sharp]
            ['strength', 'price', 'use']
        """
        return cls.from_dict(json.loads(PACKAGED.read_text("utf-8")))

    def kinds_in(self, text: str) -> list[tuple[Kind, tuple[tuple[int, int], ...]]]:
        """Find the kinds that a text may be, each with the spans that say so."""
        lower = text.lower() if len(text.lower()) == len(text) else text
        found = []
        for kind in self.kinds:
            spans = tuple(match.span() for pattern in kind.patterns for match in pattern.finditer(lower))
            if spans:
                found.append((kind, spans))
        return found

    def is_hostile(self, text: str) -> bool:
        """Tell whether a text gives orders to the assistant, insults it, or asks for harm."""
        return any(pattern.search(text.lower()) for pattern in self.hostile)


def packaged() -> dict[str, Any]:
    """Read the table a bundle starts from, as JSON."""
    table: dict[str, Any] = json.loads(PACKAGED.read_text("utf-8"))
    return table


def _patterns(table: Mapping[str, list[str]]) -> tuple[re.Pattern[str], ...]:
    """Compile the patterns of every language; the text's own is not asked."""
    return tuple(re.compile(pattern) for language in LANGUAGES for pattern in table[language])
