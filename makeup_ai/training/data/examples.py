"""The value that tasks train on, and its file: one JSON object a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.layouts import NEUTRAL, LabelledText
from makeup_ai.training.data.tables import Row, read_table

Span = tuple[int, int, str]
"""Start and end (exclusive) in Unicode code points, and the slot that the characters between them fill."""

ANSWERS = ("no", "yes")
"""What is said of a pair of texts."""

LISTS = ("aspects", "negatives")
"""Fields that hold a list of strings."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text and whatever is known of it. A task trains on the examples that carry its label.

    Args:
        text: As a person wrote it; not normalised.
        intent: A label of the domain, or `None` where it is not known.
        slots: Spans in the order of the text, without overlap; `()` says there are none, `None` that nobody looked.
        sentiment: `"negative"`, `"positive"` or `None` where it is not known.
        language: `"en"`, `"zh"` or `"other"`; empty where it is not known.
        group: What a split must keep together (a product, a writer, a template), or `None`.
        product: Text of a product that answers `text`, for the embedding, or `None`.
        rating: Stars, `"1"` to `"5"`, or `None` where they are not known.
        aspects: What the text judges, and how (`"scent#positive"`); `()` says nothing, `None` that nobody looked.
        second: What is read together with `text` and judged with it: the text of a product, a passage; or `None`.
        bought: `"yes"` or `"no"`: whether who wrote `text` bought the product `second`; `None` where it is not known.
        relevant: `"yes"` or `"no"`: whether the passage `second` answers `text`; `None` where it is not known.
        shelf: What kind of product `product` or `second` is, so that others of its kind can be set against it.
        negatives: Texts of products that do not answer `text`, though they look as if, for the embedding.

    Raises:
        ValueError: A text is empty or not Unicode, a span lies outside the text, is empty or overlaps the one before,
            or `bought` or `relevant` is neither yes nor no.

    Examples:
        >>> example = Example("a matte lipstick", slots=((2, 7, "finish"), (8, 16, "category")))
        >>> [example.text[start:end] for start, end, _ in example.slots]
        ['matte', 'lipstick']
    """

    text: str
    intent: str | None = None
    slots: tuple[Span, ...] | None = None
    sentiment: str | None = None
    language: str = ""
    group: str | None = None
    product: str | None = None
    rating: str | None = None
    aspects: tuple[str, ...] | None = None
    second: str | None = None
    bought: str | None = None
    relevant: str | None = None
    shelf: str | None = None
    negatives: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name, text in (("text", self.text), ("second", self.second)):
            if text is not None and not text.strip():
                raise ValueError(f"An example has a text. Received: {name}={text!r}")
            if text is not None and any("\ud800" <= c <= "\udfff" for c in text):
                raise ValueError(f"A text holds no lone surrogates: clean it first. Received: {name}={text!r}")
        for name, answer in (("bought", self.bought), ("relevant", self.relevant)):
            if answer is not None and (answer not in ANSWERS or self.second is None):
                raise ValueError(
                    f"Expected {name} to be one of {list(ANSWERS)}, of a second text. "
                    f"Received: {answer!r} and second={self.second!r}"
                )
        position = 0
        for start, end, slot in self.slots or ():
            if not slot or not position <= start < end <= len(self.text):
                raise ValueError(
                    f"Spans are (start, end, slot) in code points of a text of {len(self.text)}, in order and "
                    f"without overlap. Received: ({start}, {end}, {slot!r}) where the earliest start is {position}"
                )
            position = end


FIELDS = tuple(field.name for field in fields(Example))


def examples_from_reviews(rows: Iterable[LabelledText]) -> list[Example]:
    """Turn labelled reviews into examples of sentiment and, where they have whole stars, of rating.

    Examples:
        >>> row = LabelledText("Lovely.", "positive", 5.0, "P1", None, "en", 2)
        >>> example = examples_from_reviews([row])[0]
        >>> example.sentiment, example.rating
        ('positive', '5')
    """
    return [
        Example(
            row.text,
            sentiment=None if row.label == NEUTRAL else row.label,
            language=row.language,
            group=row.group,
            rating=str(int(row.rating)) if row.rating is not None and row.rating == int(row.rating) else None,
        )
        for row in rows
    ]


def read_examples(path: str | os.PathLike[str]) -> list[Example]:
    """Read examples from a JSONL file; fields that a line does not have are unknown.

    Raises:
        DataError: The file is missing or empty, or a line is no JSON object, has an unknown field, a value of the
            wrong type or a span outside its text; names the line as row and the field as column.
    """
    if Path(path).suffix.lower() != ".jsonl":
        raise DataError("Expected a file of examples, whose suffix is .jsonl", file=os.fspath(path))
    table = read_table(path)
    for name in table.columns:
        if name not in FIELDS:
            raise DataError(f"An example has the fields {list(FIELDS)}", file=table.file, column=name)
    return [_example(row, table.file) for row in table]


def write_examples(path: str | os.PathLike[str], examples: Iterable[Example]) -> None:
    """Write examples as JSONL, leaving out what is not known; an existing file is replaced whole or not at all."""
    lines = []
    for example in examples:
        known = {name: value for name in FIELDS if (value := getattr(example, name)) not in (None, "")}
        lines.append(json.dumps(known, ensure_ascii=False) + "\n")
    write_whole(path, "".join(lines))


def _example(row: Row, file: str) -> Example:
    for name, content in row.values.items():
        if name in LISTS and content is not None:
            if not isinstance(content, list) or not all(isinstance(item, str) for item in content):
                raise DataError(
                    f"Expected a list of strings. Received: {content!r}", file=file, row=row.number, column=name
                )
            continue
        if name != "slots" and not isinstance(content, str) and not (content is None and name != "text"):
            raise DataError(f"Expected a string. Received: {content!r}", file=file, row=row.number, column=name)
    if "text" not in row.values:
        raise DataError("An example has a text. The field is missing", file=file, row=row.number, column="text")
    known: dict[str, Any] = {
        name: tuple(content) if name in LISTS else content
        for name, content in row.values.items()
        if content is not None and name != "slots"
    }
    slots = _spans(row.values.get("slots"), file, row.number)
    column = "text"
    try:
        example = Example(**known)
        column = "slots"
        return replace(example, slots=slots)
    except ValueError as error:
        raise DataError(str(error), file=file, row=row.number, column=column) from error


def _spans(value: Any, file: str, row: int) -> tuple[Span, ...] | None:
    if value is None:
        return None
    spans = value if isinstance(value, list) else [value]
    for span in spans:
        if not isinstance(span, list) or [type(part) for part in span] != [int, int, str]:
            raise DataError(
                f"Expected [start, end, slot] triples. Received: {span!r}", file=file, row=row, column="slots"
            )
    return tuple((start, end, slot) for start, end, slot in spans)
