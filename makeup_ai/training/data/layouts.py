"""What rows of other people's files mean: reviews, products, purchases.

A layout says which column of a file is which field. It is chosen from the column names, or given in words
(`text=review,rating=stars`), and every value is read by its type or refused with its row and column.
"""

from __future__ import annotations

import html
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Generic, TypeVar

from makeup_ai.errors import DataError
from makeup_ai.training.data.tables import (
    CURRENCIES,
    Row,
    Table,
    parse_ingredients,
    parse_label,
    parse_price,
    parse_rating,
    read_table,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

POSITIVE_FROM = 4.0  # stars; between the two a rating says neither
NEUTRAL = "neutral"
NEGATIVE_TO = 2.0  # stars
COMMON_NAMES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"text", "review", "review_text", "review_body", "content", "comment", "评论", "评价", "内容"}),
    "rating": frozenset({"rating", "stars", "star_rating", "score", "overall", "评分"}),
    "label": frozenset({"label", "sentiment", "标签"}),
    "product": frozenset({"product", "product_id", "item_id", "sku", "asin", "商品id"}),
    "user": frozenset({"user", "user_id", "author_id", "reviewer_id", "customer_id", "用户id"}),
    "language": frozenset({"language", "lang", "语言"}),
    "product_id": frozenset({"product_id", "id", "sku", "asin", "商品id"}),
    "name": frozenset({"name", "product_name", "title", "名称", "商品名称", "标题"}),
    "brand": frozenset({"brand", "brand_name", "品牌", "店名"}),
    "price": frozenset({"price", "prices", "price_usd", "价格"}),
    "currency": frozenset({"currency", "币种"}),
    "ingredients": frozenset({"ingredients", "ingredient_list", "inci", "成分"}),
    "size": frozenset({"size", "sizes", "规格"}),
    "category": frozenset({"category", "product_type", "primary_category", "类目", "品类"}),
    "description": frozenset({"description", "描述"}),
}
"""Field -> column names taken for it, in lower case with underscores."""

L = TypeVar("L", bound="DataclassInstance")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reviews:
    """Columns of a file of reviews: each field holds a column name, or `None` where the file has no such column.

    `rating` (1 to 5) or `label` (0/1, negative/positive) gives the sentiment; a file is read by one of them.
    """

    text: str
    rating: str | None = None
    label: str | None = None
    product: str | None = None
    user: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Products:
    """Columns of a catalogue: each field holds a column name, or `None` where the file has no such column."""

    product_id: str
    name: str
    brand: str | None = None
    price: str | None = None
    currency: str | None = None
    ingredients: str | None = None
    size: str | None = None
    category: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Purchases:
    """Columns of a file of purchases: each field holds a column name, or `None` where the file has no such column."""

    user: str
    product: str
    rating: str | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """Columns of a file of texts without labels; at least one of the two is there, and the title stands first."""

    text: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text with its sentiment, as read from a file of reviews.

    Args:
        text: Cleaned, never empty.
        label: `"negative"`, `"positive"`, or `NEUTRAL` for a rating that says neither.
        rating: In stars, or `None` where the file has labels.
        product: Id of the product it is about, or `None`.
        user: Id of its writer, or `None`.
        language: `"en"`, `"zh"` or `"other"`, or what the file's language column says.
        row: In the file, see `tables.Row`.
    """

    text: str
    label: str
    rating: float | None
    product: str | None
    user: str | None
    language: str
    row: int

    @property
    def group(self) -> str | None:
        """What must not be in two parts of a split: the product, else the writer, else nothing."""
        return self.product if self.product is not None else self.user


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One product as somebody else's file has it; `price` is above zero or `None`, `currency` as far as it is told."""

    product_id: str
    name: str
    brand: str | None
    price: float | None
    currency: str | None
    ingredients: tuple[str, ...]
    size: str | None
    category: str | None
    description: str | None
    row: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """One user had one product; `rating` is in stars, or `None` where nobody said."""

    user: str
    product: str
    rating: float | None
    row: int


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """The rows of one file that could be used, and what became of the others.

    Args:
        file: Path, as given by the caller.
        encoding: See `tables.Table`.
        columns: Field -> column it was read from.
        read: Rows in the file.
        rows: Rows kept, in the order of the file.
        dropped: Reason -> number of rows.
    """

    file: str
    encoding: str
    columns: Mapping[str, str]
    read: int
    rows: tuple[T, ...]
    dropped: Mapping[str, int]


