"""Amounts of money in figures, words and Chinese numerals, read with the `budget` table of a domain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from makeup_ai.text.surfaces import Surfaces

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+|[^ ]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the span of the normalised text that holds it."""

    start: int
    end: int
    value: float


@dataclass(frozen=True, slots=True)
class _Numeral(Number):
    """One token of a number: `figures`, a `word`, a `digit` (one Chinese character) or a `unit`."""

    kind: str

    def follows(self, last: _Numeral, gap: str) -> bool:
        if self.kind == "unit":
            return gap == "" or (gap == " " and self.end - self.start > 1)  # "30 k" is not a number, "5 hundred" is
        if self.kind == "word" and last.kind == "unit":
            return gap in {" ", " and "}
        if self.kind == "word":
            return last.kind == "word" and gap in {" ", "-"} and last.value >= 20 and self.value < 10
        return self.kind == "digit" and last.kind in {"unit", "digit"} and gap == ""


def _value(run: Sequence[_Numeral]) -> float:
    total, pending, unit = 0.0, 0.0, 1.0
    for numeral in run:
        if numeral.kind != "unit":
            # A second digit replaces the first: 两三百 is a range, of which the upper end counts.
            pending = pending + numeral.value if numeral.kind == "word" else numeral.value
            continue
        if numeral.value > unit:
            total = ((total + pending) or 1.0) * numeral.value
        else:
            total += (pending or 1.0) * numeral.value
        pending, unit = 0.0, numeral.value
    shortened = len(run) > 1 and run[-1].kind == "digit" and run[-2].kind == "unit" and run[-2].value >= 100
    return total + (pending * unit / 10 if shortened else pending)  # 两百五 is 250


@dataclass(frozen=True)
class Amounts:
    """Reads numbers and money.

    Args:
        table: `domain["budget"]`: `currencies` (each a `code`, a `rate` into the domain's currency and `marks`),
            `default` (currency code by language), and `numbers`: `digits` (one character each), `words` (added up:
            twenty five) and `units` (multiplied: hundred, 百; one Latin letter, as in 1.5k, only right after figures).
    """

    table: Mapping[str, Any]
    _marks: Surfaces = field(init=False, repr=False)

    def __post_init__(self) -> None:
        codes = {mark: row["code"] for row in self.table.get("currencies", ()) for mark in row["marks"]}
        object.__setattr__(self, "_marks", Surfaces(codes))

    def numbers(self, text: str) -> list[Number]:
        """Find every number above zero in a normalised text, in order.

        Examples:
            >>> tables = {"digits": {"两": 2, "五": 5}, "words": {"twenty": 20}, "units": {"百": 100, "k": 1000}}
            >>> [n.value for n in Amounts({"numbers": tables}).numbers("两百五, 1.5k or twenty, 1,200")]
            [250.0, 1500.0, 20.0, 1200.0]
        """
        runs: list[list[_Numeral]] = []
        for numeral in self._numerals(text):
            if runs and numeral.follows(runs[-1][-1], text[runs[-1][-1].end : numeral.start]):
                runs[-1].append(numeral)
            elif not (numeral.kind == "unit" and text[numeral.start : numeral.end] in {"k", "w"}):
                runs.append([numeral])
        found = (Number(run[0].start, run[-1].end, _value(run)) for run in runs)
        return [number for number in found if number.value > 0]

    def marks(self, text: str) -> list[tuple[int, int, str]]:
        """Find every currency mark of a normalised text as `(start, end, code)`, longest first where they overlap."""
        return self._marks.scan(text)

    def read(self, text: str, language: str, pick: Callable[[Iterable[float]], float] = max) -> float | None:
        """Read a number of a normalised text, the largest unless `pick` is `min`, in the domain's currency.

        The first mark names the currency; without one it is the language's default.
        """
        numbers = self.numbers(text)
        if not numbers:
            return None
        marks = self.marks(text)
        default = self.table["default"]
        code = marks[0][2] if marks else default.get(language, default["en"])
        rate = next(row["rate"] for row in self.table["currencies"] if row["code"] == code)
        return round(pick(number.value for number in numbers) * float(rate), 2)

    def _numerals(self, text: str) -> list[_Numeral]:
        kinds = [("digit", self.table["numbers"]["digits"]), ("word", self.table["numbers"]["words"])]
        named = {token: (float(value), kind) for kind, table in kinds for token, value in table.items()}
        named |= {token: (float(value), "unit") for token, value in self.table["numbers"]["units"].items()}
        found = []
        for match in _TOKEN.finditer(text):
            token = match[0]
            if token[0] in "0123456789":
                found.append(_Numeral(match.start(), match.end(), float(token.replace(",", "")), "figures"))
            elif token in named:
                found.append(_Numeral(match.start(), match.end(), *named[token]))
        return found
