"""Names of the same thing: what can stand for what, in the same language or the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from makeup_ai.knowledge import Knowledge
from makeup_ai.text.normalise import normalise, original_span
from makeup_ai.text.surfaces import Surfaces
from makeup_ai.training.data.domain import load_domain
from makeup_ai.training.data.examples import Example

NOUNS = "category"
"""The domain's slot whose names can stand for each other in any sentence; those of others fit their own slots only."""

ByLanguage = Mapping[str, tuple[str, ...]]


class Site(NamedTuple):
    """A name in a text: its characters, what it names, and its language."""

    start: int
    end: int
    names: ByLanguage
    language: str


@dataclass(frozen=True)
class Names:
    """Finds names in texts. A name of two things is no name of either.

    Args:
        things: Each with its names by language.
    """

    things: tuple[ByLanguage, ...]
    _surfaces: Surfaces = field(init=False, repr=False)
    _named: Mapping[str, tuple[ByLanguage, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        named: dict[str, list[tuple[ByLanguage, str]]] = {}
        for thing in self.things:
            keys = {(_key(name), language) for language, names in thing.items() for name in names}
            for key, language in keys:
                if key:
                    named.setdefault(key, []).append((thing, language))
        sure = {key: found[0] for key, found in named.items() if len(found) == 1}
        object.__setattr__(self, "_named", sure)
        object.__setattr__(self, "_surfaces", Surfaces({key: key for key in sure}))

    def find(self, text: str) -> list[Site]:
        """Return the names in a text, from left to right.

        Examples:
            >>> names = Names(({"en": ("sunscreen", "sunblock"), "zh": ("防晒霜",)},))
            >>> [(site.start, site.end, site.language) for site in names.find("a Sunblock!")]
            [(2, 10, 'en')]
        """
        folded, offsets = normalise(text)
        return [
            Site(*original_span(offsets, start, end), *self._named[key])
            for start, end, key in self._surfaces.scan(folded)
        ]

    def others(self, site: Site, text: str, language: str) -> list[str]:
        """Return the thing's other names in a language: those that name nothing else."""
        here = _key(text[site.start : site.end])
        return [n for n in site.names.get(language, ()) if (key := _key(n)) != here and key in self._named]


@dataclass(frozen=True, slots=True)
class Naming:
    """The names that may be exchanged in an example.

    Args:
        anywhere: Those of things that any sentence may hold.
        slots: By slot, those of its values; used where a name is all that fills a span.
    """

    anywhere: Names
    slots: Mapping[str, Names]

    def sites(self, example: Example) -> list[tuple[Names, Site]]:
        """Return where an example holds a name, each within one span or outside of all, with what knows it."""
        found = []
        for start, end, slot in example.slots or ():
            if slot in self.slots:
                inside = self.slots[slot].find(example.text[start:end])
                if len(inside) == 1 and inside[0][:2] == (0, end - start):
                    found.append((self.slots[slot], inside[0]._replace(start=start, end=end)))
        outside = [site for site in self.anywhere.find(example.text) if _apart(example, site)]
        return [*found, *((self.anywhere, site) for site in outside)]


def beauty_names() -> Naming:
    """Return the names of the built-in domain and of the ingredients of the knowledge graph."""
    values = load_domain().table["values"]
    slots = {slot: Names(_things(things.values())) for slot, things in values.items() if things}
    ingredients = _things(Knowledge.load().surfaces().values())
    slots["ingredient"] = Names(ingredients)
    return Naming(Names((*_things(values[NOUNS].values()), *ingredients)), slots)


def _things(values: Iterable[Mapping[str, Iterable[str]]]) -> tuple[ByLanguage, ...]:
    return tuple({language: tuple(names) for language, names in value.items()} for value in values)


def _apart(example: Example, site: Site) -> bool:
    return all(site.end <= start or site.start >= end for start, end, _ in example.slots or ())


def _key(name: str) -> str:
    return normalise(name)[0].replace("-", " ")
