"""A public vocabulary cut to the domain's texts, with the rows of its embedding that go with it."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as _Tokenizer

from makeup_ai.text.tokenizer import SPECIAL_TOKENS, UNK, Tokenizer
from makeup_ai.training.data.vocabulary import count_words, in_memory, write_tokenizer

COVERAGE = 0.996
"""Share of the texts' pieces that stay pieces; the rest is written with shorter ones."""
ASCII = "".join(sorted(set(string.printable) - set(string.whitespace)))


@dataclass(frozen=True, slots=True)
class CutVocabulary:
    """What is left of a vocabulary, and what was added.

    Args:
        pieces: The five special ones first, `[PAD]` as 0; then those kept, in their old order; then those added.
        rows: `(pieces,)` int64, a piece's id in the public vocabulary and so its row of the embedding; -1 where it had
            none.
        parts: Piece added -> ids of the public pieces that its text was written with before; none for what was
            unknown.
        coverage: Share of the known pieces of the texts that were kept.
    """

    pieces: tuple[str, ...]
    rows: NDArray[np.int64]
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    coverage: float = 1.0

    def write(self, path: str | Path) -> Tokenizer:
        """Write the vocabulary as `tokenizer.json`."""
        return write_tokenizer({piece: index for index, piece in enumerate(self.pieces)}, path)


def cut_vocabulary(
    vocabulary: Sequence[str],
    texts: Iterable[str],
    coverage: float = COVERAGE,
    add: Iterable[str] = (),
    characters: Iterable[str] = ASCII,
) -> CutVocabulary:
    """Keep the pieces of a public vocabulary that texts are written with, and add some of one's own.

    Kept are the special pieces, the given characters and those of the texts, alone and within a word, and the most
    frequent pieces up to the coverage. No word of the texts that was known becomes unknown by it.

    Args:
        vocabulary: Of a lower-case BERT: piece by id, such as `BertTokenizer.get_vocabulary()` of KerasHub.
        texts: Of the domain, the training part only.
        coverage: Share of the texts' known pieces to keep, above 0 and at most 1.
        add: Pieces to have as well, such as Chinese characters or words of the domain.
        characters: Kept whether the texts hold them or not, as far as the vocabulary has them.

    Raises:
        ValueError: A special piece is missing, a piece is listed twice, the coverage is out of range, or no text holds
            a known piece.
    """
    ids = {piece: index for index, piece in enumerate(vocabulary)}
    _check(vocabulary, ids, coverage)
    public = in_memory(ids)
    words = count_words(public, texts)
    written = {word: tuple(public.encode(word, add_special_tokens=False).ids) for word in words}
    counts: Counter[int] = Counter()
    for word, pieces in written.items():
        for piece in pieces:
            counts[piece] += words[word]
    del counts[ids[UNK]]
    if not counts:
        raise ValueError("Expected texts that the vocabulary can write. Received: none with a known piece")
    found = {character for word in words for character in word} | set(characters)
    kept = {ids[piece] for c in found for piece in (c, f"##{c}") if piece in ids}
    kept |= _most_frequent(counts, kept, coverage)
    kept -= {ids[token] for token in SPECIAL_TOKENS}
    kept = _nothing_lost(vocabulary, ids, kept, written)
    order = [ids[token] for token in SPECIAL_TOKENS] + sorted(kept)
    extra = [piece for piece in dict.fromkeys(add) if piece not in SPECIAL_TOKENS and ids.get(piece) not in kept]
    return CutVocabulary(
        pieces=(*(vocabulary[index] for index in order), *extra),
        rows=np.array([*order, *(ids.get(piece, -1) for piece in extra)], np.int64),
        parts={piece: _parts(public, piece, ids[UNK]) for piece in extra if piece not in ids},
        coverage=sum(counts[index] for index in order) / counts.total(),
    )


def take_rows(
    table: NDArray[np.floating],
    cut: CutVocabulary,
    initial: Callable[[str], NDArray[np.floating]] | None = None,
) -> NDArray[np.floating]:
    """Take a cut vocabulary's rows of an embedding table.

    Args:
        table: `(public pieces, width)`.
        cut: Of that vocabulary.
        initial: Gives the row of a piece that had none, `(width,)`. Without it a row is the mean of the rows of its
            `parts`, and of all kept rows but the special ones where it has no parts.

    Returns:
        `(pieces, width)` of the table's type.

    Raises:
        ValueError: The table has too few rows, or a row of `initial` another width.
    """
    if table.ndim != 2 or len(table) <= cut.rows.max():
        raise ValueError(f"Expected a table of at least {cut.rows.max() + 1} rows. Received: shape {table.shape}")
    taken = table[np.maximum(cut.rows, 0)]
    known = cut.rows[len(SPECIAL_TOKENS) :]
    mean = table[known[known >= 0]].mean(axis=0)
    for index in np.flatnonzero(cut.rows < 0).tolist():
        piece = cut.pieces[index]
        parts = list(cut.parts.get(piece, ()))
        row = initial(piece) if initial is not None else table[parts].mean(axis=0) if parts else mean
        if np.shape(row) != table.shape[1:]:
            raise ValueError(f"Expected a row of {table.shape[1]} for {piece!r}. Received: shape {np.shape(row)}")
        taken[index] = row
    return taken


def _check(vocabulary: Sequence[str], ids: Mapping[str, int], coverage: float) -> None:
    if missing := [token for token in SPECIAL_TOKENS if token not in ids]:
        raise ValueError(f"Expected a vocabulary with {list(SPECIAL_TOKENS)}. Missing: {missing}")
    if len(ids) < len(vocabulary):
        twice = [piece for piece, times in Counter(vocabulary).items() if times > 1]
        raise ValueError(f"Expected each piece once. Received twice: {twice[:5]}")
    if not 0 < coverage <= 1:
        raise ValueError(f"A coverage is above 0 and at most 1. Received: coverage={coverage}")


def _most_frequent(counts: Counter[int], kept: set[int], coverage: float) -> set[int]:
    covered = sum(counts[index] for index in kept)
    chosen: set[int] = set()
    for index, times in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if covered >= coverage * counts.total():
            break
        if index not in kept:
            chosen.add(index)
            covered += times
    return chosen


def _nothing_lost(
    vocabulary: Sequence[str], ids: Mapping[str, int], kept: set[int], written: Mapping[str, tuple[int, ...]]
) -> set[int]:
    """Add the pieces of words that the kept ones cannot write, until there are none."""
    unknown = ids[UNK]
    while True:
        tokenizer = in_memory({UNK: unknown} | {vocabulary[index]: index for index in kept})
        lost = {
            index
            for word, pieces in written.items()
            if unknown not in pieces and unknown in tokenizer.encode(word, add_special_tokens=False).ids
            for index in pieces
        }
        if lost <= kept:
            return kept
        kept = kept | lost


def _parts(public: _Tokenizer, piece: str, unknown: int) -> tuple[int, ...]:
    written = public.encode(piece.removeprefix("##"), add_special_tokens=False).ids
    return tuple(index for index in written if index != unknown)
