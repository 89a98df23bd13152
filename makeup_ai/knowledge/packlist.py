"""The ingredient list of a pack, cut into its names, and what else was printed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from makeup_ai.knowledge.packtext import Kind, Line, is_aside, kind_of, lines_of, sentences_of, titled

_LOCANT = re.compile(
    r"(?<![\d-])(?:\d(?:,\d)+(?=\s*[-a-z\u4e00-\u9fff'′])|(?<![\w-]\s)(?<!\w)\d,\s\d(?=-[a-z]))", re.IGNORECASE
)
_PERCENT = re.compile(r"[(\[]?\s*[<>≤≥~]?\s*\d+(?:[.,]\d+)?\s*%\s*(?:(?:w/w|w/v|vol|v/v)\b\.?)?\s*[)\]]?")
_CUTS = re.compile(r"[,;、，；•·●▪■|\n\ue001]|[(\[{]|[)\]}]|\s\((?:and|et|und|y)\)\s|\s(?:[-–—]|/|\\)\s", re.IGNORECASE)
_ALWAYS, _OPENING, _CLOSING = frozenset(",;、，；•·●▪■|\n"), frozenset("([{"), frozenset(")]}")
_PARTNER = {"(": ")", "[": "]", "{": "}"}
_MARKS = "*†‡§®™°•·●▪■¹²³⁺¤¨^~#'’\"“”‘ \t\u200b.:+!_。"
_LEADING = re.compile(r"(?:and|&|et|und)\s+(?=\w)|[-–—]\s*|\d\)\s*", re.IGNORECASE)
_HELD, _CUT = "\ue000", "\ue001"  # private characters: a comma that does not cut, a heading that cuts even in brackets
_SPACED_CUTS = 3
"""How often ` - ` or ` / ` stands in a line without commas before it is taken for the separator."""
REMEMBERED = 65_536
"""Pieces of packs whose reading is remembered."""
_DIGIT_COMMA = re.compile(r"\d,\s?\d")
_LONGEST_BRACKET = 240
"""Characters within one pair of brackets beyond which a bracket was forgotten, and commas cut again."""


@dataclass(frozen=True, slots=True)
class Section:
    """The names of one list; a set prints one for each of its products.

    Args:
        title: What stands above or before the list (`"Step 1: Toner"`), or `None`.
        names: In the order of the pack, with brackets and slashes as printed.
    """

    title: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A printed text, told apart into ingredient lists and the rest.

    Args:
        sections: In the order of the text; none is empty.
        aside: Titles, sentences, footnotes and codes: what is no ingredient by its words alone, whatever is known.
    """

    sections: tuple[Section, ...]
    aside: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sections, in order."""
        return tuple(name for section in self.sections for name in section.names)


def read_pack(text: str) -> Pack:
    r"""Tell the ingredient lists of a printed text from its marketing, titles and footnotes, and cut them into names.

    Examples:
        >>> pack = read_pack("-Rose Oil: Calms and soothes your skin.\nToner: Aqua, Glycerin, Parfum*.\n*Organic.")
        >>> pack.sections
        (Section(title='Toner', names=('Aqua', 'Glycerin', 'Parfum')),)
        >>> pack.aside
        ('-Rose Oil: Calms and soothes your skin.', 'Toner', 'Organic')
    """
    reading = _Reading([], [], None, [])
    for line in lines_of(text):
        reading.entitle(line)
        for number, sentence in enumerate(sentences_of(line.text)):
            part = titled(sentence) if number and ":" in sentence else Line(None, sentence)
            reading.entitle(part)
            reading.take(part.text)
    reading.close()
    return Pack(tuple(reading.sections), tuple(filter(None, reading.aside)))


@dataclass(slots=True)
class _Reading:
    """A pack while it is read: what is done, and the section under way."""

    sections: list[Section]
    aside: list[str]
    title: str | None
    names: list[str]

    def entitle(self, line: Line) -> None:
        """Begin the list of a title, and put aside what is said beside the lists."""
        if line.beside is not None:
            self.aside.append(line.beside)
        if line.title is not None:
            self.close()
            self.title = line.title
            self.aside.append(line.title)

    def take(self, sentence: str) -> None:
        """Cut a sentence into names, or put it aside."""
        if kind_of(sentence) is Kind.PROSE:
            self.aside.append(sentence.replace(_CUT, " ").strip())
            return
        for name, beside in _names_in(sentence):
            (self.aside if beside else self.names).append(name)

    def close(self) -> None:
        """End the list under way."""
        if self.names:
            self.sections.append(Section(self.title, tuple(self.names)))
            self.names = []


def split_ingredient_list(text: str) -> list[str]:
    """Cut the ingredient list of a pack into names, in its order.

    Commas inside brackets and inside locants (`1,2-Hexanediol`) do not cut. Headings, percentages and footnote marks
    fall away, and what a pack "may contain" is listed like the rest: whoever avoids it cannot know. Slashes stay, as
    they are part of many names. Sentences and titles are left out; `read_pack` gives them too.

    Examples:
        >>> split_ingredient_list("Ingredients: Aqua, 1,2-Hexanediol, Parfum (Linalool, Limonene), Niacinamide 5%.")
        ['Aqua', '1,2-Hexanediol', 'Parfum (Linalool, Limonene)', 'Niacinamide']
        >>> split_ingredient_list("成分：水、甘油、烟酰胺（5%）")
        ['水', '甘油', '烟酰胺']
        >>> split_ingredient_list("Mica. May contain (+/-): CI 77891, CI 77491")
        ['Mica', 'CI 77891', 'CI 77491']
    """
    return list(read_pack(text).names)


def _names_in(sentence: str) -> Iterator[tuple[str, bool]]:
    """Give the pieces of a list with whether they stand aside."""
    if "%" in sentence:
        sentence = _PERCENT.sub(" ", sentence)
    if "," in sentence and _DIGIT_COMMA.search(sentence):
        sentence = _LOCANT.sub(lambda match: match.group().replace(",", _HELD), sentence)
    for piece in _cut(sentence):
        read = _read_piece(piece)
        if read[0]:
            yield read


@lru_cache(maxsize=REMEMBERED)
def _read_piece(piece: str) -> tuple[str, bool]:
    """Clean one piece, and tell whether it stands aside; the same few thousand names make up most packs."""
    name = " ".join(piece.split()).strip(_MARKS).replace(_HELD, ",")
    if (match := _LEADING.match(name)) is not None and match.end() < len(name):
        name = name[match.end() :].strip(_MARKS)
    name = _balanced(name)
    return (name, is_aside(name)) if any(map(str.isalnum, name)) else ("", False)


def _cut(text: str) -> list[str]:
    marks = [(match.start(), match.end(), match.group()) for match in _CUTS.finditer(text)]
    inside = _bracketed(marks) if any(mark in _OPENING for _, _, mark in marks) else {}
    spaced = _spaced_separator(marks)
    pieces, start, until = [], 0, -1
    for at, end, mark in marks:
        if mark == _CUT:
            until = -1  # a heading cuts even in brackets
        elif at < until:
            continue
        elif mark in _OPENING:
            until = inside.get(at, -1)
            continue
        elif not (mark in _ALWAYS or (len(mark) > 3 and mark.strip()[0] == "(") or mark.strip() == spaced):
            continue
        pieces.append(text[start:at])
        start = end
    return [*pieces, text[start:]]


def _bracketed(marks: list[tuple[int, int, str]]) -> dict[int, int]:
    """Match each outer bracket with the end of its partner; one that has none, or only far away, holds nothing."""
    found: dict[int, int] = {}
    stack: list[tuple[int, str]] = []
    for at, end, mark in marks:
        if mark == _CUT:
            stack.clear()
        elif mark in _OPENING:
            stack.append((at, mark))
        elif mark in _CLOSING:
            partner = next((i for i in range(len(stack) - 1, -1, -1) if _PARTNER[stack[i][1]] == mark), None)
            if partner is not None:
                opened = stack[partner][0]
                del stack[partner:]
                if end - opened <= _LONGEST_BRACKET:
                    found[opened] = end
    return found


def _spaced_separator(marks: list[tuple[int, int, str]]) -> str:
    """Find the mark that separates names where no comma does: a dash or slash between spaces."""
    counts: dict[str, int] = {}
    for _, _, mark in marks:
        counts[mark.strip()] = counts.get(mark.strip(), 0) + 1
    commas = sum(count for mark, count in counts.items() if mark in _ALWAYS)
    spaced = [mark for mark in ("-", "–", "—", "\\", "/") if mark in counts]  # "AQUA / WATER - GLYCERIN": dashes first
    best = max(spaced, key=lambda mark: counts[mark], default="")
    return best if best and counts[best] >= max(_SPACED_CUTS, 2 * commas) else ""


def _balanced(name: str) -> str:
    """Drop a bracket at either end that has no partner, as a heading inside it was cut away."""
    for opening, closing in ("()", "[]", "{}"):
        more = name.count(opening) - name.count(closing)
        if more:
            start = min(max(more, 0), len(name) - len(name.lstrip(opening)))
            end = min(max(-more, 0), len(name) - len(name.rstrip(closing)))
            name = name[start : len(name) - end].strip(_MARKS)
    return name
