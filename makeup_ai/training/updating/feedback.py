"""Feedback: examples that came in while a model was in use, in a file of their own."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example, read_examples
from makeup_ai.training.data.tables import read_table

WHEN = "when"


def read_feedback(path: str | os.PathLike[str]) -> tuple[list[Example], tuple[str, str] | None]:
    """Read a JSONL file of examples, each with the time it came in where that is known.

    Args:
        path: As `read_examples` takes it; a line may also have `when`, a date or time in ISO 8601.

    Returns:
        The examples in the order of the file, and the first and last time, or `None` where there is none.

    Raises:
        DataError: A line is no example, or a time is none; names the line as row.
    """
    file = os.fspath(path)
    if Path(path).suffix.lower() != ".jsonl":
        raise DataError("Expected a file of examples, whose suffix is .jsonl", file=file)
    table = read_table(path)
    times, lines = [], [""] * max(row.number for row in table)  # blank lines keep the rows' numbers
    for row in table:
        values = {name: value for name, value in row.values.items() if name != WHEN and value is not None}
        lines[row.number - 1] = json.dumps(values, ensure_ascii=False)
        if row.values.get(WHEN) is not None:
            times.append(_time(row.values[WHEN], file, row.number))
    with tempfile.TemporaryDirectory() as scratch:
        try:
            examples = read_examples(write_whole(Path(scratch) / "feedback.jsonl", "\n".join(lines)))
        except DataError as error:
            raise DataError(str(error).rpartition(" (")[0], file=file, row=error.row, column=error.column) from error
    return examples, (min(times), max(times)) if times else None


def _time(value: object, file: str, row: int) -> str:
    try:
        return datetime.fromisoformat(str(value)).date().isoformat()
    except ValueError as error:
        raise DataError(
            f"Expected a date or time in ISO 8601. Received: {value!r}", file=file, row=row, column=WHEN
        ) from error
