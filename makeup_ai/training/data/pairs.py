"""What of an example the encoder reads: its text alone, or its text and the second one as a pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from makeup_ai.text.tokenizer import Encoding, Tokenizer
from makeup_ai.training.data.examples import Example

Reading = str | tuple[str, str]
"""One text, or a pair of them that is read at once."""


def readings(examples: Iterable[Example]) -> list[Reading]:
    """Return what is read of each example.

    Examples:
        >>> readings([Example("oily skin"), Example("oily skin", second="A light gel.")])
        ['oily skin', ('oily skin', 'A light gel.')]
    """
    return [example.text if example.second is None else (example.text, example.second) for example in examples]


def every_text(examples: Iterable[Example]) -> list[str]:
    """Return every text that training reads of the examples, products too: what a vocabulary is built from."""
    return [
        text
        for example in examples
        for text in (example.text, example.second, example.product, *(example.negatives or ()))
        if text
    ]


def encode_readings(tokenizer: Tokenizer, read: Sequence[Reading], max_length: int) -> list[Encoding]:
    """Turn texts and pairs, in any mixture, into token ids; see `Tokenizer.encode_batch` and `encode_pairs`."""
    singles = [(row, one) for row, one in enumerate(read) if isinstance(one, str)]
    pairs = [(row, one) for row, one in enumerate(read) if not isinstance(one, str)]
    encoded: dict[int, Encoding] = {}
    if singles:
        found = tokenizer.encode_batch([text for _, text in singles], max_length)
        encoded |= {row: encoding for (row, _), encoding in zip(singles, found, strict=True)}
    if pairs:
        firsts, seconds = [pair[0] for _, pair in pairs], [pair[1] for _, pair in pairs]
        found = tokenizer.encode_pairs(firsts, seconds, max_length)
        encoded |= {row: encoding for (row, _), encoding in zip(pairs, found, strict=True)}
    return [encoded[row] for row in range(len(read))]
