"""Parts to train on, to choose by and to judge by, in which no product, writer or text is met twice."""

from __future__ import annotations

import hashlib
import json
import math
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.layouts import LabelledText

SCHEMA = 1
PARTS = ("train", "valid", "test")
BY: Mapping[str, Callable[[LabelledText], str | None]] = {
    "product": lambda row: row.product,
    "user": lambda row: row.user,
    "text": lambda row: text_key(row.text),
    "row": lambda row: row.text,
}
"""What is kept together -> its name in a row. `row` keeps only rows of the very same text together."""


@dataclass(frozen=True, slots=True)
class Split:
    """Which row is in which part.

    Args:
        by: One of `BY`.
        seed: Of the shuffle.
        fractions: Asked for, by part; whole groups only come near them.
        parts: Part -> row numbers in ascending order.
        left_out: Rows whose text is also in another part, by an accident of two groups; they are in no part.
    """

    by: str
    seed: int
    fractions: Mapping[str, float]
    parts: Mapping[str, tuple[int, ...]]
    left_out: tuple[int, ...] = ()

    def take(self, rows: Iterable[LabelledText], part: str) -> list[LabelledText]:
        """Select the rows of one part, in the order they come in.

        Raises:
            ValueError: The part is not one of `PARTS`.
        """
        if part not in self.parts:
            raise ValueError(f"Expected one of {list(self.parts)}. Received: part={part!r}")
        numbers = frozenset(self.parts[part])
        return [row for row in rows if row.row in numbers]


def split(
    rows: Sequence[LabelledText],
    by: str = "product",
    fractions: Sequence[float] = (0.8, 0.1, 0.1),
    seed: int = 0,
) -> Split:
    """Split rows into `PARTS` by groups, with labels in roughly the same balance in each.

    Groups come in the order of a hash of seed and name, and each goes to the part where the chi-square distance between
    the labels it has and those it should have grows least. The result depends on the rows, not on their order, and is
    the same under any Python, but for characters that only a newer Unicode knows. Rows without a group stand alone,
    together with those of the same text. Where two groups share a text (also one that differs in case, width, blanks or
    punctuation only) and fall into different parts, the part with most of its rows keeps them and the others are left
    out.

    Args:
        rows: Of one file.
        by: One of `BY`.
        fractions: Of train, valid and test; they sum to 1.
        seed: Another seed, another shuffle.

    Raises:
        ValueError: `by` is unknown, no row has such a group, two rows have one number, or the fractions are not three
            numbers from 0 that sum to 1.
    """
    if by not in BY:
        raise ValueError(f"Expected one of {list(BY)}. Received: by={by!r}")
    if len(fractions) != len(PARTS) or min(fractions) < 0 or not math.isclose(sum(fractions), 1.0, abs_tol=1e-6):
        raise ValueError(f"Fractions of {list(PARTS)} are 0 or more and sum to 1. Received: {tuple(fractions)}")
    if len({row.row for row in rows}) < len(rows):
        raise ValueError("Rows of one file have different numbers. Received: rows of several files; split each")
    if rows and all(BY[by](row) is None for row in rows):
        raise ValueError(f"No row has a {by}. Map the column, or split by one of {[b for b in BY if b != by]}")
    groups: defaultdict[tuple[str, str], list[LabelledText]] = defaultdict(list)
    for row in rows:
        name = BY[by](row)
        groups[("text", text_key(row.text)) if name is None else ("group", name)].append(row)
    part_of = _assign(groups, dict(zip(PARTS, fractions, strict=True)), seed)
    kept = part_of if by == "row" else _keep_texts_together(rows, part_of)
    return Split(
        by=by,
        seed=seed,
        fractions=dict(zip(PARTS, map(float, fractions), strict=True)),
        parts={part: tuple(sorted(row for row in kept if kept[row] == part)) for part in PARTS},
        left_out=tuple(sorted(part_of.keys() - kept.keys())),
    )


