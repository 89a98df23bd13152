"""Aspects in two tables: one of reviews, and one of what each of them judges, with the places of the words.

A row of the second table is what a review says of one thing: the words that name it and the words that judge it, each
with its start and its end (exclusive, in characters of the text), a category and a polarity. What is not stated is `_`
or empty.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields

from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import Example, Span
from makeup_ai.training.data.layouts import COMMON_NAMES, choose_columns, language_of
from makeup_ai.training.data.spans.overlap import without_overlap
from makeup_ai.training.data.tables import Row, Table, read_table

UNSTATED = frozenset({"", "_"})
ASPECT, OPINION = "aspect", "opinion"
_IDS = frozenset({"id", "review_id", "text_id"})


@dataclass(frozen=True, slots=True)
class ReviewColumns:
    """Columns of the table of reviews."""

    review: str
    text: str
    product: str | None = None


@dataclass(frozen=True, slots=True)
class JudgementColumns:
    """Columns of the table of judgements."""

    judged: str
    aspect: str
    aspect_start: str
    aspect_end: str
    opinion: str
    opinion_start: str
    opinion_end: str
    category: str
    polarity: str


NAMES: Mapping[str, frozenset[str]] = {
    "review": _IDS,
    "text": COMMON_NAMES["text"] | {"reviews"},
    "product": COMMON_NAMES["product"],
    "judged": _IDS,
    "aspect": frozenset({"aspect", "aspects", "aspect_term", "aspect_terms", "aspectterm", "aspectterms"}),
    "aspect_start": frozenset({"aspect_start", "a_start"}),
    "aspect_end": frozenset({"aspect_end", "a_end"}),
    "opinion": frozenset({"opinion", "opinions", "opinion_term", "opinion_terms", "opinionterm", "opinionterms"}),
    "opinion_start": frozenset({"opinion_start", "o_start"}),
    "opinion_end": frozenset({"opinion_end", "o_end"}),
    "category": frozenset({"category", "categories"}),
    "polarity": frozenset({"polarity", "polarities", "sentiment"}),
}
"""Field -> column names taken for it."""


def read_aspects(
    reviews: str | os.PathLike[str], judgements: str | os.PathLike[str], mapping: str = ""
) -> list[Example]:
    """Read reviews with what they judge: `aspects` as `category#polarity`, and `slots` named `aspect` and `opinion`.

    A word that is marked several times is one span, and of words that overlap the longest is kept; see
    `without_overlap`. A review without a judgement says nothing of anything: its `aspects` and `slots` are empty. Texts
    are taken as they are written, for the places to hold.

    Args:
        reviews: A file of `tables.FORMATS`: the id and the text of each review, and perhaps its product.
        judgements: Another: see the module.
        mapping: `field=column` pairs with the fields of `ReviewColumns` and `JudgementColumns`.

    Raises:
        DataError: As `tables.read_table` and `layouts.choose_columns`; or an id is met twice or names no review, or a
            term is not at its place; names file, row and column.
    """
    table, labels = read_table(reviews), read_table(judgements)
    review_mapping, judgement_mapping = _mappings(mapping)
    columns = choose_columns(ReviewColumns, table, review_mapping, NAMES)
    rows = _by_id(table, columns)
    texts = {id_: _cell(row, columns.text) for id_, row in rows.items()}
    chosen = choose_columns(JudgementColumns, labels, judgement_mapping, NAMES)
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    aspects: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in labels:
        id_ = _cell(row, chosen.judged).strip()
        if id_ not in texts:
            raise DataError(
                f"Expected the id of a review in {table.file!r}. Received: {id_!r}",
                file=labels.file,
                row=row.number,
                column=chosen.judged,
            )
        spans[id_] += _spans(row, texts[id_], chosen, labels.file)
        category, polarity = (_cell(row, name).strip() for name in (chosen.category, chosen.polarity))
        if not {category, polarity} & UNSTATED:
            aspects[id_][f"{category}#{polarity}"] = None
    return [
        _example(texts[id_], row, columns, (without_overlap(spans[id_]), tuple(aspects[id_])), table.file)
        for id_, row in rows.items()
    ]


def _mappings(mapping: str) -> tuple[str, str]:
    """Share the pairs of a mapping between the two tables; those of no field go to the first, which refuses them."""
    own = {field.name for field in fields(JudgementColumns)}
    pairs = [pair for pair in mapping.split(",") if pair.strip()]
    second = [pair for pair in pairs if pair.partition("=")[0].strip() in own]
    return ",".join(pair for pair in pairs if pair not in second), ",".join(second)


def _by_id(table: Table, columns: ReviewColumns) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for row in table:
        id_ = _cell(row, columns.review).strip()
        if id_ in rows or id_ in UNSTATED:
            raise DataError(
                f"Expected an id that no other review has. Received: {id_!r}",
                file=table.file,
                row=row.number,
                column=columns.review,
            )
        rows[id_] = row
    return rows


def _example(
    text: str, row: Row, columns: ReviewColumns, found: tuple[tuple[Span, ...], tuple[str, ...]], file: str
) -> Example:
    slots, aspects = found
    group = _cell(row, columns.product).strip() if columns.product is not None else ""
    try:
        return Example(text, slots=slots, language=language_of(text), group=group or None, aspects=aspects)
    except ValueError as error:
        raise DataError(str(error), file=file, row=row.number, column=columns.text) from error


def _spans(row: Row, text: str, columns: JudgementColumns, file: str) -> list[Span]:
    places = (
        (ASPECT, columns.aspect, columns.aspect_start, columns.aspect_end),
        (OPINION, columns.opinion, columns.opinion_start, columns.opinion_end),
    )
    found = []
    for kind, column, *bounds in places:
        term = _cell(row, column)
        if term.strip() not in UNSTATED:
            start, end = (_place(row, name, file) for name in bounds)
            _check_term(term, (start, end), text, (file, row.number, column))
            found.append((start, end, kind))
    return found


def _check_term(term: str, place: tuple[int, int], text: str, where: tuple[str, int, str]) -> None:
    start, end = place
    if 0 <= start < end <= len(text) and text[start:end] == term:
        return
    inclusive = 0 <= start <= end < len(text) and text[start : end + 1] == term
    remedy = (
        "Ends are exclusive: add 1 to each" if inclusive else "Places are counted in characters of the text, from 0"
    )
    file, row, column = where
    raise DataError(
        f"Expected {term!r} at {start} to {end} of {text!r}. Received: {text[max(start, 0) : max(end, 0)]!r}. {remedy}",
        file=file,
        row=row,
        column=column,
    )


def _place(row: Row, column: str, file: str) -> int:
    value = _cell(row, column).strip()
    try:
        number = float(value)  # a column of places with gaps is one of floats to whoever saved it as Parquet
        if number.is_integer():
            return int(number)
    except (ValueError, OverflowError):
        pass
    raise DataError(f"Expected a whole number. Received: {value!r}", file=file, row=row.number, column=column)


def _cell(row: Row, column: str) -> str:
    value = row.values[column]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
