"""The labelled text that `language.py` measures on, split into train, valid and test by product or by text.

    python benchmarks/language_data.py ../shared/data --out build/language/data

Writes `OUT/TASK/{train,valid,test}.jsonl`, one folder for each row of `TASKS`, and `OUT/corpus_{en,zh}.txt`: training
texts and listings without labels, for pre-training and distillation. No text of a valid or test part is in it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.data.layouts import clean_text
from makeup_ai.training.data.spans.aspects import read_aspects
from makeup_ai.training.data.spans.tagged import read_tagged

PARTS = ("train", "valid", "test")
SALT = "7"
"""Of the hash that splits; it was fixed before the first training."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Where a task's text comes from, and what share of it is for validation and test.

    `read_test` reads the test part where its publishers split it off.
    """

    task: str
    language: str
    read: Callable[[Path], list[Example]]
    valid: float
    test: float
    read_test: Callable[[Path], list[Example]] | None = None


def main() -> int:
    """Write every task's parts and the corpora, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    known: dict[str, list[str]] = {"en": [], "zh": []}
    for name, labelled in TASKS.items():
        parts = parts_of(labelled.read(options.data), labelled)
        if labelled.read_test is not None:
            parts["test"] = labelled.read_test(options.data)
        (options.out / name).mkdir(parents=True, exist_ok=True)
        for part, examples in parts.items():
            write_examples(options.out / name / f"{part}.jsonl", examples)
        known[labelled.language] += [example.text for example in parts["train"]]
        print(json.dumps({"task": name, **{part: len(examples) for part, examples in parts.items()}}))
    held = {language: kept_apart(options.out, language) for language in known}
    for language, texts in known.items():
        lines = sorted({flat(text) for text in [*texts, *LISTINGS[language](options.data)]} - held[language])
        write_whole(options.out / f"corpus_{language}.txt", "".join(line + "\n" for line in lines))
        print(json.dumps({"corpus": language, "texts": len(lines), "characters": sum(map(len, lines))}))
    return 0


def parts_of(examples: Sequence[Example], labelled: Labelled) -> dict[str, list[Example]]:
    """Split by group, or by text where there is none: a hash says where each goes, whatever the order of the file."""
    parts: dict[str, list[Example]] = {part: [] for part in PARTS}
    for example in dict.fromkeys(examples):
        place = share(example.group or example.text)
        part = "test" if place < labelled.test else "valid" if place < labelled.test + labelled.valid else "train"
        parts[part].append(example)
    return parts


def share(key: str) -> float:
    """Return a number in [0, 1) that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(f"{SALT}:{key}".encode()).digest()[:8], "big") / 2**64


def kept_apart(out: Path, language: str) -> set[str]:
    """Return the texts of all valid and test parts of a language."""
    paths = [out / name / f"{p}.jsonl" for name, t in TASKS.items() if t.language == language for p in PARTS[1:]]
    return {flat(json.loads(line)["text"]) for path in paths for line in path.open(encoding="utf-8")}


def flat(text: str) -> str:
    """Return a text as one line."""
    return re.sub(r"\s+", " ", text).strip()


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def english_reviews(data: Path) -> list[Example]:
    """Read reviews with stars and, but for three of them, a polarity; a product's reviews stay together."""
    found = []
    for row in rows(data / "reviews_en_sephora.csv"):
        text, stars = clean_text(row["review"]), int(float(row["rating"]))
        if text:
            polarity = "positive" if stars >= 4 else "negative" if stars <= 2 else None
            found.append(Example(text, sentiment=polarity, rating=str(stars), language="en", group=row["product_id"]))
    return found


def chinese_reviews(data: Path) -> list[Example]:
    """Read reviews with a polarity."""
    names = {"1": "positive", "0": "negative"}
    texts = [(clean_text(row["review"]), names[row["label"]]) for row in rows(data / "sentiment_zh_shampoo.csv")]
    return [Example(text, sentiment=polarity, language="zh") for text, polarity in texts if text]


def chinese_aspects(data: Path) -> list[Example]:
    """Read reviews with what they judge."""
    found = read_aspects(data / "aspects_zh_reviews.csv", data / "aspects_zh_labels.csv")
    return [replace(example, language="zh") for example in found]


def chinese_titles(data: Path, part: str = "train") -> list[Example]:
    """Read titles in which products and brands are tagged."""
    found = read_tagged(data / "ner_zh_ecommerce" / f"{part}.txt.bieos")
    return [replace(example, language="zh") for example in found]


def english_listings(data: Path) -> Iterable[str]:
    """Return descriptions of products."""
    for row in json.loads((data / "makeup_en_products.json").read_text(encoding="utf-8")):
        if isinstance(row, dict) and row.get("description"):
            yield clean_text(str(row["description"]))


def chinese_listings(data: Path) -> Iterable[str]:
    """Return titles of listings."""
    for row in rows(data / "titles_zh_beauty.csv"):
        yield clean_text(row["title"])


TASKS: dict[str, Labelled] = {
    "reviews_en": Labelled("rating", "en", english_reviews, 0.1, 0.2),
    "sentiment_zh": Labelled("sentiment", "zh", chinese_reviews, 0.1, 0.2),
    "aspects_zh": Labelled("aspects", "zh", chinese_aspects, 0.1, 0.2),
    "entities_zh": Labelled("entities", "zh", chinese_titles, 0.1, 0.0, lambda data: chinese_titles(data, "dev")),
}
LISTINGS: dict[str, Callable[[Path], Iterable[str]]] = {"en": english_listings, "zh": chinese_listings}

if __name__ == "__main__":
    raise SystemExit(main())
