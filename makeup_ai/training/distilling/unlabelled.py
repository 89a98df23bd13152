"""Texts that nobody labelled: they carry what a teacher says of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.documents import read_documents
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.texts import read_texts


def read_unlabelled(path: str | Path, without: Iterable[str] = ()) -> list[Example]:
    """Read texts as examples without labels, each text once.

    Args:
        path: The folder of a corpus, or a file: CSV, JSONL, JSON, Parquet or plain text. Labels in it are not read.
        without: Texts to leave out, as those that a run is measured on.

    Raises:
        DataError: It cannot be read, or nothing is left.
    """
    seen = set(without)
    examples = []
    for text in _texts(path):
        readable = text.encode("utf-8", "replace").decode("utf-8").strip()
        if readable and readable not in seen:
            seen.add(readable)
            examples.append(Example(readable))
    if not examples:
        raise DataError("Expected at least one text that is not among the labelled ones", file=str(path))
    return examples


def _texts(path: str | Path) -> Iterable[str]:
    if Path(path).is_dir():
        return (" ".join(document.sentences) for document in read_documents(path))
    return (text for _, text in read_texts(path))
