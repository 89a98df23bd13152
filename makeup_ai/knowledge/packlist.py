"""The ingredient list of a pack, cut into its names."""

from __future__ import annotations

import re
import unicodedata

_HEADING = re.compile(
    r"(?:(?:in|non-?)?active\s+|other\s+|full\s+)?\bingredients?(?:\s*\(inci\))?\s*[:：]"
    r"|(?:全成分表?|其他微量成分|主要成分|活性成分|成分表?|配料)\s*[:：]"
    r"|\[?\s*(?:\(?\s*(?:\+/-|±)\s*\)?\s*)?(?:may contain|peut contenir|可能含有)(?:\s*/\s*peut contenir)?"
    r"\s*\(?\s*(?:\+/-|±)?\s*\)?\s*[:：]?"
    r"|[\[(]?\s*\+/-\s*[\])]?\s*[:：]?",
    re.IGNORECASE,
)
_LOCANT = re.compile(r"(?<!\d)(\d(?:,\d)+)(?=\s*[-a-z\u4e00-\u9fff])", re.IGNORECASE)
_PERCENT = re.compile(r"[(\[]?\s*[<>≤≥~]?\s*\d+(?:[.,]\d+)?\s*%\s*(?:w/w|w/v)?\s*[)\]]?")
_MARKS = "*†‡§®™°•· \t."
_SEPARATORS = ",;、，；•·\n|"
_SENTENCE_END = re.compile(r"\.\s+[A-Z]")
_HELD, _CUT = "\ue000", "\ue001"  # private characters: a comma that does not cut, a heading that cuts even in brackets


def split_ingredient_list(text: str) -> list[str]:
    """Cut the ingredient list of a pack into names, in its order.

    Commas inside brackets and inside locants (`1,2-Hexanediol`) do not cut. Headings, percentages and footnote marks
    fall away, and what a pack "may contain" is listed like the rest: whoever avoids it cannot know. Slashes stay, as
    they are part of many names.

    Examples:
        >>> split_ingredient_list("Ingredients: Aqua, 1,2-Hexanediol, Parfum (Linalool, Limonene), Niacinamide 5%.")
        ['Aqua', '1,2-Hexanediol', 'Parfum (Linalool, Limonene)', 'Niacinamide']
        >>> split_ingredient_list("成分：水、甘油、烟酰胺（5%）")
        ['水', '甘油', '烟酰胺']
        >>> split_ingredient_list("Mica. May contain (+/-): CI 77891, CI 77491")
        ['Mica', 'CI 77891', 'CI 77491']
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _HEADING.sub(_CUT, plain)
    plain = _PERCENT.sub(" ", plain)
    plain = _LOCANT.sub(lambda match: match.group().replace(",", _HELD), plain)
    names = []
    for piece in _cut(plain):
        name = _balanced(" ".join(piece.replace(_HELD, ",").split()).strip(_MARKS))
        if name and any(char.isalnum() for char in name):
            names.append(name)
    return names


def _cut(text: str) -> list[str]:
    pieces, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        elif char == _CUT or (depth == 0 and (char in _SEPARATORS or _SENTENCE_END.match(text, index))):
            pieces.append(text[start:index])
            depth, start = 0, index + 1
    return [*pieces, text[start:]]


def _balanced(name: str) -> str:
    """Drop a bracket at either end that has no partner, as a heading inside it was cut away."""
    for opening, closing in ("()", "[]", "{}"):
        if name.count(opening) != name.count(closing):
            name = name.removeprefix(opening).removesuffix(closing)
    return name.strip(_MARKS)
