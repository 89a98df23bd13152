"""A data file to the train, valid and test examples of a run, with its quality and its split on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import FIELDS, Example, examples_from_reviews, read_examples
from makeup_ai.training.data.layouts import LabelledText, read_reviews
from makeup_ai.training.data.quality import QualityReport, measure_quality
from makeup_ai.training.data.spans import tagged
from makeup_ai.training.data.spans.aspects import read_aspects
from makeup_ai.training.data.splits import Split, load_split, save_split, split
from makeup_ai.training.data.tables import read_table


@dataclass(frozen=True, slots=True)
class Parts:
    """Examples by part, and what is known of the file; `quality` is `None` for a file of examples."""

    train: list[Example]
    valid: list[Example]
    test: list[Example]
    quality: QualityReport | None


def is_examples(path: str | Path) -> bool:
    """Tell whether a file holds examples (our JSONL) rather than somebody's reviews."""
    return Path(path).suffix.lower() == ".jsonl" and set(read_table(path).columns) <= set(FIELDS)


def read_marked(path: str | Path, mapping: str = "", labels: str | Path | None = None) -> list[Example] | None:
    """Read a file whose rows say what they are examples of; `None` for a file of reviews, which only have stars.

    Args:
        path: Our JSONL; or tagged lines, by one of `tagged.SUFFIXES`; or with `labels`, the table of reviews.
        mapping: Of columns, for the two tables of aspects.
        labels: What the reviews judge; see `read_aspects`.

    Raises:
        DataError: The file cannot be read as what it seems to be.
    """
    if labels is not None:
        return read_aspects(path, labels, mapping)
    if Path(path).suffix.lower() in tagged.SUFFIXES:
        return tagged.read_tagged(path)
    return read_examples(path) if is_examples(path) else None


def load_examples(path: str | Path, mapping: str = "", labels: str | Path | None = None) -> list[Example]:
    """Read all examples of a file: one that `read_marked` knows, or reviews of any layout.

    Raises:
        DataError: The file cannot be read as what it seems to be, or holds nothing.
    """
    rows = read_marked(path, mapping, labels)
    if rows is None:
        rows = examples_from_reviews(read_reviews(path, mapping).rows)
    if not rows:
        raise DataError("Expected at least one usable row. Received: none.", file=str(path))
    return rows


def load_parts(
    path: str | Path,
    mapping: str = "",
    by: str = "product",
    seed: int = 0,
    split_file: str | Path | None = None,
    labels: str | Path | None = None,
) -> Parts:
    """Read a file and split it, or take the split that was saved for it.

    Args:
        path: Reviews in any format, or a file that `read_marked` knows; the `group` of its examples is the product.
        mapping: Of columns.
        by: What is kept together: `"product"`, `"user"`, `"text"` or `"row"`.
        seed: Of the split.
        split_file: Where the split is saved, and read from where it is already there.
        labels: What the reviews judge, in a table of its own; see `read_aspects`.

    Raises:
        DataError: The file cannot be read, or the saved split is of another file.
        ValueError: The split is impossible, or leaves a part empty.
    """
    examples = read_marked(path, mapping, labels)
    if examples is not None:
        labelled = [
            LabelledText(e.text, _label(e), None, _group(e), None, e.language, number)
            for number, e in enumerate(examples)
        ]
        chosen = _split(labelled, path, by, seed, split_file)
        return _parts({n: [examples[i] for i in rows] for n, rows in chosen.parts.items()}, None)
    loaded = read_reviews(path, mapping)
    chosen = _split(loaded.rows, path, by, seed, split_file)
    return _parts(
        {name: examples_from_reviews(chosen.take(loaded.rows, name)) for name in chosen.parts},
        measure_quality(loaded, chosen),
    )


def _label(example: Example) -> str:
    return example.sentiment or example.intent or example.bought or example.relevant or ""


def _group(example: Example) -> str | None:
    """Return what is kept together: of pairs without a group, those of one query."""
    paired = example.second is not None or example.product is not None
    return example.text if paired and example.group is None else example.group


def _split(rows: Sequence[LabelledText], path: str | Path, by: str, seed: int, split_file: str | Path | None) -> Split:
    if split_file is not None and Path(split_file).is_file():
        return load_split(split_file, path)
    chosen = split(rows, by=by, seed=seed)
    if split_file is not None:
        Path(split_file).parent.mkdir(parents=True, exist_ok=True)
        save_split(split_file, chosen, path)
    return chosen


def _parts(found: dict[str, list[Example]], quality: QualityReport | None) -> Parts:
    empty = [name for name, rows in found.items() if not rows]
    if empty:
        raise ValueError(f"Expected examples in every part. Received: none in {empty}. Bring more data or groups.")
    return Parts(found["train"], found["valid"], found["test"], quality)
