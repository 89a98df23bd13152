"""The phrases table: every sentence the assistant can say, in every language, with `{name}` holders only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from makeup_ai.errors import BundleError
from makeup_ai.schema import LANGUAGES

PACKAGED = Path(__file__).parent / "tables" / "phrases.json"
"""The phrases a bundle starts from."""

_HOLDER = re.compile(r"\{([a-z_]+)\}")


@cache
def _pieces(template: str) -> list[str]:
    """Take a template apart: every second piece is the name of a holder."""
    return _HOLDER.split(template)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Templates by language and key.

    Args:
        templates: Language -> key -> template; all languages have the same keys, and a key the same holders.
    """

    templates: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], *, file: str = "phrases.json") -> Phrases:
        """Check and take a table.

        Raises:
            BundleError: A language is missing, keys or holders differ between languages, or a brace is no holder.
        """
        if set(LANGUAGES) - set(table):
            raise BundleError(f"{file}: expected the languages {list(LANGUAGES)}. Received: {sorted(table)}")
        templates = {language: dict(table[language]) for language in LANGUAGES}
        first, *others = LANGUAGES
        for other in others:
            if difference := sorted(set(templates[first]) ^ set(templates[other])):
                raise BundleError(f"{file}: expected the same keys in {first} and {other}. Different: {difference}")
        for key in templates[first]:
            for language in LANGUAGES:
                template = templates[language][key]
                if not isinstance(template, str) or set("{}") & set(_HOLDER.sub("", template)):
                    raise BundleError(
                        f"{file}: expected text with holders like {{name}}. Received: {language} {key!r}: {template!r}"
                    )
            holders = {language: sorted(set(_HOLDER.findall(templates[language][key]))) for language in LANGUAGES}
            if any(holders[other] != holders[first] for other in others):
                raise BundleError(f"{file}: expected the same holders in every language. Received: {key!r}: {holders}")
        return cls(templates)

    @classmethod
    def packaged(cls) -> Phrases:
        """Read the phrases a bundle starts from.

        Examples:
            >>> Phrases.packaged().join(["oily skin", "pores", "a matte finish"], "en")
            'oily skin, pores and a matte finish'
        """
        return cls.from_dict(json.loads(PACKAGED.read_text("utf-8")))

    def __contains__(self, key: str) -> bool:
        return key in self.templates[LANGUAGES[0]]

    def render(self, key: str, language: str, /, **fields: str) -> str:
        """Fill in a template.

        Args:
            key: Of the phrase.
            language: One of the table's; English for any other.
            fields: A text for each holder; more are allowed, and what stands in them is never filled in again.

        Raises:
            ValueError: There is no such phrase, or a holder has no field.
        """
        templates = self.templates.get(language, self.templates[LANGUAGES[0]])
        if key not in templates:
            raise ValueError(f"Expected the key of a phrase in phrases.json. Received: {key!r}")
        pieces = _pieces(templates[key])
        if missing := sorted(set(pieces[1::2]) - fields.keys()) if len(pieces) > 1 else []:
            raise ValueError(f"Expected a field for each holder of {key!r}. Missing: {missing}")
        return "".join([fields[piece] if i % 2 else piece for i, piece in enumerate(pieces)])

    def reason(self, kind: str, source: str | None, language: str, /, **fields: str) -> str:
        """Render `reason.<kind>`, and around it `source.<source>` where there is such a phrase."""
        words = self.render(f"reason.{kind}", language, **fields)
        key = f"source.{source}"
        return self.render(key, language, reason=words) if source is not None and key in self else words

    def join(self, items: Sequence[str], language: str) -> str:
        """Join a list as the language does: `list.separator` between, `list.last` before the last."""
        if len(items) < 2:
            return "".join(items)
        head = self.render("list.separator", language).join(items[:-1])
        return head + self.render("list.last", language) + items[-1]

    def chain(self, items: Sequence[str], language: str) -> str:
        """Join the steps of a path with `path.separator`."""
        return self.render("path.separator", language).join(items)

    def clauses(self, items: Sequence[str], language: str) -> str:
        """Join clauses of one sentence with `clause.separator`."""
        return self.render("clause.separator", language).join(items)

    def text(self, sentences: Sequence[str], language: str) -> str:
        """Join whole sentences with `sentence.separator`, leaving out empty ones."""
        return self.render("sentence.separator", language).join(sentence for sentence in sentences if sentence)

    def price(self, amount: float, currency: str, language: str) -> str:
        """Write an amount by `price.<currency>`, or `price.other`; whole amounts without decimals."""
        cents = math.floor(amount * 100 + 0.5)
        whole, rest = divmod(cents, 100)
        written = f"{whole}.{rest:02d}" if rest else str(whole)
        key = f"price.{currency}"
        return self.render(key if key in self else "price.other", language, amount=written, currency=currency)
