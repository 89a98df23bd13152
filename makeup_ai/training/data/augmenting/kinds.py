"""The kinds of augmentation: each changes the text of one example, or returns `None` where it finds nothing to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from makeup_ai.training.data.augmenting.edits import Edit, edited, free
from makeup_ai.training.data.augmenting.names import Naming, beauty_names
from makeup_ai.training.data.examples import Example

Kind = Callable[[Example, Random], Example | None]

_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]+(?:['’][A-Za-z]+)*(?![^\W\d_])")
_UNSAID = re.compile(r"^(?:no|not|never|none|nothing|without|hardly|barely|neither|nor|cannot|.*n['’]t|too|but)$", re.I)
"""Words that turn what is said around: without them, the label would be another."""


class Fill(Protocol):
    """A masked language model, as mask-fill needs it."""

    def __call__(self, text: str, positions: Sequence[tuple[int, int]]) -> list[list[str]]:
        """Return, for each part of a text, words that could stand there, likeliest first."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Calls things by other names of the same language, inside of spans too."""

    naming: Naming

    def __call__(self, example: Example, rng: Random) -> Example | None:
        """Exchange a half of the names, at least one."""
        return _renamed(example, rng, self.naming, lambda language: language)


@dataclass(frozen=True, slots=True)
class MixedLanguages:
    """Calls a thing by its name in the other language, as bilingual people do (code-switching)."""

    naming: Naming

    def __call__(self, example: Example, rng: Random) -> Example | None:
        """Exchange a half of the names, at least one."""
        return _renamed(example, rng, self.naming, lambda language: "zh" if language == "en" else "en")


@dataclass(frozen=True, slots=True)
class Typos:
    """Drops, doubles or swaps a letter within long words outside of spans.

    Args:
        share: Of the words, at least one.
        shortest: Letters of a word that can hold a slip.
    """

    share: float = 0.05
    shortest: int = 5

    def __call__(self, example: Example, rng: Random) -> Example | None:
        """Slip in some words."""
        words = [word for word in _words(example) if word[1] - word[0] >= self.shortest]
        chosen = rng.sample(words, min(len(words), max(1, round(self.share * len(words)))))
        return _changed(example, [(s, e, _slip(example.text[s:e], rng)) for s, e in chosen])


@dataclass(frozen=True, slots=True)
class Dropout:
    """Leaves out words outside of spans, but none that turns a sentence around (Wei & Zou, 2019, arXiv:1901.11196).

    Args:
        share: Of the words, at least one.
        fewest: Words that a text must have.
    """

    share: float = 0.1
    fewest: int = 5

    def __call__(self, example: Example, rng: Random) -> Example | None:
        """Leave out some words of a text in Latin letters."""
        words = _words(example)
        if len(words) < self.fewest:
            return None
        spare = [word for word in words if not _UNSAID.match(example.text[slice(*word)])]
        chosen = rng.sample(spare, min(len(spare), max(1, round(self.share * len(words)))))
        return _changed(example, [(s, _with_space(example, e), "") for s, e in chosen])


@dataclass(frozen=True, slots=True)
class MaskFill:
    """Replaces words outside of spans by what a language model would expect there (Kobayashi, 2018, arXiv:1805.06201).

    It may expect the contrary of what was said: not for labels that hang on single words, as sentiment does.

    Args:
        fill: The language model.
        share: Of the words, at least one.
        likeliest: Candidates that are drawn from.
    """

    fill: Fill
    share: float = 0.1
    likeliest: int = 5

    def __call__(self, example: Example, rng: Random) -> Example | None:
        """Replace some words."""
        words = [word for word in _words(example) if not _UNSAID.match(example.text[slice(*word)])]
        chosen = sorted(rng.sample(words, min(len(words), max(1, round(self.share * len(words))))))
        edits = []
        for (start, end), found in zip(chosen, self.fill(example.text, chosen) if chosen else [], strict=True):
            others = [word for word in found if word.lower() != example.text[start:end].lower()][: self.likeliest]
            edits += [(start, end, rng.choice(others))] if others else []
        return _changed(example, edits)


FILLED = "fill"
KINDS: dict[str, Callable[[Naming, Fill | None], Kind]] = {
    "synonyms": lambda naming, fill: Synonyms(naming),
    "languages": lambda naming, fill: MixedLanguages(naming),
    "typos": lambda naming, fill: Typos(),
    "dropout": lambda naming, fill: Dropout(),
    FILLED: lambda naming, fill: MaskFill(_needed(fill)),
}
PLAIN = ("synonyms", "languages", "typos", "dropout")
"""Kinds that need no language model."""


def kinds_of(names: Sequence[str], naming: Naming | None = None, fill: Fill | None = None) -> list[Kind]:
    """Return kinds by their names.

    Args:
        names: Of `KINDS`.
        naming: What things are called; the built-in domain and knowledge by default.
        fill: Needed by `"fill"`.

    Raises:
        ValueError: A name is unknown, there is none, or `fill` is missing.
    """
    unknown = sorted(set(names) - set(KINDS))
    if unknown or not names:
        raise ValueError(f"Expected kinds of augmentation among {sorted(KINDS)}. Received: {list(names)}")
    known = naming or beauty_names()
    return [KINDS[name](known, fill) for name in names]


def _needed(fill: Fill | None) -> Fill:
    if fill is None:
        raise ValueError(f"Expected a masked language model for the kind {FILLED!r}. Received: none.")
    return fill


def _renamed(example: Example, rng: Random, naming: Naming, into: Callable[[str], str]) -> Example | None:
    edits: list[Edit] = []
    for names, site in naming.sites(example):
        others = names.others(site, example.text, into(site.language))
        if others:
            edits.append((site.start, site.end, rng.choice(others)))
    return _changed(example, rng.sample(edits, (len(edits) + 1) // 2))


def _changed(example: Example, edits: Sequence[Edit]) -> Example | None:
    changed = edited(example, edits) if edits else example
    return None if changed.text == example.text else changed


def _words(example: Example) -> list[tuple[int, int]]:
    return [found.span() for found in _WORD.finditer(example.text) if free(example, *found.span())]


def _with_space(example: Example, end: int) -> int:
    """Return the end with the space behind it, where no span begins before that."""
    space = end < len(example.text) and example.text[end] == " " and free(example, end, end + 1)
    return end + 1 if space else end


def _slip(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return rng.choice(slips)
