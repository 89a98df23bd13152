"""From the text of a pack to INCI names, with the order kept and what could not be linked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from makeup_ai.knowledge.colours import COLOUR_INDEX
from makeup_ai.knowledge.folding import fold
from makeup_ai.knowledge.forms import (
    CONFIDENCE,
    PLANT_FORMS,
    PLANT_PARTS,
    Form,
    aliases,
    forms,
    loose_forms,
    unbracket,
    word_aliases,
)
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.han import simplified
from makeup_ai.knowledge.inci import InciNames
from makeup_ai.knowledge.packlist import Pack, read_pack
from makeup_ai.knowledge.spelling import Spelling
from makeup_ai.knowledge.words import word_list

GRAPH, ALIASES = "graph", "aliases"
"""Sources of a name that our own ingredients or our table of other names hold; others are those of the index."""
CACHED = 200_000
"""Printed names remembered; beyond, the memory starts anew."""
_LONGEST_RUN, _LONGEST_PIECE = 150, 8
"""Words of a text without commas that is read as names, and words of one such name."""
_SHORTEST_PIECE, _LONG_WORD = 4, 9
"""Letters of such a name, and of one that is a single word and not our own."""
_BETWEEN = frozenset({"and", "&", "+", "(and)", "/", "-", "–", "et", "with"})
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z)])[.](?=[A-Z])")
_LISTED = re.compile(r"[,;、，；&]| and ")
_BLENDS = frozenset({"Parfum", "Aroma"})
"""INCI names whose brackets tell what is in them, even if that is one thing."""
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_HEAD = 3
"""Words before a bracket beyond which they are more than the plant that the bracket names again."""
_PLANT_WORDS = PLANT_FORMS | PLANT_PARTS

_ASCII_FOLD = {code: None for code in range(128) if not chr(code).isalnum()}


@dataclass(frozen=True, slots=True)
class Mention:
    """One name of a pack and what it was linked to.

    Args:
        text: As printed, without percentages and marks at its ends.
        inci: INCI name, or `None` where nothing is known by that name.
        ingredient_id: Of our own knowledge, or `None` where only the index has the name.
        confidence: As `CONFIDENCE` of `how`; 0 for none.
        how: The way it was linked, or `"none"`.
        source: `GRAPH`, the source of the index (`"CosIng"`), or `None`.
    """

    text: str
    inci: str | None
    ingredient_id: str | None
    confidence: float
    how: str
    source: str | None


@dataclass(frozen=True, slots=True)
class LinkedPack:
    """The linked names of a pack.

    Args:
        mentions: In the order of the pack.
        aside: See `packlist.Pack`.
    """

    mentions: tuple[Mention, ...]
    aside: tuple[str, ...]

    @property
    def unlinked(self) -> tuple[str, ...]:
        """The names that could not be linked, in order."""
        return tuple(mention.text for mention in self.mentions if mention.inci is None)


@dataclass(frozen=True, slots=True)
class _Entry:
    inci: str
    ingredient_id: str | None
    source: str


class PackLinker:
    """Links the names of packs to our own ingredients and to the names of an inventory.

    Precision goes first: digits are never forgiven, a word that is known is no typing error, and where two
    ingredients are as likely there is no link.

    Args:
        knowledge: Of our own ingredients.
        names: An inventory's names, or `None` to link to our own ingredients alone.

    Examples:
        >>> linker = PackLinker(Knowledge.load())
        >>> [(m.text, m.inci) for m in linker.link_text("Aqua/Water/Eau, Niacinamide 5%, Moon Dust").mentions]
        [('Aqua/Water/Eau', 'Aqua'), ('Niacinamide', 'Niacinamide'), ('Moon Dust', None)]
    """

    def __init__(self, knowledge: Knowledge, names: InciNames | None = None):
        self.knowledge = knowledge
        self._known = _index(knowledge, names)
        self._aliases = frozenset(map(_key, aliases()))
        self._names = names
        self._seen: dict[str, tuple[Mention, ...]] = {}

    def link_text(self, text: str) -> LinkedPack:
        """Link the names of a printed text, those of several lists one after the other."""
        return self.link_pack(read_pack(text))

    def link_pack(self, pack: Pack) -> LinkedPack:
        """Link the names of a pack that is read already."""
        mentions: list[Mention] = []
        seen = self._seen
        for section in pack.sections:
            start, unsure = len(mentions), False
            if section.title is not None:  # "Parfum: Linalool, Limonene"
                mentions.extend(m for m in self.link(section.title) if m.ingredient_id and m.how == "exact")
            for name in section.names:
                found = seen.get(name) or self.link(name)
                unsure = unsure or found[0].inci is None
                mentions.extend(found)
            if unsure:
                mentions[start:] = self._rejoined(mentions[start:])
        return LinkedPack(tuple(mentions), pack.aside)

    def _rejoined(self, mentions: list[Mention]) -> list[Mention]:
        """Join neighbours that only together are a known name: a comma or a line's end stood inside it."""
        joined: list[Mention] = []
        for mention in mentions:
            before = joined[-1] if joined else None
            if before is not None and (before.inci is None or mention.inci is None):
                entry = self._known.get(_key(before.text) + _key(mention.text))
                if entry is not None:
                    joined[-1] = _mention(f"{before.text}, {mention.text}", entry, "joined")
                    continue
            joined.append(mention)
        return joined

    def link(self, name: str) -> tuple[Mention, ...]:
        """Link one printed name; several mentions where commas are missing in it, each with its part of the text."""
        found = self._seen.get(name)
        if found is None:
            found = self._link(name)
            if "(" in name or "[" in name:
                found = (*found, *self._within(name, found))
            if len(self._seen) >= CACHED:
                self._seen.clear()
            self._seen[name] = found
        return found

    def _link(self, name: str) -> tuple[Mention, ...]:
        for form in forms(name):
            if (entry := self._entry(form)) is not None:
                return (_mention(name, entry, form.how),)
        outside = unbracket(name)[0] or name
        if (mention := self._misspelt(name, outside)) is not None:
            return (mention,)
        loose = [(form, entry) for form in loose_forms(name) if (entry := self._entry(form)) is not None]
        for form, entry in loose:
            if form.how == "slash":
                return (_mention(name, entry, form.how),)
        if (run := self._run(outside)) is not None:
            return run
        for form, entry in loose:
            if _agrees(name, entry) if form.how == "inner" else self._is_proper(form.text, entry):
                return (_mention(name, entry, form.how),)
        return (self._plant(name, outside) or Mention(name, None, None, 0.0, "none", None),)

    def _within(self, name: str, linked: tuple[Mention, ...]) -> Iterator[Mention]:
        """Give the other ingredients that brackets list: `Parfum (Linalool, Limonene)`, but not `Aqua (Water, Eau)`."""
        said = {mention.inci for mention in linked} | {m.ingredient_id for m in linked if m.ingredient_id is not None}
        for content in unbracket(name)[1]:
            known = [(piece.strip(), self._known.get(_key(piece))) for piece in _LISTED.split(content)]
            named = [(piece, entry) for piece, entry in known if entry and _key(piece) == _key(entry.inci)]
            if len(named) < 2 and not said & _BLENDS:
                continue  # one word there is another name: camphor is not in `Cinnamomum Camphora (Camphor) Bark Oil`
            for piece, entry in named:
                if not {entry.inci, entry.ingredient_id} & said:
                    said.add(entry.inci)
                    yield _mention(piece, entry, "bracket")

    def _is_proper(self, text: str, entry: _Entry) -> bool:
        """Tell an INCI name or another whole name from a plant's everyday name, which may mean any part of it."""
        key = _key(text)
        return key == _key(entry.inci) or key in self._aliases

    def find(self, name: str) -> Mention | None:
        """Look one name up as it is, in any case, width and script, without any of the plainer forms."""
        entry = self._known.get(_key(name))
        if entry is None and name.isascii():
            table = word_aliases()
            entry = self._known.get(_key(" ".join(table.get(word, word) for word in name.lower().split())))
        return None if entry is None else _mention(name, entry, "exact")

    def _entry(self, form: Form) -> _Entry | None:
        entry = self._known.get(_key(form.text))
        if entry is None and form.how == "colour" and int(form.text[3:]) in COLOUR_INDEX.values():
            return _Entry(form.text, None, ALIASES)
        return entry

    def _plant(self, name: str, outside: str) -> _Mention:
        """Link a part of a plant to the name of the plant itself, where that is known in the same form."""
        printed = outside.lower().replace("/", " ").split()
        if len(printed) < 4 or printed[-1] not in PLANT_FORMS or not set(printed[2:-1]) <= PLANT_PARTS:
            return None
        entry = self._known.get(key := _key(" ".join((*printed[:2], printed[-1]))))
        return None if entry is None or key != _key(entry.inci) else _mention(name, entry, "plant")

    def _misspelt(self, name: str, outside: str) -> _Mention:
        best: dict[str, tuple[_Entry, int]] = {}
        least = 3
        for words, edits in self._spelling.corrections(
            outside, latin=not _PLANT_WORDS.isdisjoint(outside.lower().split())
        ):
            if edits > least:
                break
            if (entry := self._known.get(_key(words))) is not None and self._is_proper(words, entry):
                least = edits
                best[entry.inci] = (entry, edits)
        if len(best) != 1:
            return None  # two ingredients at one distance are no link
        entry, edits = next(iter(best.values()))
        return _mention(name, entry, "typo" if edits == 1 else "typos")

    def _run(self, outside: str) -> tuple[Mention, ...] | None:
        """Read names with no comma between them: the fewest known names that together are the whole text."""
        spaced = _GLUED.sub(" ", outside)
        words = [word for word in spaced.split() if word.lower() not in _BETWEEN]
        if not 2 <= len(words) <= _LONGEST_RUN:
            return None
        best: list[tuple[tuple[str, _Entry], ...] | None] = [None] * (len(words) + 1)
        best[0] = ()
        for end in range(1, len(words) + 1):
            for start in range(max(0, end - _LONGEST_PIECE), end):
                before, so_far = best[start], best[end]
                if before is None or (so_far is not None and len(before) + 1 >= len(so_far)):
                    continue
                piece = " ".join(words[start:end]).strip(" ,.;:/&-")
                entry = self._piece(piece, start == 0 or end == len(words))
                if entry is not None:
                    best[end] = (*before, (piece, entry))
        run = best[-1]
        return tuple(_mention(piece, entry, "split") for piece, entry in run) if run else None

    def _piece(self, piece: str, at_end: bool) -> _Entry | None:
        plain = piece.lower()
        if len(piece) < _SHORTEST_PIECE or (plain in _PLANT_WORDS and not (at_end and plain == "water")):
            return None
        entry = self._known.get(_key(piece))
        if entry is None or not self._is_proper(piece, entry):
            return None
        return entry if " " in piece or entry.ingredient_id is not None or len(piece) >= _LONG_WORD else None

    @cached_property
    def _spelling(self) -> Spelling:
        own = (spelling for item in self.knowledge.ingredients.values() for spelling in item.spellings)
        return Spelling([*own, *aliases(), *(self._names.spellings.values() if self._names else ())])


