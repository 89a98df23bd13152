"""The bilingual WordPiece tokenizer, read from one `tokenizer.json`.

The same file is read here, by KerasHub, by a TensorFlow graph and by JavaScript; the golden vectors in the tests hold
them to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as _Tokenizer

PAD, UNK, CLS, SEP, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL_TOKENS = (PAD, UNK, CLS, SEP, MASK)
"""Every vocabulary has them; in one of ours they are the first five, in a public one only `[PAD]` is sure to be 0."""

MAX_CHARACTERS = 4_096
"""Characters of a text that are tokenized: over ten times what the longest bucket can hold."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """One text, or a pair of them, as the models read it, without padding.

    Args:
        token_ids: `(n,)` int32, `[CLS]` first and `[SEP]` last; of a pair another `[SEP]` stands between.
        offsets: `(n, 2)` int32, start and end of each piece in code points of its own text as given; `(0, 0)` for the
            special ones.
        truncated: Whether there were more than `max_length` pieces.
        second: Of a pair, the row of the first piece behind the `[SEP]` between; 0 for a single text.
    """

    token_ids: NDArray[np.int32]
    offsets: NDArray[np.int32]
    truncated: bool
    second: int = 0


class Tokenizer:
    """Text to token ids and back to the characters they came from.

    Args:
        path: A `tokenizer.json` in the format of Hugging Face `tokenizers`.

    Raises:
        ValueError: The file is no tokenizer, a special token is missing, or `[PAD]` is not 0.

    Examples:
        >>> tokenizer = Tokenizer("bundle/tokenizer.json")  # doctest: +SKIP
        >>> tokenizer.encode("oily skin", max_length=16).token_ids  # doctest: +SKIP
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if not self.path.is_file():
            raise FileNotFoundError(f"Expected a tokenizer.json. Received: {str(path)!r}, which is not a file.")
        try:
            self._tokenizer = _Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust library raises bare Exception
            raise ValueError(
                f"Expected a tokenizer.json of the `tokenizers` library. Received: {str(path)!r} ({error})"
            ) from error
        ids = {token: self._tokenizer.token_to_id(token) for token in SPECIAL_TOKENS}
        if ids[PAD] != 0 or None in ids.values():
            raise ValueError(f"Expected {SPECIAL_TOKENS} with {PAD} as 0. Received: {ids} in {str(path)!r}")
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    @property
    def vocabulary(self) -> list[str]:
        """All pieces, in the order of their ids."""
        pieces = self._tokenizer.get_vocab()
        return sorted(pieces, key=pieces.__getitem__)

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces."""
        return int(self._tokenizer.get_vocab_size())

    def token_id(self, token: str) -> int:
        """Return the id of a piece; that of `[UNK]` where there is none."""
        pieces: dict[str, int] = self._tokenizer.get_vocab()
        return pieces.get(token, pieces[UNK])

    def normalise(self, text: str) -> str:
        """Return the text as the vocabulary sees it: NFKC, no controls, lower-case, no accents, CJK set apart."""
        return str(self._tokenizer.normalizer.normalize_str(_without_surrogates(text[:MAX_CHARACTERS])))

    def encode(self, text: str, max_length: int) -> Encoding:
        """Turn one text into at most `max_length` token ids, the special ones included.

        Raises:
            ValueError: `max_length` leaves no room for a piece between `[CLS]` and `[SEP]`.
        """
        return self.encode_batch([text], max_length)[0]

    def encode_batch(self, texts: Sequence[str], max_length: int) -> list[Encoding]:
        """Turn texts into token ids; see `encode`."""
        if max_length < 3:
            raise ValueError(f"Expected max_length of at least 3. Received: max_length={max_length}")
        clean = [_without_surrogates(text[:MAX_CHARACTERS]) for text in texts]
        results = []
        for text, encoding in zip(texts, self._tokenizer.encode_batch(clean), strict=True):
            ids, offsets = encoding.ids, encoding.offsets
            truncated = len(ids) > max_length or len(text) > MAX_CHARACTERS
            if len(ids) > max_length:
                ids = [*ids[: max_length - 1], ids[-1]]
                offsets = [*offsets[: max_length - 1], (0, 0)]
            results.append(
                Encoding(
                    np.asarray(ids, np.int32),
                    np.asarray(offsets, np.int32).reshape(-1, 2),
                    truncated,
                )
            )
        return results

    def encode_pairs(self, firsts: Sequence[str], seconds: Sequence[str], max_length: int) -> list[Encoding]:
        """Turn pairs of texts into `[CLS] first [SEP] second [SEP]`, at most `max_length` token ids each.

        Of a pair that is too long the longer side gives up its end, and where both are longer than half the room, each
        keeps a half, the second the odd piece: what the `tokenizers` library calls `longest_first`.

        Raises:
            ValueError: `max_length` leaves no room for a piece of each, or there are not as many firsts as seconds.
        """
        if max_length < 5 or len(firsts) != len(seconds):
            raise ValueError(
                "Expected max_length of at least 5, and a second text for each first. "
                f"Received: max_length={max_length}, {len(firsts)} firsts, {len(seconds)} seconds"
            )
        whole = 1 << 30  # what is beyond the room goes below, when both lengths are known
        sides = zip(self.encode_batch(firsts, whole), self.encode_batch(seconds, whole), strict=True)
        return [_joined(first, second, max_length) for first, second in sides]


def _joined(first: Encoding, second: Encoding, max_length: int) -> Encoding:
    room = max_length - 3
    lengths = len(first.token_ids) - 2, len(second.token_ids) - 2
    kept = _longest_first(*lengths, room)
    a, b = 1 + kept[0], 1 + kept[1]
    nothing = np.zeros((1, 2), np.int32)
    return Encoding(
        np.concatenate([first.token_ids[:a], first.token_ids[-1:], second.token_ids[1:b], second.token_ids[-1:]]),
        np.concatenate([first.offsets[:a], nothing, second.offsets[1:b], nothing]),
        truncated=first.truncated or second.truncated or kept != lengths,
        second=a + 1,
    )


def _longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """Return the pieces that each of two sides keeps; together `room` at most."""
    if first + second <= room:
        return first, second
    half = room // 2
    short = min(first, second)
    if short > half:
        return (half, room - half) if first <= second else (room - half, half)
    return (first, room - first) if first <= second else (room - second, second)


def pad(encodings: Sequence[Encoding], length: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Stack encodings on the right-padded grid that every model reads.

    Returns:
        `token_ids` and `padding_mask`, both `(batch, length)` int32; the mask is 1 on real pieces.

    Raises:
        ValueError: An encoding is longer than `length`.
    """
    token_ids = np.zeros((len(encodings), length), np.int32)  # [PAD] is 0
    padding_mask = np.zeros((len(encodings), length), np.int32)
    for row, encoding in enumerate(encodings):
        n = len(encoding.token_ids)
        if n > length:
            raise ValueError(
                f"Expected at most {length} token ids. Received: {n} in row {row}; choose a longer bucket."
            )
        token_ids[row, :n] = encoding.token_ids
        padding_mask[row, :n] = 1
    return token_ids, padding_mask


def _without_surrogates(text: str) -> str:
    """Replace lone surrogates, which cannot be encoded as UTF-8, one for one, so that offsets stay true."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
