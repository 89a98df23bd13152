"""Patterns over a text whose known words are placeholders; what they are written in stands in `lexicon`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Private-use characters stand for "any surface of the slot", "any number", "any currency mark" in patterns, so that
# a pattern needs no alternation of thousands of words.
VALUE, NUMBER, MARK = "\ue000", "\ue001", "\ue002"
_MONEY = f"(?:{MARK}\\s?{NUMBER}(?:\\s?{MARK})?|{NUMBER}\\s?{MARK})"
_AMOUNT = f"(?:{MARK}\\s?)?{NUMBER}(?:\\s?{MARK})?"


@dataclass(frozen=True, slots=True)
class Net:
    """The compiled patterns of one slot; `fixed` match the text itself and carry their value, `unknown` have none."""

    language: str
    patterns: tuple[re.Pattern[str], ...]
    exceptions: tuple[re.Pattern[str], ...]
    fixed: tuple[tuple[re.Pattern[str], str], ...]
    unknown: tuple[re.Pattern[str], ...]


def compile_nets(rule: Mapping[str, Any]) -> tuple[Net, ...]:
    """Compile `patterns`, `unknown` and `except` of a slot, a net for each language."""

    def compiled(source: str) -> re.Pattern[str]:
        separator = rule.get("separator", "")
        values = f"{VALUE}(?:{separator}{VALUE})*" if separator else VALUE
        macros = {"{values}": values, "{value}": VALUE, "{money}": _MONEY, "{amount}": _AMOUNT, "{number}": NUMBER}
        for name, meaning in macros.items():
            source = source.replace(name, meaning)
        return re.compile(source, re.ASCII | re.IGNORECASE)  # ASCII: \b, \s, \d, \w as in JavaScript

    # Of every language: a pattern as short as "{value}" is the same in all of them.
    exceptions = tuple(compiled(entry) for entries in rule.get("except", {}).values() for entry in entries)
    return tuple(
        Net(
            language,
            tuple(compiled(entry) for entry in entries if isinstance(entry, str)),
            exceptions,
            tuple((compiled(entry[0]), entry[1]) for entry in entries if not isinstance(entry, str)),
            tuple(compiled(entry) for entry in rule.get("unknown", {}).get(language, ())),
        )
        for language, entries in rule["patterns"].items()
    )


class Marked:
    """A text in which each span is replaced by one placeholder, and the way back."""

    def __init__(self, plain: str, spans: Sequence[tuple[int, int, str, str]]):
        pieces: list[str] = []
        self._at: dict[int, tuple[int, int, str, str]] = {}
        length = done = 0
        for span in spans:
            start, end, placeholder, _ = span
            if start < done:
                continue
            pieces.append(plain[done:start])
            length += start - done
            self._at[length] = span
            pieces.append(placeholder)
            length += 1
            done = end
        self.text = "".join((*pieces, plain[done:]))
        self._places = list(self._at)

    def within(self, start: int, end: int) -> list[tuple[int, tuple[int, int, str, str]]]:
        """Return the placeholders of a stretch with what they stand for, in order."""
        chosen = self._places[bisect_left(self._places, start) : bisect_left(self._places, end)]
        return [(at, self._at[at]) for at in chosen]
