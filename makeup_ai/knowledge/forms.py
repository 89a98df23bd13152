"""The plainer forms that a printed name may be known by, each with how sure it still is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from makeup_ai.knowledge.colours import colour_index
from makeup_ai.knowledge.words import word_list

PLANT_FORMS = word_list("plant_forms")
"""Words that a name of a plant ends with."""
PLANT_PARTS = word_list("plant_parts")

_INNER = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_NOISE = re.compile(
    r"\d+(?:[.,]\d+)?\s*(?:%|\bpercent\b|\bppm\b|\bmg/g\b)|[*†‡§¹²³⁺¤™®©^~]+|\b(?:usp|nf|bp|ph\.?\s?eur)\b\.?"
    r"|\b(?:certified\s+)?organic(?:ally[ -]grown)?\b|\bfair[- ]?trade\b|\bcertified\b"
    r"|\bwild[- ]?(?:crafted|harvested)\b"
    r"|\bbio(?:logique|logical)?\s|\b(?:non|micro)?-?\s?nano(?:[- ]?particles?)?\b|\bnon[- ]gmo\b|\bvegan\b|\bpure\b"
    r"|\b(?:cold|expeller)[- ]pressed\b|\bvirgin\b|\bunrefined\b|\braw\b|\bplant[- ]derived\b|\bvegetable[- ]derived\b",
    re.IGNORECASE,
)
_EDGES = " \t.,:;*-–—/\\'\"’‘“”+_&#()[]{}"
_EDGES_KEPT = " \t.,:;*-–—/\\'\"’‘“”+_&#"
_SLASH = re.compile(r"\s*[/\\]\s*")
_JOINED = re.compile(
    r"copolymer|crosspolymer|polymer|ester|glyceride|silicate|fluorphlogopite|hyaluronate|sulfate|phosphate|acrylate|"
    r"methicone|lipid|peg|ppg|glycol|acid|\boxide\b|ferment|filtrate|lysate|lactobacillus|saccharomyces|bacillus|"
    r"ate\b|ioate\b",
    re.IGNORECASE,
)
_CARBONS = re.compile(r"\b(C\s?\d+)\s?-\s?C\s?(\d+)\b", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?<=[a-z]{3})\s+(?:L\.|Linn\.?|\(L\.?\)|DC\.|Mill\.|L)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a printed name.

    Args:
        text: To be looked up.
        how: One of the keys of `CONFIDENCE`.
    """

    text: str
    how: str


CONFIDENCE = {
    "exact": 1.0,
    "colour": 1.0,
    "alias": 1.0,
    "plain": 1.0,
    "number": 0.95,
    "inner": 0.9,
    "inside": 0.9,
    "bracket": 0.9,
    "slash": 0.9,
    "plant": 0.7,
    "typo": 0.8,
    "typos": 0.6,
    "split": 0.75,
    "joined": 0.8,
}
"""How a name was linked -> confidence: as printed; by its colour index; by another word for the same thing; without
brackets, percentages and notes; singular for plural; by what its brackets say in the words' stead; as one of several
that its brackets list; by one side of a slash; as the plant, where only a part of it is printed; with one edit, with
two; as names with no comma between them; as one name with a comma in it."""


def forms(name: str) -> Iterator[Form]:
    """Give the forms of a name to look up, the surest first.

    Examples:
        >>> [form.text for form in forms("Organic Vitis Vinifera (Grape) Seed Oil*")][:2]
        ['Organic Vitis Vinifera (Grape) Seed Oil*', 'Vitis Vinifera (Grape) Seed Oil']
    """
    if (colour := colour_index(name)) is not None:
        yield Form(colour, "exact" if colour == name else "colour")
    yield Form(name, "exact")
    plain = " ".join(_NOISE.sub(" ", name).split()).strip(_EDGES_KEPT)
    yield Form(plain, "plain")
    outside, inside = unbracket(plain)
    if inside:
        yield Form(outside, "plain")
    elif plain.count("(") != plain.count(")"):
        outside = plain.replace("(", " ").replace(")", " ")
        yield Form(outside, "plain")
    yield from _other_words(outside)


