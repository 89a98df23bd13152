"""What happens between a sentence and a phone's keyboard: case, slips, missing marks, wide figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from makeup_ai.training.data.grammar import Piece

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_CASUAL_ZH = (
    ("什么", "啥"),
    ("怎么", "咋"),
    ("没有", "木有"),
    ("推荐", "推"),
    ("喜欢", "稀饭"),
    ("吗", "嘛"),
    ("的", "滴"),
)
_CASUAL_EN = (("you", "u"), ("are", "r"), ("please", "pls"), ("because", "cuz"), ("what's", "whats"), ("with", "w/"))
_WORD = re.compile(r"[A-Za-z]{5,}")
_VOWELS = "aeiouAEIOU"


def tidy(pieces: Sequence[Piece]) -> list[Piece]:
    """Join pieces grammatically: `an` before a vowel, single spaces, no doubled particle, none at the ends."""
    kept = [piece for piece in pieces if piece.text]
    for at in range(len(kept) - 1):
        here, after = kept[at].text, kept[at + 1].text
        if not kept[at].slot and re.search(r"\b[Aa] $", here) and after[0] in _VOWELS:
            kept[at] = replace(kept[at], text=f"{here[:-1]}n ")
        if not kept[at + 1].slot and (
            (here[-1:] == " " and after[0] == " ") or (here[-1:] == "的" and after[0] == "的")
        ):
            kept[at + 1] = replace(kept[at + 1], text=after[1:])
    kept = [piece for piece in kept if piece.text]
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return [piece for piece in kept if piece.text]


def roughen(pieces: Sequence[Piece], rng: Random, language: str, exact: frozenset[str]) -> list[Piece]:
    """Type the pieces as a person in a hurry would; labels stay what they are.

    Args:
        pieces: Of one utterance.
        rng: Of all choices.
        language: `"zh"`, or another that is written in Latin letters.
        exact: Slots whose letters are never changed by a slip, because a mask or an amount hangs on them.
    """
    rough = _chinese(list(pieces), rng) if language == "zh" else _latin(list(pieces), rng, exact)
    return tidy(rough)


def _latin(pieces: list[Piece], rng: Random, exact: frozenset[str]) -> list[Piece]:
    case = rng.random()
    if case < 0.25:
        pieces = [replace(piece, text=piece.text.lower()) for piece in pieces]
    elif case < 0.42:
        pieces[0] = replace(pieces[0], text=pieces[0].text[:1].upper() + pieces[0].text[1:])
    elif case < 0.44:
        pieces = [replace(piece, text=piece.text.upper()) for piece in pieces]
    if rng.random() < 0.1:
        pieces = [piece if piece.slot else replace(piece, text=piece.text.replace("'", "")) for piece in pieces]
    if rng.random() < 0.06:
        pieces = _replace_one(pieces, rng, [(rf"\b{plain}\b", casual) for plain, casual in _CASUAL_EN])
    if rng.random() < 0.14:
        pieces = _slip(pieces, rng, exact)
    if rng.random() < 0.3 and not pieces[-1].slot:
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip("?.!"))
    if rng.random() < 0.04:
        pieces = [piece if piece.slot else replace(piece, text=piece.text.replace(", ", ",")) for piece in pieces]
    if rng.random() < 0.03:
        pieces = [piece if piece.slot else replace(piece, text=piece.text.replace(". ", "  ")) for piece in pieces]
    return pieces


def _chinese(pieces: list[Piece], rng: Random) -> list[Piece]:
    comma = rng.random()
    if comma < 0.4:
        mark = " " if comma < 0.18 else "," if comma < 0.32 else ""
        pieces = [piece if piece.slot else replace(piece, text=piece.text.replace("，", mark)) for piece in pieces]
    if rng.random() < 0.2:
        pieces = [replace(piece, text=piece.text.lower()) for piece in pieces]
    if rng.random() < 0.08:
        pieces = [replace(piece, text=piece.text.translate(_WIDE)) for piece in pieces]
    if rng.random() < 0.08:
        pieces = _replace_one(pieces, rng, _CASUAL_ZH)
    if rng.random() < 0.06:
        spaced = [(Piece(" "), piece, Piece(" ")) if piece.slot else (piece,) for piece in pieces]
        pieces = [piece for group in spaced for piece in group]
    if rng.random() < 0.3 and not pieces[-1].slot:
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip("？。！"))
    return pieces


def _replace_one(pieces: list[Piece], rng: Random, table: Sequence[tuple[str, str]]) -> list[Piece]:
    plain, casual = rng.choice(table)
    return [piece if piece.slot else replace(piece, text=re.sub(plain, casual, piece.text)) for piece in pieces]


def _slip(pieces: list[Piece], rng: Random, exact: frozenset[str]) -> list[Piece]:
    """Drop, double or swap one letter inside one word of five or more."""
    words = [
        (at, match.start(), match.end())
        for at, piece in enumerate(pieces)
        if piece.slot not in exact
        for match in _WORD.finditer(piece.text)
    ]
    if not words:
        return pieces
    at, start, end = rng.choice(words)
    text = pieces[at].text
    place = rng.randrange(start + 1, end - 1)
    kind = rng.randrange(3)
    if kind == 0:
        text = text[:place] + text[place + 1 :]
    elif kind == 1:
        text = text[:place] + text[place] + text[place:]
    else:
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return [*pieces[:at], replace(pieces[at], text=text), *pieces[at + 1 :]]
