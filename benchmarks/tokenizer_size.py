"""How large a bilingual vocabulary should be: trained on one part of real texts, chosen on a second, told on a third.

    python benchmarks/tokenizer_size.py FOLDER
    python benchmarks/tokenizer_size.py FOLDER VOCAB.txt

English reviews are split by product, Chinese reviews and titles by text (`splits.text_key`), 80 : 10 : 10, seed 0; all
are cleaned as a corpus is. The knee is the size farthest below the chord from the smallest to the largest (Satopää et
al., 2011, "Finding a 'Kneedle' in a Haystack"), over pieces for each English word and Chinese character of the valid
part, the two languages weighing the same. With the vocabulary of a public lower-case BERT, one piece a line, it is cut
to the English training part instead, and what that costs is told on the valid part.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from makeup_ai.text.tokenizer import UNK, Tokenizer
from makeup_ai.training.data.cleaning import clean_for_corpus
from makeup_ai.training.data.cutting import cut_vocabulary
from makeup_ai.training.data.layouts import LabelledText
from makeup_ai.training.data.splits import PARTS, split
from makeup_ai.training.data.tables import read_table
from makeup_ai.training.data.terms import domain_terms
from makeup_ai.training.data.texts import read_texts
from makeup_ai.training.data.vocabulary import FREQUENT, in_memory, train_tokenizer
from makeup_ai.training.data.vocabulary import count_words as count_cut_words

SIZES = (4_000, 6_000, 8_000, 10_000, 12_000, 16_000)
WIDTHS = (256, 384)
LENGTHS = (64, 128)  # pieces, the special ones included
ENGLISH, PRODUCT = "reviews_en_sephora.csv", "product_id"
CHINESE = ("sentiment_zh_shampoo.csv", "aspects_zh_reviews.csv", "titles_zh_beauty.csv")

Texts = dict[str, dict[str, list[str]]]  # part -> language -> texts


@dataclass(frozen=True)
class Measured:
    """One language's texts under one vocabulary."""

    per_word: float  # pieces for each English word or Chinese character; signs and numbers count as pieces only
    unknown: float  # share of pieces
    whole: float  # share of the running words of Latin letters that are one piece
    covered: tuple[float, ...]  # share of texts that fit into each of LENGTHS


def main(folder: Path) -> int:
    texts = read(folder)
    train = [text for language in texts["train"].values() for text in language]
    print(
        f"Python {platform.python_version()}, {platform.machine()}, tokenizers {version('tokenizers')}, {folder.name}"
    )
    for part in PARTS:
        print(f"{part}: " + ", ".join(f"{len(found)} {language}" for language, found in texts[part].items()))
    with tempfile.TemporaryDirectory() as folder_of_files:
        path = Path(folder_of_files) / "tokenizer.json"
        print("\n" + header())
        knees = []
        for size in SIZES:
            tokenizer = train_tokenizer(train, path, size, domain_terms("en"))
            measured = {language: measure(tokenizer, texts["valid"][language]) for language in ("en", "zh")}
            knees.append(measured["en"].per_word / 2 + measured["zh"].per_word / 2)
            print(line(str(size), tokenizer, measured))
        chosen = knee(SIZES, knees)
        print(f"\nknee: {chosen}\n\nAt that size, on the valid part:\n\n" + header())
        for name, terms, least in (
            ("terms whole", True, 1),
            ("without terms", False, 1),
            ("characters met twice", True, 2),
            ("characters met five times", True, 5),
        ):
            tokenizer = train_tokenizer(train, path, chosen, domain_terms("en") if terms else (), least)
            measured = {language: measure(tokenizer, texts["valid"][language]) for language in ("en", "zh")}
            print(line(name, tokenizer, measured) + f" {terms_whole(tokenizer, train)}")
        tokenizer = train_tokenizer(train, path, chosen, domain_terms("en"))
        print("\nThe chosen size on the test part:\n\n" + header())
        test = {language: measure(tokenizer, texts["test"][language]) for language in ("en", "zh")}
        print(line(str(chosen), tokenizer, test))
    return 0


