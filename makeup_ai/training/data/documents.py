"""The documents of a corpus, read back from its shards.

A shard is JSONL, one document a line: `id` (file and row), `language`, `sentences`; and `words` where Chinese was
segmented, one list of [word, tag] pairs a sentence.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.training.data.corpus_card import CARD, SCHEMA


@dataclass(frozen=True, slots=True)
class Document:
    """One text of a corpus.

    Args:
        id: Name of its file and its number there, as in `"reviews.csv:12"`.
        language: `"en"`, `"zh"` or `"other"`.
        sentences: At least one.
        words: For each sentence its words with their parts of speech; empty where none were asked for.
    """

    id: str
    language: str
    sentences: tuple[str, ...]
    words: tuple[tuple[tuple[str, str], ...], ...] = ()


def read_documents(folder: str | os.PathLike[str]) -> Iterator[Document]:
    """Read the documents of a corpus in their order, one shard at a time.

    Raises:
        DataError: The folder is no corpus, or a shard is not the one that was written.
    """
    root = Path(folder)
    for shard in read_card(root)["shards"]:
        path = root / shard["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"Expected a shard of the corpus. {error.strerror}", file=str(path)) from error
        if hashlib.sha256(content).hexdigest() != shard["sha256"]:
            raise DataError(f"Expected the shard of SHA-256 {shard['sha256']}. Make the corpus again", file=str(path))
        for line in content.decode("utf-8").splitlines():  # as JSON, no line holds a break of its own
            row = json.loads(line)
            words = tuple(tuple((word, tag) for word, tag in sentence) for sentence in row.get("words", ()))
            yield Document(row["id"], row["language"], tuple(row["sentences"]), words)


def read_card(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the card of a corpus.

    Raises:
        DataError: It is missing, or not of this schema.
    """
    path = Path(folder) / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"Expected the card of a corpus: {error}", file=str(path)) from error
    if not isinstance(card, dict) or card.get("corpus_schema") != SCHEMA:
        raise DataError(f"Expected a corpus of schema {SCHEMA}. Make it again", file=str(path))
    return card
