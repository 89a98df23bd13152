"""From a name as printed or written to an ingredient of the knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.han import simplified
from makeup_ai.knowledge.packlist import split_ingredient_list
from makeup_ai.knowledge.spelling import edit_distance

EXACT = 1.0
PART = 0.9
"""Confidence where only a part of the name is known: one side of a slash, or what stands in brackets."""
TYPO = {1: 0.8, 2: 0.6}
"""Edit distance -> confidence."""
ONE_TYPO, TWO_TYPOS = 6, 13
"""Letters of a name from which one, and two, edits are forgiven; chemistry is dense with near names."""

NAMES_KEPT = 4096
"""Names whose neighbours are kept: one name is looked up several times over."""

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_NOISE = re.compile(r"\d+(?:[.,]\d+)?\s*%|\b(?:organic|certified)\b|[*†‡]", re.IGNORECASE)
_VITAMIN = re.compile(r"vitamin\w{0,3}")
"""Vitamins differ by the one letter that a typing error would change."""
_LATIN = re.compile(r"[a-z0-9]+")
FIRST_LETTER, LETTERS = ord("a"), 26


@dataclass(frozen=True, slots=True)
class Link:
    """What a name was linked to.

    Args:
        text: The name as given.
        inci: INCI name of the ingredient, or `None` where the knowledge has no such name.
        ingredient_id: Its id, or `None`.
        confidence: 1 for a known spelling, `PART` for a known part of the name, `TYPO` for a near spelling, 0 for
            none.
    """

    text: str
    inci: str | None
    ingredient_id: str | None
    confidence: float


class Linker:
    """Links names to ingredients and to avoid groups, by an index over every spelling of the knowledge.

    Case, width, punctuation, spaces and accents do not matter. A few typing errors are forgiven in Latin names, with
    less confidence, and never in digits: they tell one peptide or pigment from another.

    Examples:
        >>> linker = Linker(Knowledge.load())
        >>> linker.link("SODIUM HYALURONATE").ingredient_id
        'hyaluronic_acid'
        >>> linker.link("Niacinimide")
        Link(text='Niacinimide', inci='Niacinamide', ingredient_id='niacinamide', confidence=0.8)
        >>> linker.resolve_avoid("香精")
        ['avoid:fragrance', 'avoid:parfum']
    """

    def __init__(self, knowledge: Knowledge):
        self.knowledge = knowledge
        self._ingredients = {fold(s): id_ for id_, item in knowledge.ingredients.items() for s in item.spellings}
        self._groups = {fold(s): id_ for id_, group in knowledge.groups.items() for s in group.spellings}

    @cached_property
    def _near_ingredients(self) -> _Neighbours:
        return _Neighbours(self._ingredients)

    @cached_property
    def _near_groups(self) -> _Neighbours:
        return _Neighbours(self._groups)

    def link(self, name: str) -> Link:
        """Link one name to the ingredient it most likely means."""
        return self.contained(name)[0]

    def contained(self, name: str) -> tuple[Link, ...]:
        """Link one entry of a pack to every ingredient it names, the likeliest first; one unlinked value if none.

        `Parfum (Linalool, Limonene)` names three. Each ingredient is given once.
        """
        found: dict[str, float] = {}
        plain = _NOISE.sub(" ", name)
        outside, inside = _unbracket(plain)
        for whole in (name, plain, outside):
            if (id_ := self._ingredients.get(fold(whole))) is not None:
                found[id_] = EXACT
                break
        pieces = [piece for text in inside for piece in (text, *split_ingredient_list(text), *text.split("/"))]
        if not found:
            pieces = [*re.split(r"[/\\]", outside), *pieces]
        for piece in pieces:
            if (id_ := self._ingredients.get(fold(piece))) is not None:
                found.setdefault(id_, PART)
        if not found:
            near = self._near_ingredients.nearest(fold(outside))
            # Two ingredients at the same distance are no link: guessing between near names would invent evidence.
            if near is not None and len(near.ids) == 1:
                found[near.ids[0]] = TYPO[near.distance]
        if not found:
            return (Link(name, None, None, 0.0),)
        return tuple(Link(name, self.knowledge.ingredients[id_].inci, id_, c) for id_, c in found.items())

    def near(self, name: str) -> tuple[str, ...]:
        """Give every ingredient that a mistyped name, or part of it, may mean: for masks, where doubt counts.

        Parts that are known as they stand are not looked for: they mean themselves.

        Examples:
            >>> Linker(Knowledge.load()).near("Ceramide P")
            ('ceramide_np', 'ceramide_ap')
        """
        plain = _NOISE.sub(" ", name)
        outside, inside = _unbracket(plain)
        if any(fold(whole) in self._ingredients for whole in (name, plain)):
            return ()
        parts = [part for text in (outside, *inside) for part in (text, *split_ingredient_list(text), *text.split("/"))]
        keys = [k for part in parts if (k := fold(part)) not in self._ingredients and not _VITAMIN.fullmatch(k)]
        found = (self._near_ingredients.nearest(key) for key in dict.fromkeys(keys))
        return tuple(dict.fromkeys(id_ for near in found if near is not None for id_ in near.ids))

    def is_spelling(self, name: str) -> bool:
        """Tell whether a name, or a part of it, is known as it stands, and not by a near spelling only.

        Examples:
            >>> linker = Linker(Knowledge.load())
            >>> linker.is_spelling("Glycerin"), linker.is_spelling("lycerin")
            (True, False)
        """
        plain = simplified(name)
        sure = any(link.confidence >= PART for text in {name, plain} for link in self.contained(text))
        return sure or fold(name) in self._groups or fold(plain) in self._groups

    def resolve_avoid(self, name: str) -> list[str]:
        """Name the needs that mask what a person wants to avoid.

        Args:
            name: One group or ingredient, in any spelling.

        Returns:
            `avoid:` needs, groups first; both where the name is a group's and an ingredient's; every ingredient that a
            mistyped name may mean; empty where nothing like it is known.
        """
        groups = [self._groups[key]] if (key := fold(name)) in self._groups else []
        links = [link for link in self.contained(name) if link.ingredient_id is not None]
        ids = [link.ingredient_id for link in links if link.confidence >= PART]
        if not groups and not ids:
            near_group, near = self._near_groups.nearest(key), self._near_ingredients.nearest(key)
            groups = list(near_group.ids) if near_group is not None else []
            ids = list(near.ids) if near is not None else []
        if not groups and not ids and (plain := simplified(name)) != name:
            return self.resolve_avoid(plain)
        return [f"avoid:{id_}" for id_ in dict.fromkeys((*groups, *ids))]


@dataclass(frozen=True, slots=True)
class _Nearest:
    ids: tuple[str, ...]
    distance: int


class _Neighbours:
    """The keys of an index within a bounded edit distance.

    Only keys of about the same length and the same digits can be near, and of those letter counts, compared for all at
    once, leave few for the distance itself: an edit changes the counts by two at most.
    """

    def __init__(self, index: dict[str, str]):
        self._keys = [key for key in index if _LATIN.fullmatch(key)]
        self._ids = [index[key] for key in self._keys]
        self._places: dict[tuple[str, int], list[int]] = {}
        for place, key in enumerate(self._keys):
            self._places.setdefault((_digits(key), len(key)), []).append(place)
        self._windows: dict[tuple[str, int, int], tuple[list[int], NDArray[np.int16]]] = {}
        self.nearest = lru_cache(NAMES_KEPT)(self._nearest)

    def _nearest(self, key: str) -> _Nearest | None:
        if not _LATIN.fullmatch(key):
            return None
        digits = _digits(key)
        letters = len(key) - len(digits)
        limit = 2 if letters >= TWO_TYPOS else 1 if letters >= ONE_TYPO else 0
        if not limit:
            return None
        places, counts = self._window(digits, len(key), limit)
        if not places:
            return None
        off = np.add.reduce(np.abs(counts - _counts(key)), axis=1, dtype=np.int16)  # (keys,)
        rows = [places[at] for at in (off <= 2 * limit).nonzero()[0].tolist()]
        if not rows:
            return None
        distances = {row: edit_distance(key, self._keys[row], limit) for row in rows}
        least = min(distances.values(), default=limit + 1)
        if not 0 < least <= limit:
            return None
        return _Nearest(tuple(dict.fromkeys(self._ids[row] for row, d in distances.items() if d == least)), least)

    def _window(self, digits: str, length: int, limit: int) -> tuple[list[int], NDArray[np.int16]]:
        """Give the places of the keys of about this length, ascending, and their letter counts `(keys, 26)`."""
        window = (digits, min(length, self._longest + limit + 1), limit)
        if window not in self._windows:
            lengths = range(window[1] - limit, window[1] + limit + 1)
            places = sorted(place for n in lengths for place in self._places.get((digits, n), ()))
            counts = np.array([_counts(self._keys[place]) for place in places], np.int16).reshape(-1, LETTERS)
            if not places:
                return places, counts  # what nobody is near to is not kept: there is no end of it
            self._windows[window] = (places, counts)
        return self._windows[window]

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._keys), default=0)


def _unbracket(name: str) -> tuple[str, list[str]]:
    """Give a name without its bracketed parts, and those parts."""
    inside: list[str] = []
    while match := _BRACKETS.search(name):
        inside.append(match.group(1) if match.group(1) is not None else match.group(2))
        name = name[: match.start()] + " " + name[match.end() :]
    return name, inside


def _digits(key: str) -> str:
    return "" if key.isalpha() else "".join(filter(str.isdigit, key))


def _counts(key: str) -> NDArray[np.int16]:
    """Count the letters of a Latin key, `(26,)`."""
    codes = np.frombuffer(key.encode("ascii"), np.uint8)
    return np.bincount(codes, minlength=FIRST_LETTER + LETTERS)[FIRST_LETTER:].astype(np.int16)


def linked_ids(links: Iterable[Link], at_least: float) -> Iterator[str]:
    """Give the ingredient ids of the links that are at least so sure."""
    for link in links:
        if link.ingredient_id is not None and link.confidence >= at_least:
            yield link.ingredient_id