def read_reviews(path: str | os.PathLike[str], mapping: str = "") -> Loaded[LabelledText]:
    """Read texts with their sentiment: from a rating, four stars are positive, two negative, and three neither.

    Args:
        path: A file of `tables.FORMATS`.
        mapping: As in `"text=review,rating=stars,user="`; see `choose_columns`.

    Raises:
        DataError: As `tables.read_table` and `choose_columns`; or a rating is not from 1 to 5, or a label is unknown.
    """
    table = read_table(path)
    layout = choose_columns(Reviews, table, mapping)
    return load_rows(table, layout, lambda row: _review(row, layout, table.file))


def read_products(path: str | os.PathLike[str], mapping: str = "") -> Loaded[CatalogueRow]:
    """Read a catalogue; a product needs an id and a name.

    Raises:
        DataError: As `tables.read_table` and `choose_columns`; or a price or a list of ingredients cannot be read.
    """
    table = read_table(path)
    layout = choose_columns(Products, table, mapping)
    return load_rows(table, layout, lambda row: _product(row, layout, table.file))


def read_purchases(path: str | os.PathLike[str], mapping: str = "") -> Loaded[Purchase]:
    """Read who bought what; a row needs both.

    Raises:
        DataError: As `tables.read_table` and `choose_columns`; or a rating is no number of 1 to 5.
    """
    table = read_table(path)
    layout = choose_columns(Purchases, table, mapping)
    return load_rows(table, layout, lambda row: _purchase(row, layout, table.file))


def choose_columns(
    layout: type[L], table: Table, mapping: str = "", names: Mapping[str, frozenset[str]] = COMMON_NAMES
) -> L:
    """Choose the columns of a layout: those of `mapping`, and for the other fields the one with a common name.

    Args:
        layout: A dataclass whose fields are to hold column names, such as `Reviews`; those with a default may lack one.
        table: Its columns are chosen from.
        mapping: `field=column` pairs, separated by commas; `field=` says that the file has no such column.
        names: Field -> column names taken for it.

    Raises:
        DataError: The mapping names an unknown field or column, two columns fit one field, or none fits a field that
            is needed.
    """
    wanted = [field.name for field in fields(layout)]
    given = _parse_mapping(mapping, wanted, table)
    chosen: dict[str, str] = {field: column for field, column in given.items() if column}
    free = [column for column in table.columns if column not in chosen.values()]
    for field in wanted:
        fitting = [column for column in free if re.sub(r"[\s-]+", "_", column.lower()) in names[field]]
        if field in given or (
            field in {"rating", "label"} and {"rating", "label"} & {k for k, v in given.items() if v}
        ):
            continue
        if len(fitting) > 1:
            raise DataError(
                f"Several columns could be {field!r}: {fitting}. Choose one: {field}={fitting[0]}", file=table.file
            )
        if fitting:
            chosen[field] = fitting[0]
    missing = [f.name for f in fields(layout) if f.default is MISSING and f.name not in chosen]
    if missing or (layout is Reviews and not {"rating", "label"} & set(chosen)):
        field = missing[0] if missing else "rating"
        raise DataError(
            f"No column could be {field!r}. Columns: {list(table.columns)}. Choose one: {field}=...", file=table.file
        )
    if {"rating", "label"} <= set(chosen):
        both = [chosen["rating"], chosen["label"]]
        raise DataError(f"Several columns give the sentiment: {both}. Choose one: rating= or label=", file=table.file)
    return layout(**chosen)


def load_rows(table: Table, layout: L, read: Callable[[Row], T | str]) -> Loaded[T]:
    """Read each row of a table, or count why it is left out."""
    rows, dropped = [], Counter[str]()
    for row in table:
        value = read(row)
        if isinstance(value, str):
            dropped[value] += 1
        else:
            rows.append(value)
    columns = {field: column for field, column in asdict(layout).items() if column is not None}
    return Loaded(table.file, table.encoding, columns, len(table), tuple(rows), dict(dropped))


def clean_text(text: str) -> str:
    """Remove HTML, byte-order marks and control characters, and keep every other character as it was written.

    Entities are resolved, runs of blanks become one, and lone surrogates become U+FFFD. Width and compatibility forms
    stay: normalising is the tokenizer's matter.

    Examples:
        >>> clean_text("<p>Soft &amp; light,<br/>smells fine</p> <3")
        'Soft & light, smells fine <3'
    """
    text = _SCRIPTS.sub(" ", html.unescape(text))
    text = _CONTROLS.sub(" ", _TAGS.sub(" ", text).replace("\ufeff", ""))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", _SURROGATES.sub("\ufffd", text))).strip()


