"""Generated text with its labels: three kinds of rows, their files, and their counts."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example

FILES = ("utterances.jsonl", "reviews.jsonl", "pairs.jsonl")
CARD = "card.json"

Row = TypeVar("Row", "Utterance", "Review", "Pair")
LabelledSpan = tuple[int, int, str, str | None]
"""Start, end (code points, exclusive), slot, and value; the value is `None` where no lexicon knows the words."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something said to the assistant.

    Args:
        text: As typed.
        language: `"en"` or `"zh"`.
        split: `"train"`, `"valid"` or `"test"`; no template and no text is in two.
        intent: A label of the domain.
        slots: In the order of the text, without overlap.
        sentiment: `"negative"`, `"positive"` or `None` where it has none.
        template: Id of the template behind it; empty where a person wrote it.
    """

    text: str
    language: str
    split: str
    intent: str
    slots: tuple[LabelledSpan, ...] = ()
    sentiment: str | None = None
    template: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody wrote about a product.

    Args:
        text: One to six sentences.
        language: `"en"` or `"zh"`.
        split: As of an utterance.
        product_id: Of the catalogue.
        rating: 1 to 5 stars.
        sentiment: `"negative"` up to 2 stars, `"positive"` from 4, `None` between.
    """

    text: str
    language: str
    split: str
    product_id: str
    rating: int
    sentiment: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a product that answers it.

    Args:
        utterance: Place of the question in the corpus' utterances.
        product_id: Of the catalogue.
    """

    utterance: int
    product_id: str


@dataclass(frozen=True)
class Corpus:
    """All that was generated at once.

    Args:
        utterances: Of all languages and splits.
        reviews: Of all languages and splits.
        pairs: At most one for each utterance.
    """

    utterances: tuple[Utterance, ...]
    reviews: tuple[Review, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def card(self) -> dict[str, Any]:
        """Count what a data card should say: rows by split and language, labels, slots and values."""
        slots = [span for row in self.utterances for span in row.slots]
        return {
            "utterances": _count(f"{row.split}/{row.language}" for row in self.utterances),
            "intents": _count(row.intent for row in self.utterances),
            "templates": len({row.template for row in self.utterances if row.template}),
            "slots": _count(slot for _, _, slot, _ in slots),
            "values": _count(f"{slot}:{value}" for _, _, slot, value in slots if slot != "budget"),
            "reviews": _count(f"{row.split}/{row.language}" for row in self.reviews),
            "ratings": _count(str(row.rating) for row in self.reviews),
            "pairs": len(self.pairs),
        }

    def examples(
        self,
        split: str,
        describe: Callable[[str, str], str] | None = None,
        shelf: Callable[[str], str] | None = None,
    ) -> list[Example]:
        """Turn the utterances and reviews of a split into what tasks train on.

        Args:
            split: `"train"`, `"valid"` or `"test"`.
            describe: Product id and language -> text of the product, for the embedding; none without it.
            shelf: Product id -> what kind of product it is; not told without it.
        """
        answers = {pair.utterance: pair.product_id for pair in self.pairs}
        found = []
        for index, row in enumerate(self.utterances):
            if row.split == split:
                product = describe(answers[index], row.language) if describe and index in answers else None
                spans = tuple((start, end, slot) for start, end, slot, _ in row.slots)
                kind = shelf(answers[index]) if shelf and product is not None else None
                template = row.template or None
                found.append(
                    Example(row.text, row.intent, spans, row.sentiment, row.language, template, product, shelf=kind)
                )
        found += [
            Example(row.text, sentiment=row.sentiment, language=row.language, group=row.product_id)
            for row in self.reviews
            if row.split == split and row.sentiment
        ]
        return found

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write the rows as JSONL and the card as JSON; each file is replaced whole or not at all."""
        root = Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        tables: tuple[Sequence[Utterance | Review | Pair], ...] = (self.utterances, self.reviews, self.pairs)
        for name, rows in zip(FILES, tables, strict=True):
            write_whole(root / name, "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows))
        write_whole(root / CARD, json.dumps(self.card(), ensure_ascii=False, indent=1) + "\n")


def read_corpus(folder: str | os.PathLike[str]) -> Corpus:
    """Read what `Corpus.write` wrote.

    Raises:
        DataError: A file is missing, or a line is not a row of it; names the line.
    """
    root = Path(folder)

    def utterance(row: dict[str, Any]) -> Utterance:
        return Utterance(**{**row, "slots": tuple((s, e, slot, value) for s, e, slot, value in row["slots"])})

    utterances, reviews, pairs = (root / name for name in FILES)
    return Corpus(
        tuple(read_rows(utterances, utterance)),
        tuple(read_rows(reviews, lambda row: Review(**row))),
        tuple(read_rows(pairs, lambda row: Pair(**row))),
    )


def read_rows(path: Path, build: Callable[[dict[str, Any]], Row]) -> list[Row]:
    """Read a JSONL file, one row a line.

    Raises:
        DataError: The file is missing, or `build` refuses a line; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"Expected a file of rows: {error}", file=str(path)) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(build(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(f"Expected one JSON object a line: {error}", file=str(path), row=number) from error
    return rows


def _count(names: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(names).items()))
