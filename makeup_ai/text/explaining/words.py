"""The words of a text as its pieces lie in them: what an explanation gives weights to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from makeup_ai.text.tokenizer import Encoding


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    Args:
        text: As written.
        start: First character, in code points of the text.
        end: One past the last.
        pieces: Rows of the encoding that it was cut into.
    """

    text: str
    start: int
    end: int
    pieces: tuple[int, ...]


def words_of(text: str, encoding: Encoding) -> list[Word]:
    """Group the pieces of a text into words: letters and digits that touch are one, but each Han character is its own.

    Pieces without characters, such as `[CLS]`, belong to no word. What lies beyond the encoding has no words.
    """
    groups: list[list[int]] = []
    for piece, (start, end) in enumerate(encoding.offsets.tolist()):
        if end <= start:
            continue
        before = encoding.offsets[groups[-1][-1]].tolist() if groups else None
        if before and (before == [start, end] or (before[1] == start and _joins(text[start - 1], text[start]))):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    spans = [(int(encoding.offsets[g[0]][0]), int(encoding.offsets[g[-1]][1]), tuple(g)) for g in groups]
    return [Word(text[start:end], start, end, pieces) for start, end, pieces in spans]


def _joins(before: str, after: str) -> bool:
    return all(c.isalnum() and not "\u2e80" <= c <= "\u9fff" and c < "\uf900" for c in (before, after))


def without(encoding: Encoding, pieces: Collection[int], mask_id: int | None = None) -> Encoding:
    """Return an encoding without some of its pieces.

    Args:
        encoding: Of a single text; not changed.
        pieces: Rows of it.
        mask_id: What stands in their place; `None` removes them, and what follows moves up.
    """
    rows = sorted(pieces)
    if mask_id is None:
        return replace(
            encoding,
            token_ids=np.delete(encoding.token_ids, rows),
            offsets=np.delete(encoding.offsets, rows, axis=0),
        )
    token_ids = encoding.token_ids.copy()
    token_ids[rows] = mask_id
    return replace(encoding, token_ids=token_ids)
