"""A corpus in pieces: flat arrays with the starts of sentences and documents, small enough to hold in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from makeup_ai.errors import DataError
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.documents import Document
from makeup_ai.training.data.segmentation import Segmenter, jieba_segmenter
from makeup_ai.training.pretraining.units import Units, word_spans

LANGUAGES = ("en", "zh", "other")
LONGEST_SENTENCE = 4_096
"""Pieces; what is beyond is left out."""
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """Documents as pieces.

    Args:
        token_ids: `(pieces,)` int32, without special ones.
        joins: `(pieces,)` int8; see `units`.
        entity: `(pieces,)` bool, whether a piece belongs to a name.
        sentences: `(sentences + 1,)` int64, where each begins and the last ends.
        documents: `(documents + 1,)` int64, the first sentence of each and the end of the last.
        languages: `(documents,)` int8, places in `LANGUAGES`.
    """

    token_ids: NDArray[np.int32]
    joins: NDArray[np.int8]
    entity: NDArray[np.bool_]
    sentences: NDArray[np.int64]
    documents: NDArray[np.int64]
    languages: NDArray[np.int8]

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.languages)

    @property
    def digest(self) -> str:
        """SHA-256 of all that is in it."""
        digest = hashlib.sha256()
        for array in (self.token_ids, self.joins, self.entity, self.sentences, self.documents, self.languages):
            digest.update(f"{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def read_pieces(documents: Iterable[Document], tokenizer: Tokenizer, units: Units) -> Pieces:
    """Turn documents into pieces with their units.

    Chinese words are those of the corpus where it was segmented, else jieba's where it is installed; without either,
    characters are free.

    Raises:
        DataError: Nothing is left of all documents.
    """
    ids, joins, entity, sentences, firsts, languages = [], [], [], [0], [0], []
    segment = _Segment()
    for chunk in _chunks(documents):
        texts = [sentence for document in chunk for sentence in document.sentences]
        encodings = iter(tokenizer.encode_batch(texts, LONGEST_SENTENCE))
        for document in chunk:
            for number, sentence in enumerate(document.sentences):
                encoding = next(encodings)
                if len(encoding.token_ids) < 3:
                    continue  # nothing that the tokenizer reads
                pieces, offsets = encoding.token_ids[1:-1], encoding.offsets[1:-1]
                found = units.mark(pieces, offsets, segment(document, number, sentence))
                ids.append(pieces)
                joins.append(found[0])
                entity.append(found[1])
                sentences.append(sentences[-1] + len(pieces))
            if len(sentences) - 1 > firsts[-1]:
                firsts.append(len(sentences) - 1)
                languages.append(LANGUAGES.index(document.language if document.language in LANGUAGES else "other"))
    if not ids:
        raise DataError("Expected a corpus with text to learn from. It holds none that the tokenizer reads")
    return Pieces(
        np.concatenate(ids),
        np.concatenate(joins),
        np.concatenate(entity),
        np.asarray(sentences, np.int64),
        np.asarray(firsts, np.int64),
        np.asarray(languages, np.int8),
    )


class _Segment:
    """The Chinese words of a sentence, by the corpus or by jieba, which is loaded when the first is asked for."""

    def __init__(self) -> None:
        self._jieba: Segmenter | None = None
        self._missing = False

    def __call__(self, document: Document, number: int, sentence: str) -> list[tuple[int, int]]:
        if document.words:
            return word_spans(sentence, (word for word, _ in document.words[number]))
        if document.language != "zh" or self._missing:
            return []
        if self._jieba is None:
            try:
                self._jieba = jieba_segmenter()
            except ImportError:
                self._missing = True
                return []
        return word_spans(sentence, (word for word, _ in self._jieba(sentence)))


def hold_out(documents: Iterable[Document], share: float) -> tuple[list[Document], list[Document]]:
    """Part documents into those to learn from and those held out, by the hash of their text.

    A text falls on the same side whatever else the corpus holds; equal texts always fall together.

    Args:
        documents: In any order.
        share: Held out, in (0, 1); at least one document.

    Raises:
        DataError: There are fewer than two different documents.
        ValueError: The share is none.
    """
    if not 0 < share < 1:
        raise ValueError(f"Expected a held-out share in (0, 1). Received: {share}")
    known = [(_place(document), document) for document in documents]
    if len({place for place, _ in known}) < 2:
        raise DataError(
            f"Expected at least two different documents, one to learn from and one held out. Received: {len(known)}. "
            "Make a larger corpus by `makeup-ai data corpus`"
        )
    ends = sorted({place for place, _ in known})
    limit = min(max(share, ends[0]), ends[-2])
    return [d for place, d in known if place > limit], [d for place, d in known if place <= limit]


def _place(document: Document) -> float:
    digest = hashlib.sha256("\n".join(document.sentences).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    left = iter(documents)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk
