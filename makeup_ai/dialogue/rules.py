"""`dialogue.json`: what people say in conversations beside what they need, checked once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import BundleError
from makeup_ai.text.normalise import normalise

PACKAGED = Path(__file__).parent / "tables" / "dialogue.json"
"""The table a bundle starts from."""

Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class FeedbackRule:
    """One thing said of a product, and what follows from it.

    Args:
        name: End of the phrase's key.
        rating: From 1 to 5 that the product gets, or `None`.
        needs: `slot:value` that counts from now on.
        dislikes: Ingredients or groups that are not wanted any more.
        below: Whether products have to be cheaper from now on.
        patterns: Tried on the normalised text.
    """

    name: str
    rating: float | None
    needs: tuple[str, ...]
    dislikes: tuple[str, ...]
    below: bool
    patterns: Patterns


@dataclass(frozen=True, slots=True)
class Asking:
    """When a need that is missing is asked for.

    Args:
        most: Questions of a conversation.
        least: Expected share of the top products that an answer would change.
        values: Plausible answers tried for each slot, those of most products.
        top: How many products count as the top.
        slots: That can be asked for.
        prices: Shares of the offered products' prices that stand for answers about a budget.
    """

    most: int
    least: float
    values: int
    top: int
    slots: tuple[str, ...]
    prices: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DialogueTable:
    """How conversations are read.

    Args:
        acts: Name -> patterns.
        feedback: In the order in which they are tried.
        ordinals: Place in the last list, from 1, or -1 for the last -> patterns.
        habits: Habit of a profile -> words that tell of it where a routine is asked for.
        age: Words in which people tell their age, the figures in group 1.
        marks: Name of a little word (`"also"`, `"skip"`, `"yes"`) -> patterns.
        blend: Slot -> `(one, other, what both together are)`.
        trusted: Slots whose known words count whatever the model thinks of them.
        single: Slots of which a later value stands in place of the earlier.
        confirm: Slots of which another value is confirmed first.
        asking: When to ask.
        longest_answer: Characters up to which a text may be a bare answer.
        longest_topic: Characters of the topic that are kept.
        fact_intents: Intents that ask for facts.
        fact_least: Confidence from which such an intent is believed.
    """

    acts: Mapping[str, Patterns]
    feedback: tuple[FeedbackRule, ...]
    ordinals: Mapping[int, Patterns]
    habits: Mapping[str, Patterns]
    age: Patterns
    marks: Mapping[str, Patterns]
    blend: Mapping[str, tuple[tuple[str, str, str], ...]]
    trusted: tuple[str, ...]
    single: tuple[str, ...]
    confirm: tuple[str, ...]
    asking: Asking
    longest_answer: int
    longest_topic: int
    fact_intents: tuple[str, ...]
    fact_least: float

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], *, file: str = "dialogue.json") -> DialogueTable:
        """Read the table.

        Raises:
            BundleError: A part is missing or of the wrong kind.
        """
        if table.get("schema") != 1:
            raise BundleError(f"{file}: expected schema 1. Received: {table.get('schema')!r}")
        try:
            questions = table["questions"]
            marks = ("also", "correcting", "skip", "yes", "no", "earlier", "later", "both", "amount")
            return cls(
                acts={str(name): _patterns(rows) for name, rows in table["acts"].items()},
                feedback=tuple(_feedback(row) for row in table["feedback"]),
                ordinals={int(place): _patterns(rows) for place, rows in table["refer"]["ordinals"].items()},
                habits={str(habit): _patterns(rows) for habit, rows in table["habits"].items()},
                age=_patterns(table["age"]),
                marks={name: _patterns(table[name]) for name in marks},
                blend={slot: tuple((a, b, c) for a, b, c in rows) for slot, rows in table["blend"].items()},
                trusted=tuple(table["trusted"]),
                single=tuple(table["single"]),
                confirm=tuple(table["confirm"]),
                asking=Asking(
                    int(questions["most"]),
                    float(questions["least"]),
                    int(questions["values"]),
                    int(questions["top"]),
                    tuple(questions["slots"]),
                    tuple(float(share) for share in questions["prices"]),
                ),
                longest_answer=int(table["longest_answer"]),
                longest_topic=int(table["longest_topic"]),
                fact_intents=tuple(table["fact_intents"]["labels"]),
                fact_least=float(table["fact_intents"]["least"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
            raise BundleError(f"{file}: a part is missing or of the wrong kind ({error!r})") from error

    @classmethod
    def packaged(cls) -> DialogueTable:
        """Read the table that comes with the package.

        Examples:
            >>> DialogueTable.packaged().is_act("cheaper", "Something cheaper, please")
            True
        """
        table: dict[str, Any] = json.loads(PACKAGED.read_text("utf-8"))
        return cls.from_dict(table)

    def age_in(self, text: str) -> int | None:
        """Read the age that a text tells, in whole years.

        Examples:
            >>> DialogueTable.packaged().age_in("I'm 15, and have pimples")
            15
        """
        plain = normalise(text)[0]
        return next((int(match[1]) for pattern in self.age if (match := pattern.search(plain))), None)

    def is_act(self, name: str, text: str) -> bool:
        """Whether a text does this."""
        return found(self.acts[name], text)

    def is_mark(self, name: str, text: str) -> bool:
        """Whether a text has, or is, this little word."""
        return found(self.marks[name], text)


def found(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether any pattern is in a text, however it is cased or spelled in width."""
    plain = normalise(text)[0]
    return any(pattern.search(plain) for pattern in patterns)


def _patterns(rows: Mapping[str, Iterable[str]]) -> Patterns:
    """Compile the patterns of every language: people mix them."""
    return tuple(re.compile(pattern, re.ASCII) for listed in rows.values() for pattern in listed)


def _feedback(row: Mapping[str, Any]) -> FeedbackRule:
    rating = row.get("rating")
    return FeedbackRule(
        str(row["name"]),
        None if rating is None else float(rating),
        tuple(row.get("needs", ())),
        tuple(row.get("dislikes", ())),
        bool(row.get("below", False)),
        _patterns({"en": row["en"], "zh": row["zh"]}),
    )