def script_of(text: str) -> str:
    """Name the script that most of a text is written in, one of `SCRIPTS` or `"none"`.

    One Han character weighs as much as three letters, which is about what it says; a text with Kana is not Chinese.
    """
    found = {name: weight * len(pattern.findall(text)) for name, (pattern, weight) in SCRIPTS.items()}
    if 4 * found["Kana"] >= found["Han"]:
        found["Han"] = 0
    best = max(found, key=lambda name: found[name])
    return best if found[best] or found["Kana"] else "none"


def language_of(text: str) -> str:
    """Tell `"zh"`, `"en"` and `"other"` apart by script alone: other languages in Latin letters count as English."""
    return {"Han": "zh", "Latin": "en"}.get(script_of(text), "other")


def _review(row: Row, layout: Reviews, file: str) -> LabelledText | str:
    text = _field(row, layout.text, _text, file)
    rating = _field(row, layout.rating, parse_rating, file)
    label = _field(row, layout.label, parse_label, file)
    if not text:
        return "empty text"
    if rating is not None:
        label = "positive" if rating >= POSITIVE_FROM else "negative" if rating <= NEGATIVE_TO else NEUTRAL
    if label is None:
        return "no rating" if layout.rating else "no label"
    product, user = (_field(row, column, _identifier, file) for column in (layout.product, layout.user))
    language = _field(row, layout.language, _text, file) or language_of(text)
    return LabelledText(text, label, rating, product, user, language, row.number)


def _product(row: Row, layout: Products, file: str) -> CatalogueRow | str:
    identifier = _field(row, layout.product_id, _identifier, file)
    name = _field(row, layout.name, _text, file)
    if not identifier or not name:
        return "no product id" if not identifier else "no name"
    ingredients = _field(row, layout.ingredients, parse_ingredients, file) or ()
    amount, mark = _field(row, layout.price, parse_price, file) or (None, None)
    return CatalogueRow(
        product_id=identifier,
        name=name,
        brand=_field(row, layout.brand, _text, file),
        price=amount,
        currency=_field(row, layout.currency, _text, file) or mark or CURRENCIES.get((layout.price or "").lower()[-3:]),
        ingredients=tuple(filter(None, map(clean_text, ingredients))),
        size=_field(row, layout.size, _text, file),
        category=_field(row, layout.category, _text, file),
        description=_field(row, layout.description, _text, file),
        row=row.number,
    )


def _purchase(row: Row, layout: Purchases, file: str) -> Purchase | str:
    user, product = (_field(row, column, _identifier, file) for column in (layout.user, layout.product))
    if not user or not product:
        return "no user" if not user else "no product"
    return Purchase(user, product, _field(row, layout.rating, parse_rating, file), row.number)


def _parse_mapping(mapping: str, names: list[str], table: Table) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in filter(None, (pair.strip() for pair in mapping.split(","))):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or field not in names or field in given:
            raise DataError(
                f"A mapping is field=column pairs, each field once, of {names}. Received: {pair!r}", file=table.file
            )
        if column and column not in table.columns:
            raise DataError(f"Expected one of the columns {list(table.columns)}", file=table.file, column=column)
        given[field] = column
    return given


def _field(row: Row, column: str | None, parse: Callable[[object], T], file: str) -> T | None:
    value = row.values[column] if column is not None else None
    if (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and not value.strip())
    ):
        return None
    try:
        return parse(value)
    except ValueError as error:
        raise DataError(str(error), file=file, row=row.number, column=column) from error


def _text(value: object) -> str:
    if isinstance(value, (list, dict)):
        raise ValueError(f"Expected text. Received: a {type(value).__name__}")
    return clean_text(str(value))


def _identifier(value: object) -> str:
    # A column of numbers with gaps is a column of floats to whoever saved it as Parquet.
    return _text(int(value) if isinstance(value, float) and value.is_integer() else value)


SCRIPTS: Mapping[str, tuple[re.Pattern[str], int]] = {
    "Latin": (re.compile("[A-Za-z\u00c0-\u024f]"), 1),
    "Han": (re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 3),
    "Kana": (re.compile("[\u3041-\u30ff]"), 3),
    "Hangul": (re.compile("[\uac00-\ud7af]"), 3),
    "Cyrillic": (re.compile("[\u0400-\u052f]"), 1),
    "Arabic": (re.compile("[\u0600-\u06ff]"), 1),
    "Devanagari": (re.compile("[\u0900-\u097f]"), 1),
    "Thai": (re.compile("[\u0e00-\u0e7f]"), 1),
}
"""Script -> its characters, and how many letters one of them weighs."""

_SCRIPTS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(
    r"</?(?:a|b|i|u|p|em|h[1-6]|br|hr|li|ol|ul|td|th|tr|div|img|pre|sub|sup|body|code|font|form|html|meta|span|small|"
    r"strong|table|tbody|thead|video|center|iframe|section|blockquote)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
