"""What a file of somebody else's data is worth before anything is trained on it: counts and row numbers only."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from makeup_ai.training.data.layouts import CatalogueRow, LabelledText, Loaded, Purchase, script_of
from makeup_ai.training.data.splits import Split, text_key
from makeup_ai.vision.shades.read import ShadeRow

EXAMPLES = 5  # row numbers or pairs of them shown of each kind
RUN_OF_MOJIBAKE = 4  # characters; two or three may be Chinese that happens to be UTF-8 as well

Content = LabelledText | CatalogueRow | Purchase | ShadeRow


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows, or groups, have some flaw, and a few to look at.

    Args:
        count: Of all.
        rows: The first `EXAMPLES`: row numbers, or for duplicates and leaks pairs of row numbers.
    """

    count: int
    rows: tuple[int | tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of the texts in Unicode code points: median, 95th percentile (nearest rank) and longest."""

    p50: int
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What was found in one file; prints as a table.

    Args:
        file: Path, as given by the caller.
        encoding: See `tables.Table`.
        columns: Field -> column it was read from.
        read: Rows in the file.
        kept: Rows that can be used.
        dropped: Reason -> rows.
        findings: Kind -> rows: `exact_duplicates` (of a text, a product id, user and product, or
            brand, product and shade), `near_duplicates`
            (equal but for case, width, blanks and punctuation), `replacement_characters`, `mojibake`.
        labels: Label -> rows; empty where the file has none.
        lengths: Of texts, or `None` where the file has none.
        scripts: Script -> texts.
        parts: Part -> rows; empty without a split.
        leaks: Kind -> rows in one part that meet their like in another: `text`, `near_text`; and `product`, `user`,
            which count groups. Empty without a split.
    """

    file: str
    encoding: str
    columns: Mapping[str, str]
    read: int
    kept: int
    dropped: Mapping[str, int]
    findings: Mapping[str, Finding]
    labels: Mapping[str, int]
    lengths: Lengths | None
    scripts: Mapping[str, int]
    parts: Mapping[str, int]
    leaks: Mapping[str, Finding]

    def to_json(self) -> str:
        """Write the report as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def __str__(self) -> str:
        lines = [
            ("file", f"{self.file} ({self.encoding})"),
            ("columns", ", ".join(f"{field}={column}" for field, column in self.columns.items())),
            ("rows", f"{self.read} read, {self.kept} kept"),
            *((f"dropped: {reason}", str(count)) for reason, count in self.dropped.items()),
            *((kind.replace("_", " "), _show(found)) for kind, found in self.findings.items()),
            *((f"label {label}", f"{n} ({n / self.kept:.1%})") for label, n in self.labels.items()),
            *((f"script {script}", f"{n} ({n / self.kept:.1%})") for script, n in self.scripts.items()),
        ]
        if self.lengths:
            lines.append(("characters", f"p50 {self.lengths.p50}, p95 {self.lengths.p95}, max {self.lengths.max}"))
        lines += [(f"part {part}", f"{n} ({n / self.kept:.1%})") for part, n in self.parts.items()]
        lines += [(f"in two parts: {kind.replace('_', ' ')}", _show(found)) for kind, found in self.leaks.items()]
        width = max(len(name) for name, _ in lines)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def measure_quality(
    loaded: Loaded[LabelledText] | Loaded[CatalogueRow] | Loaded[Purchase] | Loaded[ShadeRow],
    split: Split | None = None,
) -> QualityReport:
    """Count what could spoil a training or flatter its figures.

    Args:
        loaded: Rows of one file.
        split: Of the same rows; then leaks between its parts are looked for. Only reviews are split.
    """
    rows: Sequence[Content] = loaded.rows
    texts = {row.row: text for row in rows if (text := _text(row))}
    lengths = sorted(map(len, texts.values()))
    reviews = [row for row in rows if isinstance(row, LabelledText)]
    return QualityReport(
        file=loaded.file,
        encoding=loaded.encoding,
        columns=dict(loaded.columns),
        read=loaded.read,
        kept=len(rows),
        dropped=dict(sorted(loaded.dropped.items())),
        findings={
            "exact_duplicates": _repeats((row.row, _identity(row)) for row in rows),
            "near_duplicates": _near_duplicates(texts),
            "replacement_characters": _flagged(row for row, text in texts.items() if "\ufffd" in text),
            "mojibake": _flagged(row for row, text in texts.items() if looks_like_mojibake(text)),
        },
        labels=dict(sorted(Counter(row.label for row in reviews).items())),
        lengths=Lengths(_rank(lengths, 0.5), _rank(lengths, 0.95), lengths[-1]) if lengths else None,
        scripts=dict(Counter(map(script_of, texts.values())).most_common()),
        parts={part: len(numbers) for part, numbers in split.parts.items()} if split else {},
        leaks=find_leaks(reviews, split) if split else {},
    )


def find_leaks(rows: Iterable[LabelledText], split: Split) -> dict[str, Finding]:
    """Look for what is in two parts of a split: the same text, a near-duplicate of it, a product, a writer.

    Each finding counts texts, products or writers, and shows pairs of rows from two parts. Products are expected in two
    parts of a split by writer, and the other way round.
    """
    part_of = {row: part for part, numbers in split.parts.items() for row in numbers}
    held = [row for row in rows if row.row in part_of]
    return {
        "text": _across(((row.row, row.text) for row in held), part_of),
        "near_text": _across(((row.row, text_key(row.text)) for row in held), part_of),
        "product": _across(((row.row, row.product) for row in held if row.product is not None), part_of),
        "user": _across(((row.row, row.user) for row in held if row.user is not None), part_of),
    }


def looks_like_mojibake(text: str) -> bool:
    """Tell whether some of a text is UTF-8 that was once read as Latin-1, Windows-1252 or GB18030.

    Examples:
        >>> [looks_like_mojibake(text) for text in ("itâ€™s fine", "it’s fine", "crème brûlée", "寰堝ソ鐢ㄧ殑")]
        [True, False, False, True]
    """
    return "锟斤拷" in text or bool(_LATIN_MOJIBAKE.search(text)) or any(map(_reads_better, _RUNS.findall(text)))


def _reads_better(run: str) -> bool:
    read = run.encode("gb18030", errors="replace").decode("utf-8", errors="replace")
    return script_of(read) == "Han" and read.count("\ufffd") <= 1 and len(read) < len(run)


def _text(row: Content) -> str:
    if isinstance(row, LabelledText):
        return row.text
    if isinstance(row, CatalogueRow):
        return " ".join(filter(None, (row.brand, row.name, row.description)))
    return " ".join((row.brand, row.product, row.name, row.words)).strip() if isinstance(row, ShadeRow) else ""


def _identity(row: Content) -> object:
    if isinstance(row, LabelledText):
        return row.text
    if isinstance(row, CatalogueRow):
        return row.product_id
    return (row.brand, row.product, row.name) if isinstance(row, ShadeRow) else (row.user, row.product)


def _flagged(rows: Iterable[int]) -> Finding:
    numbers = tuple(rows)
    return Finding(len(numbers), numbers[:EXAMPLES])


def _repeats(named: Iterable[tuple[int, object]]) -> Finding:
    first: dict[object, int] = {}
    pairs = [(first[name], row) for row, name in named if first.setdefault(name, row) != row]
    return Finding(len(pairs), tuple(pairs[:EXAMPLES]))


def _near_duplicates(texts: Mapping[int, str]) -> Finding:
    first: dict[str, int] = {}  # each text once, so that an exact duplicate is not counted again
    for row, text in texts.items():
        first.setdefault(text, row)
    return _repeats((row, text_key(text)) for text, row in first.items())


def _across(named: Iterable[tuple[int, str]], part_of: Mapping[int, str]) -> Finding:
    places: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row, name in named:
        places[name].setdefault(part_of[row], row)
    pairs = [tuple(rows.values())[:2] for rows in places.values() if len(rows) > 1]
    return Finding(len(pairs), tuple((first, second) for first, second in pairs[:EXAMPLES]))


def _rank(ordered: Sequence[int], share: float) -> int:
    return ordered[math.ceil(share * len(ordered)) - 1]


def _show(found: Finding) -> str:
    rows = ", ".join("~".join(map(str, row)) if isinstance(row, tuple) else str(row) for row in found.rows)
    return (
        f"{found.count} (rows {rows}{', ...' if found.count > len(found.rows) else ''})" if rows else str(found.count)
    )


# A lead byte of UTF-8 as Latin-1 shows it, and a continuation byte as Latin-1 or Windows-1252 does.
_LATIN_MOJIBAKE = re.compile(
    "[ÃÂâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[äåæçèé][\xa0-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2}"
)
_RUNS = re.compile(rf"[^\x00-\x7f]{{{RUN_OF_MOJIBAKE},}}")
