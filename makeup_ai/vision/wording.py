"""What is said of skin to a person, in their language: words of the package, and names of the bundle's table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from makeup_ai.schema import LANGUAGES, Check, Cue
from makeup_ai.vision.table import Table


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = json.loads(
        files("makeup_ai.vision").joinpath("tables/skin_words.json").read_text("utf-8")
    )
    return words


class Wording:
    """The words of one language.

    Args:
        language: One of `schema.LANGUAGES`.
        table: Of the bundle; its cues carry their names.

    Raises:
        ValueError: The language is not one of ours.

    Examples:
        >>> from makeup_ai.vision.table import default_table
        >>> Wording("zh", default_table()).cue("redness")
        '泛红'
    """

    def __init__(self, language: str, table: Table):
        if language not in LANGUAGES:
            raise ValueError(f"Expected a language of {list(LANGUAGES)}. Received: language={language!r}")
        self.language, self.table = language, table

    def say(self, key: str, **fields: object) -> str:
        """Say a sentence of the words table with its fields filled in."""
        return str(_words()[self.language][key]).format(**fields)

    def of(self, texts: Mapping[str, str]) -> str:
        """Choose from texts by language; empty where there are none."""
        return texts.get(self.language) or texts.get(LANGUAGES[0], "")

    def cue(self, name: str) -> str:
        """Name a cue as the table does; its key in words where the table has no such row."""
        row = self.table["cues"].get(name, {})
        return self.of(row.get("name", {})) or _spaced(name)

    def definition(self, name: str) -> str:
        """Say what a cue measures, as the table does; empty where it does not."""
        return self.of(self.table["cues"].get(name, {}).get("definition", {}))

    def mark(self, name: str, cue: Cue) -> str:
        """Say a strength or a need in cosmetic words."""
        texts = _words()["marks"].get(name, {}).get(cue.level)
        return self.of(texts) if texts else self.say(f"mark.{cue.level}", name=self.cue(name))

    def region(self, name: str) -> str:
        """Name a region of the face."""
        return self._named("region", name)

    def check(self, name: str) -> str:
        """Name a check of the capture gate."""
        return self._named("check", name)

    def limit(self, check: Check) -> str:
        """Write the limit that a check was held to, with which side of it is right."""
        kinds = {row["name"]: row["limit"] for row in self.table["gate"]}
        sign = {"min": "≥ ", "max": "≤ ", "abs": "± "}.get(kinds.get(check.name, ""), "")
        return f"{sign}{number(check.threshold)}"

    def unit(self, unit: str) -> str:
        """Say a unit; units are written in English, and stay so where there is no other word."""
        translated = _words()["units"] if self.language != LANGUAGES[0] else {}
        return str(translated.get(unit, unit))

    def undertone(self, name: str | None) -> str:
        """Name an undertone, or say that it cannot be told."""
        return self.say(f"undertone.{name or 'none'}")

    def listed(self, names: list[str]) -> str:
        """Join names."""
        return self.say("list.separator").join(names)

    def _named(self, kind: str, name: str) -> str:
        return str(_words()[self.language].get(f"{kind}.{name}", _spaced(name)))


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


def number(value: float) -> str:
    """Write a measurement with about three figures and a true minus sign, never in powers of ten.

    Examples:
        >>> number(0.2958), number(9.149), number(-43.28), number(1234.5), number(40.0), number(-0.0001)
        ('0.296', '9.15', '−43.3', '1234', '40', '0')
    """
    size = abs(value)
    places = 3 if size < 0.9995 else 2 if size < 9.995 else 1 if size < 99.95 else 0
    text = f"{value:.{places}f}"
    whole = f"{round(value)}" if float(text) == round(value) else text
    return whole.replace("-", "\N{MINUS SIGN}")
