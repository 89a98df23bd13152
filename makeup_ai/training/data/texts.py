"""Texts without labels, read from tables of any layout and from plain text."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import COMMON_NAMES, Texts, choose_columns
from makeup_ai.training.data.tables import FORMATS, Row, decode_text, read_table

PLAIN = ".txt"
PARAGRAPHS, LINES, WHOLE = "paragraphs", "lines", "whole"
PLAIN_UNITS = (PARAGRAPHS, LINES, WHOLE)
"""What is one text in a plain file: what stands between empty lines, each line, or the file."""
NAMES: Mapping[str, frozenset[str]] = {
    "text": COMMON_NAMES["text"] | COMMON_NAMES["description"],
    "title": COMMON_NAMES["name"],
}


def read_texts(path: str | os.PathLike[str], mapping: str = "", plain: str = PARAGRAPHS) -> list[tuple[int, str]]:
    """Read the texts of one file as they are written, not cleaned.

    Args:
        path: A file of `tables.FORMATS`, where reviews, descriptions and names are found by their columns' names, or
            plain text (`.txt`).
        mapping: Columns of a table, as in `"text=review,title="`; see `layouts.choose_columns`.
        plain: One of `PLAIN_UNITS`, for `.txt`.

    Returns:
        Number (see `tables.Row`; in plain text the line where a text begins, from 1) and text; a title and its text
        are one text of two lines. Empty ones are there too.

    Raises:
        DataError: As `tables.read_table` and `choose_columns`; or no column could be text, or a cell holds a list.
        ValueError: `plain` is unknown.
    """
    if plain not in PLAIN_UNITS:
        raise ValueError(f"Expected one of {list(PLAIN_UNITS)}. Received: plain={plain!r}")
    file = os.fspath(path)
    suffix = Path(file).suffix.lower()
    if suffix == PLAIN:
        return _read_plain(file, plain)
    if suffix not in FORMATS:
        raise DataError(f"Unknown suffix. Expected one of {sorted([PLAIN, *FORMATS])}. Received: {suffix!r}", file=file)
    table = read_table(path)
    layout = choose_columns(Texts, table, mapping, NAMES)
    columns = [column for column in (layout.title, layout.text) if column is not None]
    if not columns:
        raise DataError(f"No column could be 'text'. Columns: {list(table.columns)}. Choose one: text=...", file=file)
    return [(row.number, "\n".join(filter(None, (_cell(row, column, file) for column in columns)))) for row in table]


def _read_plain(file: str, unit: str) -> list[tuple[int, str]]:
    try:
        content, _ = decode_text(Path(file).read_bytes(), file)
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    if not content.strip():
        raise DataError("Expected at least one text. The file is empty", file=file)
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    if unit == WHOLE:
        return [(1, content)]
    pattern = r"[^\n]+" if unit == LINES else r"(?:[^\n]*\S[^\n]*(?:\n|$))+"
    found, line, before = [], 1, 0
    for match in re.finditer(pattern, content):
        line += content.count("\n", before, match.start())
        before = match.start()
        found.append((line, match.group()))
    return found


def _cell(row: Row, column: str, file: str) -> str:
    value = row.values[column]
    if isinstance(value, (list, dict)):
        raise DataError(f"Expected text. Received: a {type(value).__name__}", file=file, row=row.number, column=column)
    # A gap in a column of text is a float to whoever saved it as Parquet.
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
