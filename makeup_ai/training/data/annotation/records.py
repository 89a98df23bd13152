"""What was proposed for a text and what a person made of it, and its file: one JSON object a line, to be edited.

    {"text": "a matte lipstick", "spans": [[2, 7, "finish"]], "labels": {"sentiment": "positive"}, "group": null,
     "proposer": "knowledge", "confidence": 1.0, "checked": false}

A person corrects `spans` (start, end exclusive, label; in characters of the text) and `labels`, and sets `checked` to
`true`. `"spans": null` says that nobody looked for spans, and `[]` that there are none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example, Span
from makeup_ai.training.data.layouts import language_of
from makeup_ai.training.data.tables import Row, read_table

TEXT_LABELS = ("intent", "sentiment", "rating")
"""Fields of an example that say one thing of the whole text."""
ASPECTS = "aspects"
"""The field that may say several."""
KEYS = ("text", "spans", "labels", "group", "proposer", "confidence", "checked")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text with its spans and labels, proposed or checked.

    Args:
        example: What is said of the text.
        proposer: Who said it first (`"knowledge"`, `"run:aspects"`).
        confidence: How sure the proposer was of the whole text, in [0, 1].
        checked: Whether a person has looked at it.

    Raises:
        ValueError: The confidence is out of its range.
    """

    example: Example
    proposer: str = ""
    confidence: float = 0.0
    checked: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"A confidence is from 0 to 1. Received: confidence={self.confidence!r}")

    @property
    def labels(self) -> dict[str, str | tuple[str, ...]]:
        """Labels of the whole text that are known, by field."""
        known = ((name, getattr(self.example, name)) for name in (*TEXT_LABELS, ASPECTS))
        return {name: label for name, label in known if label is not None}


def to_line(annotation: Annotation) -> str:
    """Write one annotation as a line of JSON, with all of `KEYS`."""
    example = annotation.example
    values = (
        example.text,
        example.slots,
        annotation.labels,
        example.group,
        annotation.proposer,
        round(annotation.confidence, 4),
        annotation.checked,
    )
    return json.dumps(dict(zip(KEYS, values, strict=True)), ensure_ascii=False) + "\n"


def write_annotations(path: str | os.PathLike[str], annotations: Iterable[Annotation]) -> None:
    """Write annotations as JSONL; an existing file is replaced whole or not at all. See `merging` for one in use."""
    write_whole(path, "".join(map(to_line, annotations)))


def read_annotations(path: str | os.PathLike[str]) -> list[Annotation]:
    """Read a file of annotations, as it was written or as a person has edited it.

    Spans may come in any order; what a line leaves out is not known, and not checked.

    Raises:
        DataError: The file is missing or empty, or a line is no JSON object, has an unknown key, a value of the wrong
            type, a text that another line has, or a span that lies outside the text or overlaps another; names the line
            as row.
    """
    if Path(path).suffix.lower() != ".jsonl":
        raise DataError("Expected a file of annotations, whose suffix is .jsonl", file=os.fspath(path))
    table = read_table(path)
    for name in table.columns:
        if name not in KEYS:
            raise DataError(f"An annotation has the keys {list(KEYS)}", file=table.file, column=name)
    found = [_annotation(row, table.file) for row in table]
    check_texts_differ([(row.number, one.example.text) for row, one in zip(table, found, strict=True)], table.file)
    return found


def check_texts_differ(texts: Sequence[tuple[int, str]], file: str) -> None:
    """Refuse a file that says something of one text in two places.

    Raises:
        DataError: Two rows have the same text.
    """
    seen: dict[str, int] = {}
    for row, text in texts:
        if seen.setdefault(text, row) != row:
            raise DataError(f"Expected each text once. Row {seen[text]} has it too. Remove one", file=file, row=row)


def _annotation(row: Row, file: str) -> Annotation:
    values = {name: value for name, value in row.values.items() if value is not None}
    for name, kind in (("text", str), ("group", str), ("proposer", str), ("labels", dict), ("checked", bool)):
        if not isinstance(values.get(name, kind()), kind):
            raise DataError(
                f"Expected a {kind.__name__}. Received: {values[name]!r}", file=file, row=row.number, column=name
            )
    confidence = values.get("confidence", 0.0)
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)):
        raise DataError(f"Expected a number. Received: {confidence!r}", file=file, row=row.number, column="confidence")
    text, labels = values.get("text", ""), _labels(values.get("labels", {}), file, row.number)
    column = "text"
    try:
        example = Example(text, language=language_of(text), group=values.get("group"), **labels)
        column = "spans"
        example = replace(example, slots=_spans(values.get("spans"), file, row.number))
        column = "confidence"
        return Annotation(example, values.get("proposer", ""), float(confidence), values.get("checked", False))
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(str(error), file=file, row=row.number, column=column) from error


def _labels(values: dict[str, Any], file: str, row: int) -> dict[str, Any]:
    labels: dict[str, Any] = {}
    for name, value in values.items():
        if name == ASPECTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
            labels[name] = tuple(dict.fromkeys(value))
        elif name in TEXT_LABELS and isinstance(value, str) and value:
            labels[name] = value
        elif name not in (*TEXT_LABELS, ASPECTS) or value is not None:
            raise DataError(
                f"Expected a word for each of {list(TEXT_LABELS)}, and a list of words for {ASPECTS!r}. "
                f"Received: {value!r} for {name!r}",
                file=file,
                row=row,
                column="labels",
            )
    return labels


def _spans(value: Any, file: str, row: int) -> tuple[Span, ...] | None:
    if value is None:
        return None
    spans = value if isinstance(value, list) else [value]
    for span in spans:
        if not isinstance(span, list) or [type(part) for part in span] != [int, int, str]:
            raise DataError(
                f"Expected [start, end, label] triples. Received: {span!r}", file=file, row=row, column="spans"
            )
    return tuple(sorted((start, end, label) for start, end, label in spans))
