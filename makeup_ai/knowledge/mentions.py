"""Ingredients that a sentence speaks of, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from makeup_ai.knowledge.packlinking import Mention, PackLinker

LONGEST_WORDS, LONGEST_HAN = 8, 24
"""Words of an English name, and characters of a Chinese one, that are tried at most."""
SHORTEST_LATIN, SHORTEST_HAN = 3, 2
"""Letters and characters below which a name is taken for part of another word (`ha`, `水`)."""
_LONG_WORD = 9
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_GAP = re.compile(r"(?<=\d),(?=\d)|[\s\-–'’./()]{0,2}")
_EVERYDAY = frozenset({"water", "eau"})
_HAN = re.compile(r"[\u3400-\u9fff]")
_GROWS_BEFORE = frozenset("聚酰基羟氧代丙丁乙甲双二三四五六多异脱水解")
_GROWS_AFTER = frozenset("酸酯酰基胺醚聚盐钠钾钙镁锌铵鹽鈉鉀鈣鎂鋅銨酐苷")
"""Characters of chemistry that make a longer name of what stands beside them: `甘油` is not in `聚甘油`."""


@dataclass(frozen=True, slots=True)
class Found:
    """An ingredient named in a text.

    Args:
        start: First code point of the name in the text.
        end: One past the last.
        mention: What it was linked to; its `text` is the name as written.
    """

    start: int
    end: int
    mention: Mention


def find_mentions(text: str, linker: PackLinker) -> tuple[Found, ...]:
    """Find the ingredients that a text names, from left to right, the longest name at each place.

    Names are whole words (`resin` is not in `resinous`) or, in Chinese, not part of a longer name of chemistry. Water,
    and names of the inventory that are single short words ("cream", "gold"), are words of the language first, and left
    alone.

    Args:
        text: In English, Chinese or both.
        linker: Whose names are known.

    Examples:
        >>> from makeup_ai.knowledge import Knowledge
        >>> linker = PackLinker(Knowledge.load())
        >>> found = find_mentions("Can I use retinol with 烟酰胺 and glycolic acid?", linker)
        >>> [(one.start, one.mention.ingredient_id) for one in found]
        [(10, 'retinol'), (23, 'niacinamide'), (31, 'glycolic_acid')]
    """
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    found = []
    at = 0
    while at < len(tokens):
        for last in _ends(text, tokens, at):
            start, end = tokens[at][0], tokens[last][1]
            mention = _named(text, start, end, linker)
            if mention is not None:
                found.append(Found(start, end, mention))
                at = last + 1
                break
        else:
            at += 1
    return tuple(found)


def _ends(text: str, tokens: list[tuple[int, int]], at: int) -> Iterator[int]:
    """Give the last tokens that a name which begins at a token may have, the furthest first."""
    longest = LONGEST_HAN if _HAN.match(text, tokens[at][0]) else LONGEST_WORDS
    last = at
    while last + 1 < min(len(tokens), at + longest):
        gap = _GAP.match(text, tokens[last][1])
        if gap is None or gap.end() != tokens[last + 1][0]:
            break
        last += 1
    yield from range(last, at - 1, -1)


def _named(text: str, start: int, end: int, linker: PackLinker) -> Mention | None:
    name = text[start:end]
    mention = linker.find(name)
    if mention is None:
        return None
    if _HAN.search(name):
        before, after = text[start - 1 : start], text[end : end + 1]
        return None if len(name) < SHORTEST_HAN or before in _GROWS_BEFORE or after in _GROWS_AFTER else mention
    if len(name) < SHORTEST_LATIN or name.lower() in _EVERYDAY:
        return None
    if mention.ingredient_id is None and " " not in name and len(name) < _LONG_WORD:
        return None
    return mention