_Mention = Mention | None


def _mention(text: str, entry: _Entry, how: str) -> Mention:
    return Mention(text, entry.inci, entry.ingredient_id, CONFIDENCE[how], how, entry.source)


def _agrees(name: str, entry: _Entry) -> bool:
    """Tell whether an INCI name says what is printed around the brackets, too: `Citrus Paradisi (Grapefruit) Oil`."""
    head, _, rest = name.partition("(")
    content, _, after = rest.partition(")")
    if content.strip().lower() in word_list("kingdoms") or (after.strip() and len(head.split()) > _LONGEST_HEAD):
        return False
    printed = {word[:4] for word in _LETTERS.findall(name.lower())}
    missing = [word for word in _LETTERS.findall(entry.inci.lower())[:2] if word[:4] not in printed]
    return len(missing) < (1 if len(head.split()) > 1 else 2)


def _index(knowledge: Knowledge, names: InciNames | None) -> dict[str, _Entry]:
    """Give every spelling that is known, as `_key` writes it; our own ingredients go before the inventory's names."""
    known: dict[str, _Entry] = {}
    if names is not None:
        known = {simplified(key): _Entry(inci, None, names.source) for key, inci in names.spellings.items()}
    for id_, item in knowledge.ingredients.items():
        main = _Entry(item.inci, id_, GRAPH)
        known |= {_key(spelling): main for spelling in item.spellings}
        # A salt keeps the name it is printed by.
        known |= {_key(inci): _Entry(inci, id_, GRAPH) for inci in item.synonyms.get("inci", ())}
        known[_key(item.inci)] = main
    for name, inci in aliases().items():
        entry = known.get(_key(inci)) or _Entry(inci, None, ALIASES)
        if entry.ingredient_id is not None:
            known[_key(name)] = entry
        else:
            known.setdefault(_key(name), entry)
    known.pop("", None)
    return known


def _key(name: str) -> str:
    return name.lower().translate(_ASCII_FOLD) if name.isascii() else fold(simplified(name))
