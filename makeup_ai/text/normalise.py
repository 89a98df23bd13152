"""One spelling for many ways to type the same words, with the way back to what was typed."""

from __future__ import annotations

import unicodedata

_FOLDED = str.maketrans("‘’‛`´“”‐‑‒–—―−", "'''''\"\"-------")


def normalise(text: str) -> tuple[str, tuple[int, ...]]:
    """Fold width, case, accents, dashes, quotes and runs of spaces, character by character.

    Every code point is decomposed by itself (Unicode NFKD) and lower-cased; combining marks and invisible format
    characters are dropped, white space becomes single spaces, and none is left at the ends. Working by character
    keeps the offsets exact, and makes the same loop possible in any language.

    Returns:
        The normalised text, and `offsets` of length `len(normalised) + 1`: `offsets[i]` is the code point of the
        original where character `i` came from, and the last entry is the end of the last character.

    Examples:
        >>> normalise("Ｒｅｔｉｎｏｌ  Crème")
        ('retinol creme', (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14))
    """
    characters: list[str] = []
    offsets: list[int] = []
    end = 0
    for index, original in enumerate(text):
        if original.isspace():
            if characters and characters[-1] != " ":
                characters.append(" ")
                offsets.append(index)
            continue
        if unicodedata.category(original) in {"Mn", "Cf"}:
            end = index + 1 if characters and characters[-1] != " " else end
            continue
        folded = unicodedata.normalize("NFKD", original.translate(_FOLDED)).lower()
        for character in folded:
            if character.isspace() or unicodedata.category(character) == "Mn":
                continue
            characters.append(character)
            offsets.append(index)
        end = index + 1
    if characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return "".join(characters), (*offsets, end)


def original_span(offsets: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    """Turn a span of the normalised text into the span of the original that holds it.

    Args:
        offsets: As `normalise` returned them.
        start: First character in the normalised text.
        end: One past the last; above `start`.

    Examples:
        >>> text, offsets = normalise("pas de Crème")
        >>> original_span(offsets, 7, 12)
        (7, 12)
    """
    return offsets[start], max(offsets[end], offsets[end - 1] + 1)
