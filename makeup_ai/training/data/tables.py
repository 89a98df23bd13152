"""Files of rows in four formats, read into one value that remembers where each row stands; and the values of cells.

Nothing is guessed silently: a file that is neither UTF-8 nor plainly GB18030, or whose rows do not fit its header, is
refused with the row to look at.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from makeup_ai.errors import DataError

DELIMITERS = (",", ";", "\t")
RECORD_KEYS = ("products", "reviews", "purchases", "brands")
"""Where a JSON object may keep its list of rows."""
FIELD_LIMIT = 2**31 - 1  # characters; csv's own limit of 131,072 refuses long product descriptions
SNIFFED_RECORDS = 50
GB2312_SHARE = 0.6  # of the characters beyond ASCII; Chinese has nearly all, Latin-1 read as GB18030 next to none

RATING_RANGE = (1.0, 5.0)  # stars
LABELS = {
    "0": "negative", "false": "negative", "neg": "negative", "negative": "negative",
    "1": "positive", "true": "positive", "pos": "positive", "positive": "positive",
}  # fmt: skip
CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR",
    "¥": "CNY", "￥": "CNY", "元": "CNY", "cny": "CNY", "rmb": "CNY", "円": "JPY", "jpy": "JPY",
}  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One record and its place in the file.

    Args:
        number: In CSV the record, where the header is 1 and a record with quoted line breaks counts once; in JSONL the
            line; in JSON and Parquet the element, counted from 1. Blank records are passed over, and counted.
        values: Column name -> value: strings in CSV, own types elsewhere; `None` where a JSON object lacks it.
    """

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file.

    Args:
        file: Path, as given by the caller.
        encoding: `"utf-8"`, `"utf-8-sig"`, `"gb18030"`, or `"parquet"`.
        columns: In the order of the file; of JSON objects, in the order of their first appearance.
        rows: At least one.
    """

    file: str
    encoding: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a CSV (comma, semicolon or tab), JSONL, JSON or Parquet file.

    Args:
        path: The suffix chooses the format, one of `FORMATS`. Text is UTF-8 with or without BOM, or GB18030.

    Raises:
        DataError: The file is missing, empty, of an unknown suffix, in another encoding, not of its format, or a row
            does not fit the header; names file, row and, where there is one, column.
    """
    file = os.fspath(path)
    suffix = Path(file).suffix.lower()
    if suffix not in FORMATS:
        raise DataError(f"Unknown suffix. Expected one of {sorted(FORMATS)}. Received: {suffix!r}", file=file)
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise DataError("Expected at least one row. The file is empty", file=file)
    table = FORMATS[suffix](content, file)
    if not table.rows:
        raise DataError(f"Expected at least one row. The file has none, only the columns {table.columns}", file=file)
    return table


def parse_rating(value: object) -> float:
    """Read a number of stars.

    Raises:
        ValueError: It is not a number, or not within `RATING_RANGE`.
    """
    low, high = RATING_RANGE
    try:
        rating = math.nan if isinstance(value, bool) else float(str(value))
    except ValueError:
        rating = math.nan
    if not low <= rating <= high:
        raise ValueError(f"A rating is a number from {low:g} to {high:g}. Received: {value!r}. Rescale it")
    return rating


