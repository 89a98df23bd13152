"""Other people's lists of shades: which column is which field, one row, and CSV read with the standard library."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from makeup_ai.errors import DataError

MAX_BYTES = 32 * 2**20  # of a file of shades; the largest known list has 2.3 MB
MAX_SHADES = 100_000
MAX_TEXT = 2_000  # characters of one field that are kept
SHADE_NAMES: Mapping[str, frozenset[str]] = {
    "hex": frozenset({"hex", "hex_code", "color", "colour", "hex_color", "颜色", "色值"}),
    "brand": frozenset({"brand", "brand_name", "品牌"}),
    "product": frozenset({"product", "product_name", "series", "商品", "商品名称", "系列"}),
    "shade": frozenset({"shade", "shade_name", "name", "色号", "色名"}),
    "code": frozenset({"specific", "shade_code", "code", "编号"}),
    "description": frozenset({"description", "shade_description", "描述"}),
    "undertone": frozenset({"undertone", "shade_undertone", "色调", "冷暖"}),
}
"""Field -> column names taken for it, in lower case with underscores."""
_NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True, slots=True)
class ShadeColumns:
    """Columns of a list of shades: each field holds a column name, or `None` where the file has no such column."""

    hex: str
    brand: str | None = None
    product: str | None = None
    shade: str | None = None
    code: str | None = None
    description: str | None = None
    undertone: str | None = None


@dataclass(frozen=True, slots=True)
class ShadeRow:
    """One shade as its brand lists it.

    Args:
        hex: sRGB colour as `#RRGGBB`, in capitals.
        brand: As printed; empty where nobody says.
        product: As printed; empty where nobody says.
        name: Name, number or both; empty where nobody says.
        words: What the brand says of it ("neutral golden undertone").
        row: In the file, where the header is 1; 0 for a shade of no file.
    """

    hex: str
    brand: str = ""
    product: str = ""
    name: str = ""
    words: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class ShadeFile:
    """The shades of one file, and what became of the other rows.

    Args:
        file: Path, as given by the caller.
        columns: Field -> column.
        read: Rows in the file.
        rows: Shades, in the order of the file; at least one.
        dropped: Reason -> number of rows.
    """

    file: str
    columns: ShadeColumns
    read: int
    rows: tuple[ShadeRow, ...]
    dropped: Mapping[str, int]


def parse_hex(value: object) -> str:
    """Read a colour as `#RRGGBB` in capitals, with or without the sign.

    Examples:
        >>> parse_hex("a06f4a"), parse_hex(" #F1E7DB ")
        ('#A06F4A', '#F1E7DB')

    Raises:
        ValueError: It is not six hexadecimal digits.
    """
    match = re.fullmatch(r"#?([0-9A-Fa-f]{6})", str(value).strip())
    if match is None:
        raise ValueError(f"A colour is #RRGGBB. Received: {str(value)[:40]!r}. Correct the cell, or leave it empty")
    return f"#{match[1].upper()}"


def parse_shade(values: Mapping[str, object], columns: ShadeColumns, row: int, file: str) -> ShadeRow | str:
    """Read one row, or say why it is left out.

    Args:
        values: Column -> cell.
        columns: Which column is which field.
        row: Number of the row, for the error and the result.
        file: Name of the file, for the error.

    Raises:
        DataError: The colour is written but is none.
    """
    cells = {field.name: _cell(values, getattr(columns, field.name)) for field in fields(columns)}
    if not cells["hex"]:
        return "no colour"
    try:
        colour = parse_hex(cells["hex"])
    except ValueError as error:
        raise DataError(str(error), file=file, row=row, column=columns.hex) from error
    name = " ".join(filter(None, (cells["code"], cells["shade"])))
    words = " ".join(filter(None, (cells["description"], cells["undertone"])))
    return ShadeRow(colour, cells["brand"], cells["product"], name or cells["description"], words, row)


def read_shade_csv(path: str | os.PathLike[str]) -> ShadeFile:
    """Read a CSV of shades, UTF-8 with or without BOM; a row without a colour is counted and left out.

    Raises:
        DataError: The file cannot be read, is larger than `MAX_BYTES` or `MAX_SHADES`, empty, not UTF-8 or not CSV; has
            no column of colours, two of one field, or rows that do not fit the header; a colour is none; or no shade is
            left.
    """
    file = os.fspath(path)
    records = _records(_text(file), file)
    header = [name.strip() for name in next(records, (1, []))[1]]
    columns = _choose(header, file)
    rows: list[ShadeRow] = []
    dropped = Counter[str]()
    for number, record in records:
        shade = parse_shade(_fitted(header, record, number, file), columns, number, file)
        if isinstance(shade, str):
            dropped[shade] += 1
        elif len(rows) == MAX_SHADES:
            raise DataError(f"A list has at most {MAX_SHADES} shades. Split it", file=file, row=number)
        else:
            rows.append(shade)
    if not rows:
        raise DataError("Expected at least one shade with a colour. Received: none", file=file)
    return ShadeFile(file, columns, len(rows) + dropped.total(), tuple(rows), dict(dropped))


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Give each record that is not blank, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if record:
                yield number, record
    except csv.Error as error:
        raise DataError(f"Expected CSV with balanced quotes. {error}", file=file, row=number + 1) from error


def _fitted(header: list[str], record: list[str], number: int, file: str) -> dict[str, object]:
    if len(record) != len(header):
        raise DataError(
            f"Expected {len(header)} fields, as in the header. Received: {len(record)}. Quote fields that hold a comma",
            file=file,
            row=number,
        )
    return dict(zip(header, record, strict=True))


def _text(file: str) -> str:
    path = Path(file)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(
                f"A list of shades has at most {MAX_BYTES} bytes. Received: {path.stat().st_size}. Split it", file=file
            )
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"Expected UTF-8. Byte {error.start} is none. Save the file as UTF-8",
            file=file,
            row=content[: error.start].count(b"\n") + 1,
        ) from error


def _choose(header: list[str], file: str) -> ShadeColumns:
    if not header:
        raise DataError("Expected at least one shade with a colour. The file is empty", file=file)
    chosen: dict[str, str] = {}
    for field in fields(ShadeColumns):
        fitting = [name for name in header if re.sub(r"[\s-]+", "_", name.lower()) in SHADE_NAMES[field.name]]
        if len(fitting) > 1:
            raise DataError(f"Several columns could be {field.name!r}: {fitting}. Rename all but one", file=file, row=1)
        if fitting:
            chosen[field.name] = fitting[0]
        elif field.default is MISSING:
            raise DataError(
                f"No column could be {field.name!r}. Columns: {header[:30]}. Name one {field.name!r}", file=file, row=1
            )
    return ShadeColumns(**chosen)


def _cell(values: Mapping[str, object], column: str | None) -> str:
    text = str(values.get(column) if column is not None else "")
    text = " ".join(text.split())[:MAX_TEXT]
    return "" if text.lower() in _NOTHING else text