def loose_forms(name: str) -> Iterator[Form]:
    """Give the forms that hold only where the name's own words say nothing: one side of a slash, or its brackets."""
    plain = " ".join(_NOISE.sub(" ", name).split()).strip(_EDGES_KEPT)
    outside, inside = unbracket(plain)
    yield from _slashes(outside)
    yield from _inner(plain, inside)


def _other_words(outside: str) -> Iterator[Form]:
    """Give the name in other words: British for American spelling, singular for plural, without the plant's author."""
    printed = outside.lower().split()
    table = word_aliases()
    if (range_ := _CARBONS.sub(r"\1-\2", outside)) != outside:
        yield Form(range_, "alias")
    if any(word in table for word in printed):
        changed = " ".join(table.get(word, word) for word in printed)
        yield Form(changed, "alias")
    if _AUTHORITY.search(outside):
        yield Form(_AUTHORITY.sub(" ", outside), "plain")
    if printed and len(printed[-1]) > 4:
        yield Form(outside.rstrip("sS") if outside[-1] in "sS" else f"{outside}s", "number")


def _inner(plain: str, inside: list[str]) -> Iterator[Form]:
    """Give what the brackets say in place of the words before them: `Green Tea (Camellia Sinensis) Leaf Extract`."""
    if not inside:
        return
    match = _INNER.search(plain)
    if match is not None:
        content, after = match[1] or match[2] or "", plain[match.end() :].strip()
        if after and "(" not in after:
            yield Form(f"{content} {after}", "inner")
        last = plain[: match.start()].split()
        if last and not after:
            yield Form(f"{content} {last[-1]}", "inner")
            if len(last) > 2:
                yield Form(f"{content} {' '.join(last[-2:])}", "inner")
        if after:
            return  # "Borago Officinalis (Borage) Flower Extract" is not what borage alone would be
    for content in inside:
        if len(content) > 4 and content.lower().strip() not in {"water", "alcohol", "aqua"}:
            yield Form(colour_index(content) or content, "inside")
            for part in _SLASH.split(content):
                if part != content and len(part) > 6:
                    yield Form(part, "inside")


def _slashes(outside: str) -> Iterator[Form]:
    """Give the sides of a slash, where it stands between names in several languages and not within one."""
    if "/" not in outside and "\\" not in outside:
        return
    parts = [part.strip(_EDGES) for part in _SLASH.split(outside)]
    parts = [part for part in parts if part]
    if len(parts) < 2 or any(part.split()[0].lower() in PLANT_PARTS for part in parts[1:]):
        return
    if _JOINED.search(outside) and len({part.split()[-1].lower() for part in parts}) > 1:
        return
    for part in parts:
        if not part.isdigit() and len(part) > 2:
            yield Form(part, "slash")


def unbracket(name: str) -> tuple[str, list[str]]:
    """Give a name without its bracketed parts, and those parts."""
    inside: list[str] = []
    while match := _INNER.search(name):
        inside.append(match[1] if match[1] is not None else match[2])
        name = f"{name[: match.start()]} {name[match.end() :]}"
    return " ".join(name.split()), inside


@cache
def aliases() -> dict[str, str]:
    """Give the other names of whole ingredients, in lower case -> INCI name."""
    table = _table()["names"]
    return {name: inci for inci, names in table.items() for name in names}


@cache
def word_aliases() -> dict[str, str]:
    """Give the other spellings of single words -> the INCI spelling, in lower case."""
    return dict(_table()["words"])


@cache
def _table() -> dict[str, dict[str, str]]:
    path = files("makeup_ai.knowledge") / "tables" / "aliases.json"
    loaded: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