def parse_label(value: object) -> str:
    """Read a sentiment as `"negative"` or `"positive"`.

    Raises:
        ValueError: It is not one of `LABELS`.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    name = str(value).strip().lower().removesuffix(".0")
    if name not in LABELS:
        raise ValueError(f"A label is one of {sorted(LABELS)}. Received: {value!r}")
    return LABELS[name]


def parse_price(value: object) -> tuple[float, str | None] | None:
    """Read a price and, where it carries a mark, its currency; of several the lowest; `None` for zero or an empty list.

    Examples:
        >>> parse_price("¥1,299.00"), parse_price('["$38.00", "$12.50"]'), parse_price("9,50 €")
        ((1299.0, 'CNY'), (12.5, 'USD'), (9.5, 'EUR'))

    Raises:
        ValueError: It is no number with an optional mark of `CURRENCIES`, or below zero.
    """
    if isinstance(value, (list, tuple)) or (isinstance(value, str) and _LIST.match(value.strip())):
        prices = [price for item in _items(value) if (price := parse_price(item)) is not None]
        return min(prices, key=lambda price: price[0], default=None)
    parts = _PRICE_BREAK.split(_REMARK.sub("", str(value)).strip())
    if len(parts) > 1:  # a range, or a price and a reduced one
        return parse_price(parts)
    match = None if isinstance(value, bool) else _AMOUNT.fullmatch(parts[0])
    marks = [mark.lower() for mark in match.group("before", "after") if mark] if match else []
    if match is None or len(marks) > 1 or any(mark not in CURRENCIES for mark in marks):
        raise ValueError(f"A price is a number of 0 or more, with one of {list(CURRENCIES)}. Received: {value!r}")
    number = match["number"].replace(" ", "")
    if re.fullmatch(r"\d+,\d{1,2}|\d{1,3}(\.\d{3})+,\d{1,2}", number):  # a decimal comma: 9,50 and 1.299,00
        number = number.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"\d*\.?\d+|\d+\.|\d{1,3}(,\d{3})+(\.\d+)?", number):
        raise ValueError(f"A price is written like 1299, 1,299.00 or 1.299,00. Received: {value!r}")
    amount = float(number.replace(",", ""))
    return (amount, CURRENCIES[marks[0]] if marks else None) if amount else None


def parse_ingredients(value: object) -> tuple[str, ...]:
    """Read the ingredients of a pack from a list, from text, or from a list written as text.

    Commas within brackets or between digits do not separate; order is kept and nothing is linked yet.

    Examples:
        >>> parse_ingredients("['Water (Aqua, Eau), 1,2-Hexanediol', 'Parfum.']")
        ('Water (Aqua, Eau)', '1,2-Hexanediol', 'Parfum')

    Raises:
        ValueError: It is neither text nor a list, or a list written as text that does not parse.
    """
    names: list[str] = []
    for item in _items(value):
        depth, start = 0, 0
        for i, c in enumerate(item):
            depth = max(0, depth + (c in "([（") - (c in ")]）"))
            between_digits = c == "," and item[i - 1 : i].isdigit() and item[i + 1 : i + 2].isdigit()
            if c in "\n;；、•" or (c in ",，" and not depth and not between_digits):
                names.append(item[start:i])
                start, depth = i + 1, 0
        names.append(item[start:])
    return tuple(filter(None, (name.strip(" .。\t\r") for name in names)))


def parse_words(value: object) -> tuple[str, ...]:
    """Read the words of a cell, such as the claims of a pack: a list, a list as text, or text with `;` or `|` between.

    Examples:
        >>> parse_words("['Good for: Pores', 'Vegan']"), parse_words("concern:pores; concern:acne")
        (('Good for: Pores', 'Vegan'), ('concern:pores', 'concern:acne'))

    Raises:
        ValueError: It is neither text nor a list, or a list written as text that does not parse.
    """
    return tuple(filter(None, (word.strip() for item in _items(value) for word in re.split("[;|；]", item))))


def decode_text(content: bytes, file: str) -> tuple[str, str]:
    """Decode UTF-8 or GB18030, and return the text and the name of its encoding.

    GB18030 gives some meaning to nearly any bytes, so it is taken only where few of the characters beyond ASCII are
    valid UTF-8 and most of what it yields are characters of GB2312; damaged UTF-8 and Latin-1 are refused.

    Raises:
        DataError: The bytes are neither; `row` is the record of the first byte that is not UTF-8.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("Expected UTF-8 or GB18030. Received: UTF-16. Save it as UTF-8", file=file, row=1)
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError as error:
        prefix = error.object[: error.start].decode("utf-8", errors="replace") + "?"
        readable = content.decode("utf-8", errors="replace")
        damaged = readable.count("\ufffd")
        if sum(c > "\x7f" for c in readable) <= 2 * damaged:
            text = content.decode("gb18030", errors="replace")
            if _reads_as_chinese(text):
                return text, "gb18030"
        raise DataError(
            f"Expected UTF-8 or GB18030. {damaged} places are neither, the first is byte {error.start}. "
            "Save the file as UTF-8",
            file=file,
            row=_records(prefix) if Path(file).suffix.lower() in {".csv", ".tsv"} else prefix.count("\n") + 1,
        ) from error


def _reads_as_chinese(text: str) -> bool:
    beyond = [c for c in text if c > "\x7f"]
    common = len("".join(beyond).encode("gb2312", errors="ignore")) // 2
    return "\ufffd" not in beyond and common >= GB2312_SHARE * len(beyond)


def _with_wide_fields(work: Callable[[], T]) -> T:
    # The limit belongs to the process, not to a reader: give it back as it was.
    before = csv.field_size_limit(FIELD_LIMIT)
    try:
        return work()
    finally:
        csv.field_size_limit(before)


def _records(text: str) -> int:
    return _with_wide_fields(lambda: sum(1 for _ in csv.reader(io.StringIO(text, newline=""))))


