"""Ingredient names from other people's files: CosIng, the taxonomy of Open Beauty Facts, and a brand's own table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.knowledge.inci import inci_case
from makeup_ai.training.data.layouts import CatalogueRow, Loaded, read_products
from makeup_ai.training.data.tables import Row, decode_text, read_table

COSING = "CosIng"
OPEN_BEAUTY_FACTS = "Open Beauty Facts"
PRODUCT_COLUMNS = (
    "product_id=code,name=product_name,brand=brands,ingredients=ingredients_text,size=quantity,category=categories,"
    "price=,currency=,description="
)
"""Columns of the product export of Open Beauty Facts (tabs between, `en.openbeautyfacts.org.products.csv`)."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "inci": ("inci", "inci_name", "inci name", "成分名称"),
    "cas": ("cas", "cas_number", "cas no", "cas_no"),
    "functions": ("functions", "function", "功能"),
    "en": ("en", "english", "name_en", "common_name"),
    "zh": ("zh", "chinese", "name_zh", "中文名", "中文名称"),
    "synonyms": ("synonyms", "other_names", "aliases", "别名"),
}
"""Field -> column names taken for it, in lower case; only `inci` is needed."""

_NAME = re.compile(r"^(?P<language>[a-z]{2,3})\s*:\s*(?P<names>\S.*)$")
_PROPERTY = re.compile(r"^(?P<key>[a-z_0-9-]+)\s*:\s*(?P<language>[a-z]{2,3})\s*:\s*(?P<value>.*)$")
_SPLIT = re.compile(r"(?<!\\),(?!\d)\s*")
_LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class InciRow:
    """One ingredient as a file has it.

    Args:
        inci: As printed in the file, or in the case of packs where the file has capitals alone.
        source: The file's name for itself (`COSING`, `OPEN_BEAUTY_FACTS`, or a brand's).
        names: Other names by language; those without a language under `""`.
        functions: As the file words them, in lower case.
        cas: CAS numbers.
        row: In the file, see `tables.Row`; of a taxonomy the line its block begins in.
    """

    inci: str
    source: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: tuple[str, ...] = ()
    cas: tuple[str, ...] = ()
    row: int = 0


def read_cosing(path: str | os.PathLike[str]) -> tuple[InciRow, ...]:
    """Read CosIng as published: a table with `inci_name`, `function`, and CAS numbers if it has them.

    Raises:
        DataError: As `tables.read_table`; or no column has INCI names.
    """
    return read_ingredients(path, COSING)


def read_ingredients(path: str | os.PathLike[str], source: str) -> tuple[InciRow, ...]:
    """Read a table of ingredients, such as a brand's own: `inci`; and `en`, `zh`, `synonyms`, `functions`, `cas`.

    Several names or functions in one cell are separated by `;`, `|` or `、`; functions and CAS numbers also by commas.

    Args:
        path: A file of `tables.FORMATS`.
        source: What the names are said to come from.

    Raises:
        DataError: As `tables.read_table`; or no column of `COLUMNS` has INCI names.
    """
    table = read_table(path)
    plain = {column.strip().lower(): column for column in table.columns}
    chosen = {name: next((plain[c] for c in known if c in plain), None) for name, known in COLUMNS.items()}
    if chosen["inci"] is None:
        raise DataError(
            f"Expected a column of INCI names, one of {list(COLUMNS['inci'])}. Columns: {list(table.columns)}. "
            "Rename the one that has them",
            file=table.file,
        )
    return tuple(found for row in table if (found := _ingredient(row, chosen, source)) is not None)


def read_taxonomy(path: str | os.PathLike[str]) -> tuple[InciRow, ...]:
    r"""Read an ingredient taxonomy of Open Beauty Facts.

    Blocks with empty lines between; in a block `en: NAME, other name` begins the names of a language, `<en: parent`
    names a parent, and `cas:en: ...`, `inci_functions:en: en:skin-protecting, ...` and the like are properties. A comma
    before a digit, or after a backslash, is part of a name. Blocks of `synonyms:` and `stopwords:` are passed over.

    Raises:
        DataError: The file cannot be read, is in another encoding, or has no block with an English name.
    """
    file = os.fspath(path)
    try:
        text, _ = decode_text(Path(file).read_bytes(), file)
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    found = tuple(row for number, block in _blocks(text) if (row := _taxon(block, number)) is not None)
    if not found:
        raise DataError("Expected blocks that begin with `en: NAME`, as in a taxonomy. Found none", file=file)
    return found


def read_open_beauty_products(path: str | os.PathLike[str]) -> Loaded[CatalogueRow]:
    """Read the product export of Open Beauty Facts; see `PRODUCT_COLUMNS`.

    Raises:
        DataError: As `layouts.read_products`; the message names the column that is missing.
    """
    return read_products(path, PRODUCT_COLUMNS)


def _ingredient(row: Row, chosen: Mapping[str, str | None], source: str) -> InciRow | None:
    def cell(name: str) -> str:
        column = chosen[name]
        value = row.values[column] if column is not None else None
        return "" if value is None else " ".join(str(value).split())

    inci = inci_case(cell("inci"))
    if not inci:
        return None
    names = {language: _several(cell(language)) for language in _LANGUAGES}
    names[""] = _several(cell("synonyms"))
    functions = tuple(name.lower() for name in _several(cell("functions"), ",;|、"))
    cas = tuple(_several(cell("cas"), ",;|/ "))
    return InciRow(inci, source, {k: v for k, v in names.items() if v}, functions, cas, row.number)


def _several(cell: str, separators: str = ";|、") -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in re.split(f"[{re.escape(separators)}]", cell))))


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    start = 1
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            if not line.lstrip().startswith("#"):
                start = start if block else number
                block.append(line.strip())
        elif block:
            yield start, block
            block = []


def _taxon(block: list[str], number: int) -> InciRow | None:
    names: dict[str, tuple[str, ...]] = {}
    properties: dict[str, str] = {}
    for line in block:
        if (match := _PROPERTY.match(line)) is not None:
            if match["key"] in {"synonyms", "stopwords"}:
                return None
            properties.setdefault(match["key"], match["value"])
        elif (match := _NAME.match(line)) is not None:
            listed = (name.replace("\\,", ",").strip() for name in _SPLIT.split(match["names"]))
            names.setdefault(match["language"], tuple(filter(None, listed)))
    if not names.get("en"):
        return None
    first, *others = names["en"]
    kept = {"en": tuple(others), "zh": names.get("zh", ())}
    functions = tuple(f.partition(":")[2] or f for f in _several(properties.get("inci_functions", ""), ","))
    return InciRow(
        inci=inci_case(first),
        source=OPEN_BEAUTY_FACTS,
        names={language: found for language, found in kept.items() if found},
        functions=tuple(function.replace("-", " ").lower() for function in functions),
        cas=_several(properties.get("cas", ""), ",;|/ "),
        row=number,
    )
