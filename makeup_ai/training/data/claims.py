"""What a catalogue says its products are good for, as needs beside the printed list of ingredients."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import COMMON_NAMES
from makeup_ai.training.data.tables import parse_words, read_table


@dataclass(frozen=True, slots=True)
class Claims:
    """Products that print ingredients, and the needs each is said to serve.

    Args:
        texts: Ingredients as printed.
        needs: Product by product; empty where the file says nothing of a product that has no claim.
        unread: Words of the column that mean no need -> products; `"Vegan"` may be one.
    """

    texts: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    unread: Mapping[str, int]


def read_claims(
    path: str | os.PathLike[str], column: str, words: Mapping[str, Collection[str]], known: Collection[str]
) -> Claims:
    """Read a catalogue's claims; products without ingredients or with an empty cell are passed over.

    Args:
        path: A file of `tables.FORMATS` with a column of ingredients, as `layouts.COMMON_NAMES` knows it.
        column: The one that holds the claims: a list, or words with `;` or `|` between.
        words: Word of the column, in lower case -> the needs it means; a need's own id means itself.
        known: Every need there is.

    Raises:
        DataError: As `tables.read_table`; a column is missing, a cell does not parse, or no word of any product means
            a need.
    """
    table = read_table(path)
    printed = next((c for c in table.columns if c.strip().lower() in COMMON_NAMES["ingredients"]), None)
    if column not in table.columns or printed is None:
        missing = repr(column) if printed is not None else f"one of {sorted(COMMON_NAMES['ingredients'])}"
        raise DataError(f"Expected a column {missing}. Columns: {list(table.columns)}", file=table.file)
    texts, needs, unread = [], [], Counter[str]()
    for row in table:
        try:
            said = parse_words(row.values[column] or "")
        except ValueError as error:
            raise DataError(str(error), file=table.file, row=row.number, column=column) from error
        text = str(row.values[printed] or "").strip()
        if not text or not said:
            continue
        meant = [({word} if word in known else words.get(word.lower(), ())) for word in said]
        unread.update(word for word, found in zip(said, meant, strict=True) if not found)
        texts.append(text)
        needs.append(frozenset(need for found in meant for need in found))
    if not any(needs):
        shown = [word for word, _ in unread.most_common(5)]
        raise DataError(f"Expected words that mean needs. Received: {shown}. Name their needs in a file of words",
                        file=table.file, column=column)  # fmt: skip
    return Claims(tuple(texts), tuple(needs), dict(unread.most_common()))


def read_words(path: str | os.PathLike[str], known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Read what words mean: a JSON object of word -> needs (`{"Good for: Pores": ["concern:pores"]}`).

    Returns:
        Words in lower case -> needs.

    Raises:
        DataError: It cannot be read, is no such object, or a need is unknown.
    """
    file = os.fspath(path)
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
        table = {str(word).lower(): tuple(map(str, needs)) for word, needs in value.items()}
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError("Expected a JSON object of word -> list of needs", file=file) from error
    unknown = sorted({need for needs in table.values() for need in needs} - set(known))
    if unknown:
        raise DataError(f"Expected needs of {sorted(known)}. Received: {unknown}", file=file)
    return table
