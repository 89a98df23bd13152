"""Templates: sentences with holders for slots, references to rules, and choices.

"{category/plural}"   a surface of the slot, in one of the forms that the file's `forms` table describes
"[self]"              one alternative of the split's rule of that name
"[clause+]"           one to three different alternatives of it, in random order
"<ok|great>"          one of the alternatives, which may be empty
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from random import Random
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.training.data.money import Money

SPLITS = ("train", "valid", "test")
MOST_CLAUSES = 3

_TOKEN = re.compile(r"\{([a-z_]+)(?:/([a-z]+))?\}|\[([a-z]+)(\+?)\]|<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an utterance; `slot` is empty outside of slots, `value` is `None` where the words are unknown."""

    text: str
    slot: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A place for a surface of a slot in one of its forms."""

    slot: str
    form: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    many: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    alternatives: tuple[str, ...]


_Part = str | Holder | _Rule | _Choice
Fill = Callable[[Holder], Piece]


@dataclass(frozen=True, slots=True)
class Template:
    """One template.

    Args:
        id: Unique among all files: language, split, intent and place in the list.
        text: In the notation of this module.
        sentiment: Of what it says, or `None`.
    """

    id: str
    text: str
    sentiment: str | None = None


@dataclass(frozen=True)
class Grammar:
    """The templates of one language.

    Args:
        language: Of the texts.
        mix: Weight of each intent; those not named weigh 1.
        money: Forms of amounts, for the slots that are budgets.
        forms: Slot -> form -> regular expression that a surface of that form matches. The form `""` is the usual one.
        unknown: Slot -> words that are in nobody's lexicon, which the tagger should find all the same.
        join: What stands between the alternatives of `[rule+]`.
        templates: Split -> intent -> templates.
        rules: Split -> rule -> alternatives. `opener` and `closer` go around whole utterances.
    """

    language: str
    mix: Mapping[str, float]
    money: Money
    forms: Mapping[str, Mapping[str, str]]
    unknown: Mapping[str, tuple[str, ...]]
    join: tuple[str, ...]
    templates: Mapping[str, Mapping[str, tuple[Template, ...]]]
    rules: Mapping[str, Mapping[str, tuple[str, ...]]]
    _parts: dict[str, tuple[_Part, ...]] = field(init=False, repr=False, default_factory=dict)

    def expand(self, text: str, split: str, rng: Random, fill: Fill) -> list[Piece]:
        """Turn a template into pieces.

        Args:
            text: In the notation of this module.
            split: Whose rules are used.
            rng: Of all random choices.
            fill: Called for each holder, in the order of the text.
        """
        pieces: list[Piece] = []
        for part in self._parse(text):
            if isinstance(part, str):
                pieces.append(Piece(part))
            elif isinstance(part, Holder):
                pieces.append(fill(part))
            elif isinstance(part, _Choice):
                pieces.extend(self.expand(rng.choice(part.alternatives), split, rng, fill))
            else:
                alternatives = self.rules[split][part.name]
                count = rng.randint(1, min(MOST_CLAUSES, len(alternatives))) if part.many else 1
                for number, alternative in enumerate(rng.sample(alternatives, count)):
                    if number:
                        pieces.append(Piece(rng.choice(self.join)))
                    pieces.extend(self.expand(alternative, split, rng, fill))
        return pieces

    def _parse(self, text: str) -> tuple[_Part, ...]:
        if text not in self._parts:
            parts: list[_Part] = []
            done = 0
            for match in _TOKEN.finditer(text):
                parts.append(text[done : match.start()])
                slot, form, rule, many, choice = match.groups()
                if slot is not None:
                    parts.append(Holder(slot, form or ""))
                elif rule is not None:
                    parts.append(_Rule(rule, bool(many)))
                else:
                    parts.append(_Choice(tuple(choice.split("|"))))
                done = match.end()
            parts.append(text[done:])
            self._parts[text] = tuple(part for part in parts if part != "")
        return self._parts[text]


def load_grammar(file: Traversable | Path) -> Grammar:
    """Read a file of templates and check its notation.

    Raises:
        DataError: The file is no JSON of this layout, or a template refers to a rule that its split does not have.
    """
    try:
        table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        language = table["language"]
        templates = {
            split: {
                intent: tuple(
                    Template(f"{language}/{split}/{intent}/{n}", *([entry] if isinstance(entry, str) else entry))
                    for n, entry in enumerate(entries)
                )
                for intent, entries in table["splits"][split]["templates"].items()
            }
            for split in SPLITS
        }
        rules = {
            split: {name: tuple(entries) for name, entries in table["splits"][split]["rules"].items()}
            for split in SPLITS
        }
        grammar = Grammar(
            language,
            dict(table["mix"]),
            Money(**{name: tuple(entries) for name, entries in table["money"].items()}),
            dict(table["forms"]),
            {slot: tuple(words) for slot, words in table["unknown"].items()},
            tuple(table["join"]),
            templates,
            rules,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"Expected a file of templates: {error!r}", file=file.name) from error
    for split in SPLITS:
        bodies = [entry.text for entries in templates[split].values() for entry in entries]
        for body in (*bodies, *(entry for entries in rules[split].values() for entry in entries)):
            for name in re.findall(r"\[([a-z]+)\+?\]", body):
                if name not in rules[split]:
                    raise DataError(
                        f"Split {split!r} has the rules {sorted(rules[split])}. Received: [{name}] in {body!r}",
                        file=file.name,
                    )
    return grammar