def _read_csv(content: bytes, file: str) -> Table:
    text, encoding = decode_text(content, file)
    return _with_wide_fields(lambda: _parse_csv(text, encoding, file))


def _parse_csv(text: str, encoding: str, file: str) -> Table:
    # strict: otherwise a quote that is never closed swallows the rest of the file without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if not record:
                continue
            if not columns:
                columns = _header(record, file, number)
            elif len(record) != len(columns):
                raise DataError(
                    f"Expected {len(columns)} fields, as in the header. Received: {len(record)}. Quote fields that "
                    "hold the delimiter",
                    file=file,
                    row=number,
                )
            else:
                rows.append(Row(number, dict(zip(columns, record, strict=True))))
    except csv.Error as error:
        raise DataError(f"Expected CSV with balanced quotes. {error}", file=file, row=number + 1) from error
    return Table(file, encoding, columns, tuple(rows))


def _header(record: list[str], file: str, number: int) -> tuple[str, ...]:
    columns = tuple(name.strip() for name in record)
    for name in columns:
        if columns.count(name) > 1:
            raise DataError("Expected column names that differ", file=file, row=number, column=name)
    return columns


def _delimiter(text: str) -> str:
    """Choose the delimiter by which the most records are as wide as the header, then the widest."""
    best, choice = (0.0, 1), DELIMITERS[0]
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = [len(record) for record in islice(reader, SNIFFED_RECORDS) if record]
        score = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
        if widths[0] > 1 and score > best:
            best, choice = score, delimiter
    return choice


def _read_jsonl(content: bytes, file: str) -> Table:
    text, encoding = decode_text(content, file)
    objects = [
        (number, _json(line, file, number)) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
    ]
    return _from_objects(objects, encoding, file)


def _read_json(content: bytes, file: str) -> Table:
    text, encoding = decode_text(content, file)
    value = _json(text, file, None)
    if isinstance(value, dict):
        value = next((value[key] for key in RECORD_KEYS if key in value), value)
    if not isinstance(value, list):
        raise DataError(
            f"Expected a list of objects, or an object that holds one under one of {list(RECORD_KEYS)}. "
            f"Received: {type(value).__name__}",
            file=file,
        )
    return _from_objects(list(enumerate(value, start=1)), encoding, file)


def _json(text: str, file: str, row: int | None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}" if row is None else f"character {error.colno}"
        raise DataError(f"Expected JSON. {error.msg} at {where}", file=file, row=row) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; a thousand brackets
        raise DataError(f"Expected JSON of ordinary size. {error}", file=file, row=row) from error


def _from_objects(objects: list[tuple[int, Any]], encoding: str, file: str) -> Table:
    for number, value in objects:
        if not isinstance(value, dict):
            raise DataError(f"Expected a JSON object. Received: {type(value).__name__}", file=file, row=number)
    columns = tuple(dict.fromkeys(name for _, value in objects for name in value))
    rows = tuple(Row(number, {name: value.get(name) for name in columns}) for number, value in objects)
    return Table(file, encoding, columns, rows)


def _read_parquet(content: bytes, file: str) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(content))
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError("Expected a Parquet file. Its bytes are not Parquet", file=file) from error
    columns = _header(table.column_names, file, 1)
    rows = tuple(Row(number, values) for number, values in enumerate(table.to_pylist(), start=1))
    return Table(file, "parquet", columns, rows)


def _items(value: object) -> list[str]:
    if isinstance(value, str):
        text = value.strip()
        if not _LIST.match(text):
            return [value]
        value = _written_list(text)
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"Expected text or a list. Received: {type(value).__name__}")
    return [str(item) for item in value if item is not None]


def _written_list(text: str) -> object:
    for parse in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return parse(text)
    raise ValueError("Expected a list like ['a', 'b']. It does not parse")


FORMATS: Mapping[str, Callable[[bytes, str], Table]] = {
    ".csv": _read_csv,
    ".json": _read_json,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
    ".tsv": _read_csv,
}
"""Suffix -> reader."""

_LIST = re.compile(r"\[\s*(?:['\"]|\])")
_AMOUNT = re.compile(r"(?P<before>[^\d\s.,-]{0,3})\s*(?P<number>\d[\d., ]*|\.\d+)\s*(?P<after>[^\d\s.,-]{0,3})")
_PRICE_BREAK = re.compile(r"(?<=[\d元])\s*[-–~]\s*(?=\S)|(?<=[\d元])\s+(?=[$£€¥￥]\s*\d)")
_REMARK = re.compile(r"\([^()]*\)")  # "$72.00 ($102.00 value)"