def cut(folder: Path, vocabulary: Path) -> int:
    pieces = vocabulary.read_text(encoding="utf-8").split("\n")
    pieces = pieces[:-1] if not pieces[-1] else pieces
    texts = read(folder)
    whole = in_memory({piece: index for index, piece in enumerate(pieces)})
    words = count_cut_words(whole, texts["valid"]["en"])
    print(f"Python {platform.python_version()}, {platform.machine()}, {len(pieces)} public pieces\n")
    print("| coverage | pieces | of them kept for characters | valid: more pieces | words made unknown | int8 at 384 |")
    print("|" + " --- |" * 6)
    for coverage in (0.98, 0.99, 0.996, 0.999, 1.0):
        chosen = cut_vocabulary(pieces, texts["train"]["en"], coverage)
        small = in_memory({piece: index for index, piece in enumerate(chosen.pieces)})
        before, after, lost = 0, 0, 0
        for word, times in words.items():
            first = whole.encode(word, add_special_tokens=False).tokens
            second = small.encode(word, add_special_tokens=False).tokens
            before, after = before + times * len(first), after + times * len(second)
            lost += times * (UNK in second and UNK not in first)
        single = sum(len(piece.removeprefix("##")) == 1 for piece in chosen.pieces)
        size = f"{388 * len(chosen.pieces) / 1e6:.2f} MB"
        print(f"| {coverage:.1%} | {len(chosen.pieces)} | {single} | {after / before - 1:.2%} | {lost} | {size} |")
    return 0


def read(folder: Path) -> Texts:
    table = read_table(folder / ENGLISH)
    products = {row.number: row.values[PRODUCT] for row in table}
    english = [(text, products[number]) for number, text in read_texts(folder / ENGLISH)]
    chinese = [(text, None) for name in CHINESE for _, text in read_texts(folder / name)]
    found: Texts = {part: {} for part in PARTS}
    for language, by, rows in (("en", "product", english), ("zh", "text", chinese)):
        cleaned = [(clean_for_corpus(text), product) for text, product in rows]
        labelled = [
            LabelledText(clean.text, "", None, product, None, language, number)
            for number, (clean, product) in enumerate(cleaned)
            if clean.language == language and not clean.reason
        ]
        chosen = split(labelled, by)
        for part in PARTS:
            found[part][language] = [row.text for row in chosen.take(labelled, part)]
    return found


def measure(tokenizer: Tokenizer, texts: Sequence[str]) -> Measured:
    plain = in_memory({piece: index for index, piece in enumerate(tokenizer.vocabulary)})
    words = count_cut_words(plain, texts)
    latin = {word: times for word, times in words.items() if word.isascii() and word.isalpha()}
    written = {word: plain.encode(word, add_special_tokens=False).ids for word in words}
    pieces = sum(len(written[word]) * times for word, times in words.items())
    unknown = sum(written[word].count(1) * times for word, times in words.items())
    readable = sum(words[word] for word in words if word[0].isalpha())
    inside = sum(len(written[word]) * words[word] for word in words if word[0].isalpha())
    lengths = np.array([len(encoding.token_ids) for encoding in tokenizer.encode_batch(list(texts), 1 << 20)])
    return Measured(
        per_word=inside / readable,
        unknown=unknown / pieces,
        whole=sum(times for word, times in latin.items() if len(written[word]) == 1) / sum(latin.values()),
        covered=tuple(float((lengths <= length).mean()) for length in LENGTHS),
    )


def terms_whole(tokenizer: Tokenizer, train: Sequence[str]) -> str:
    plain = in_memory({piece: index for index, piece in enumerate(tokenizer.vocabulary)})
    met = count_cut_words(plain, train)
    words = [w for w in count_cut_words(plain, domain_terms("en")) if len(w) > 1 and met[w] >= FREQUENT]
    known = set(tokenizer.vocabulary)
    return f"{sum(word in known for word in words)} of {len(words)} words of terms whole |"


def knee(sizes: Sequence[int], values: Sequence[float]) -> int:
    x = (np.array(sizes) - sizes[0]) / (sizes[-1] - sizes[0])
    y = (np.array(values) - values[-1]) / (values[0] - values[-1])
    return sizes[int(np.argmax(1 - x - y))]


def header() -> str:
    names = ["vocabulary", "pieces", "en: pieces a word", "words whole", "unknown", *(f"texts ≤ {n}" for n in LENGTHS)]
    names += ["zh: pieces a character", "unknown", *(f"texts ≤ {n}" for n in LENGTHS)]
    names += [f"int8 at {width}" for width in WIDTHS]
    return f"| {' | '.join(names)} |\n|{' --- |' * len(names)}"


def line(name: str, tokenizer: Tokenizer, measured: dict[str, Measured]) -> str:
    en, zh = measured["en"], measured["zh"]
    size = tokenizer.vocabulary_size
    cells = [name, str(size), f"{en.per_word:.3f}", f"{en.whole:.1%}", f"{en.unknown:.3%}"]
    cells += [f"{share:.1%}" for share in en.covered] + [f"{zh.per_word:.3f}", f"{zh.unknown:.3%}"]
    cells += [f"{share:.1%}" for share in zh.covered]
    cells += [f"{(width + 4) * size / 1e6:.2f} MB" for width in WIDTHS]  # a float32 scale a row
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) if len(sys.argv) < 3 else cut(Path(sys.argv[1]), Path(sys.argv[2])))