def text_key(text: str) -> str:
    """Hash what is left of a text without case, width, blanks and punctuation: equal for near-duplicates.

    Examples:
        >>> text_key("Love it!!") == text_key("love it") != text_key("loved it")
        True
    """
    return _digest(bare_text(text))[:32]


def bare_text(text: str) -> str:
    """Reduce a text to its letters and digits in one case and width, or, where it has none, to what is not blank.

    Examples:
        >>> bare_text("Ｌove it!!"), bare_text("! ?")
        ('loveit', '!?')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum()) or "".join(folded.split())


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Compute the SHA-256 of a file, in hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_split(path: str | os.PathLike[str], chosen: Split, data: str | os.PathLike[str]) -> None:
    """Write a split as JSON, bound to the bytes of the data file that it numbers the rows of."""
    value = {"schema": SCHEMA, "file": Path(data).name, "sha256": file_sha256(data), **asdict(chosen)}
    write_whole(path, json.dumps(value, ensure_ascii=False) + "\n")


def load_split(path: str | os.PathLike[str], data: str | os.PathLike[str]) -> Split:
    """Read a split of a data file.

    Raises:
        DataError: Either file cannot be read, the split is malformed or of an unknown schema, or the data file is not
            the one that was split.
    """
    file = os.fspath(path)
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
        digest = file_sha256(data)
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=str(error.filename)) from error
    except (ValueError, RecursionError) as error:
        raise DataError("Expected a split as JSON. Split the data again", file=file) from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise DataError(f"Expected a split of schema {SCHEMA}. Split the data again", file=file)
    if value.get("sha256") != digest:
        raise DataError(
            f"Expected the file that was split, with SHA-256 {value.get('sha256')}. Received: {digest}. Split it again",
            file=os.fspath(data),
        )
    return _parse(value, file)


def _parse(value: Mapping[str, Any], file: str) -> Split:
    try:
        parts = {part: tuple(value["parts"][part]) for part in PARTS}
        fractions = {part: float(value["fractions"][part]) for part in PARTS}
        chosen = Split(value["by"], value["seed"], fractions, parts, tuple(value["left_out"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"Expected a split with parts {list(PARTS)}. Split the data again", file=file) from error
    numbers = [row for rows in (*parts.values(), chosen.left_out) for row in rows]
    if any(type(row) is not int for row in numbers) or len(set(numbers)) < len(numbers) or chosen.by not in BY:
        raise DataError("Expected row numbers, each in one part. Split the data again", file=file)
    return chosen


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def _assign(
    groups: Mapping[tuple[str, str], Sequence[LabelledText]], fractions: Mapping[str, float], seed: int
) -> dict[int, str]:
    totals = Counter(row.label for rows in groups.values() for row in rows)
    wanted = {part: {label: share * n for label, n in totals.items()} for part, share in fractions.items() if share}
    have: dict[str, Counter[str]] = {part: Counter() for part in wanted}
    part_of: dict[int, str] = {}
    for name in sorted(groups, key=lambda name: _digest(f"{seed}\n{name[0]}\n{name[1]}")):
        labels = Counter(row.label for row in groups[name])
        # Growth of sum((have - wanted)^2 / wanted) over labels; fsum, since Python 3.12 changed what `sum` rounds to.
        growth = {
            part: math.fsum(
                n * (n + 2 * (have[part][label] - wanted[part][label])) / wanted[part][label]
                for label, n in labels.items()
            )
            for part in wanted
        }
        best = min(growth, key=lambda part: growth[part])
        have[best] += labels
        part_of |= {row.row: best for row in groups[name]}
    return part_of


def _keep_texts_together(rows: Sequence[LabelledText], part_of: Mapping[int, str]) -> dict[int, str]:
    places: defaultdict[str, Counter[str]] = defaultdict(Counter)
    keys = {row.row: text_key(row.text) for row in rows}
    for row, key in keys.items():
        places[key][part_of[row]] += 1
    home = {key: max(PARTS, key=lambda part: counts[part]) for key, counts in places.items()}
    return {row: part_of[row] for row, key in keys.items() if part_of[row] == home[key]}
