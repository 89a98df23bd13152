"""Texts that nobody labelled, from files of any layout: a person labels them, or a teacher answers them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.documents import read_documents
from makeup_ai.training.data.examples import Example, read_examples
from makeup_ai.training.data.layouts import COMMON_NAMES, choose_columns, clean_text, language_of
from makeup_ai.training.data.parts import is_examples
from makeup_ai.training.data.tables import read_table
from makeup_ai.training.data.texts import LINES, PLAIN, read_texts


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Columns of a table of texts."""

    text: str
    product: str | None = None


NAMES = {
    "text": COMMON_NAMES["text"] | COMMON_NAMES["description"] | COMMON_NAMES["name"],
    "product": COMMON_NAMES["product"],
}


def read_unlabelled(
    paths: Sequence[str | os.PathLike[str]], mapping: str = "", plain: str = LINES, without: Iterable[str] = ()
) -> list[Example]:
    """Read texts, each once, with the product that each is about where a table tells it.

    Args:
        paths: Tables, our JSONL of examples (whose labels are left out), plain text (`.txt`), or folders of a corpus.
        mapping: Of columns, as in `"text=review,product=sku"`; see `layouts.choose_columns`.
        plain: What is one text of a `.txt` file, one of `texts.PLAIN_UNITS`.
        without: Texts to leave out, as those that a run is measured on.

    Returns:
        Examples without labels, cleaned by `clean_text`, in the order of the files; empty texts are left out.

    Raises:
        DataError: A file cannot be read, no column could be the text, or no text is left.
        ValueError: `plain` is unknown.
    """
    found: dict[str, Example] = {}
    known = {clean_text(text) for text in without}
    for path in paths:
        for text, group in _rows(path, mapping, plain):
            clean = clean_text(text)
            if clean and clean not in known:
                found.setdefault(clean, Example(clean, language=language_of(clean), group=group))
    if not found:
        raise DataError(
            "Expected at least one text. Received: empty or known ones only", file=", ".join(map(str, paths))
        )
    return list(found.values())


def _rows(path: str | os.PathLike[str], mapping: str, plain: str) -> list[tuple[str, str | None]]:
    if Path(path).is_dir():
        return [(" ".join(document.sentences), None) for document in read_documents(path)]
    if Path(path).suffix.lower() == PLAIN:
        return [(text, None) for _, text in read_texts(path, mapping, plain)]
    if is_examples(Path(path)):
        return [(example.text, example.group) for example in read_examples(path)]
    table = read_table(path)
    columns = choose_columns(TextColumns, table, mapping, NAMES)
    return [
        (_cell(row.values[columns.text]), _cell(row.values[columns.product]) or None if columns.product else None)
        for row in table
    ]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of numbers with gaps is a column of floats to whoever saved it as Parquet
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value).strip()
