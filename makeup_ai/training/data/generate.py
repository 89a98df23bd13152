"""Seeded text to train the understanding on: utterances, reviews, and pairs of a question and a product."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from makeup_ai.schema import Product
from makeup_ai.text.normalise import normalise
from makeup_ai.training.data.corpus import Corpus, LabelledSpan, Pair, Review, Utterance
from makeup_ai.training.data.domain import Domain, builtin_file
from makeup_ai.training.data.filling import Filler
from makeup_ai.training.data.grammar import Grammar, Piece, Template, load_grammar
from makeup_ai.training.data.handwritten import read_handwritten
from makeup_ai.training.data.matching import Matcher, contents_of
from makeup_ai.training.data.noise import roughen, tidy

OPENED = 0.25  # share of utterances that begin with an opener
CLOSED = 0.25
BARE = ("greeting", "thanks")
"""Intents that are themselves openers or closers."""
MATCHED = "recommend"
"""The intent whose utterances are paired with a product."""
ABOUT = 0.8  # share of utterances that are about some product, so that their slots fit together
ATTEMPTS = 200


Row = TypeVar("Row", Utterance, Review)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each split, over all languages together.

    Args:
        utterances: Split -> rows.
        reviews: Split -> rows.
    """

    utterances: Mapping[str, int] = field(default_factory=lambda: {"train": 16000, "valid": 2000, "test": 2000})
    reviews: Mapping[str, int] = field(default_factory=lambda: {"train": 6000, "valid": 700, "test": 700})


def generate(
    domain: Domain,
    products: Sequence[Product],
    seed: int = 0,
    sizes: Sizes | None = None,
    languages: Sequence[str] | None = None,
    ingredients: Iterable[Mapping[str, Any]] = (),
    folder: str | os.PathLike[str] | None = None,
) -> Corpus:
    """Generate a corpus; the same arguments give the same bytes.

    Templates, clauses and texts of one split are in no other, and no text of the hand-written test set is generated.

    Args:
        domain: As `load_domain` returns it, with the ingredients and the catalogue merged in.
        products: The catalogue; without products there are no reviews and no pairs.
        seed: Of all random choices.
        sizes: Rows of each split; the defaults of `Sizes` where it is `None`.
        languages: A selection of the domain's; all where it is `None`.
        ingredients: Entries of the knowledge, to know what is in a product.
        folder: Of `templates_<language>.json`, `reviews_<language>.json` and, if there is one, `handwritten.jsonl`;
            the built-in `beauty` where it is `None`.

    Raises:
        DataError: A file of templates is missing or malformed.
        ValueError: A language is unknown, or so many texts are asked for that the templates run out.
    """
    sizes = sizes or Sizes()
    languages = domain.languages if languages is None else tuple(languages)
    if unknown := [language for language in languages if language not in domain.languages]:
        raise ValueError(f"Expected languages of {list(domain.languages)}. Received: {unknown}")
    source = builtin_file("") if folder is None else Path(folder)
    contents = contents_of(products, ingredients)
    texts = _Texts(_handwritten(source, domain))
    utterances: list[Utterance] = []
    reviews: list[Review] = []
    for language in languages:
        writers = [
            _Writer(domain, products, contents, load_grammar(source / f"{kind}_{language}.json"), texts)
            for kind in ("templates", "reviews")
        ]
        # The held-out splits come first, so that a text they share with the training split is left to them.
        for split in ("test", "valid", "train"):
            rng = Random(f"{seed}/{language}/{split}")
            utterances += writers[0].utterances(split, _share(sizes.utterances, split, language, languages), rng)
            if products:
                reviews += writers[1].reviews(split, _share(sizes.reviews, split, language, languages), rng)
    return Corpus(tuple(utterances), tuple(reviews), tuple(_pairs(utterances, Matcher(products, contents), seed)))


def _pairs(utterances: Sequence[Utterance], matcher: Matcher, seed: int) -> Iterable[Pair]:
    rng = Random(f"{seed}/pairs")
    for index, row in enumerate(utterances):
        if row.intent == MATCHED and row.slots:
            product = matcher.best(row.slots, rng)
            if product is not None:
                yield Pair(index, product.product_id)


def _share(sizes: Mapping[str, int], split: str, language: str, languages: Sequence[str]) -> int:
    total = sizes.get(split, 0)
    return total // len(languages) + (list(languages).index(language) < total % len(languages))


def _handwritten(source: Traversable | Path, domain: Domain) -> list[str]:
    file = source / "handwritten.jsonl"
    return [row.text for row in read_handwritten(file, domain, check_values=False)] if file.is_file() else []


class _Texts:
    """Texts already written, so that none comes twice or in two splits, however it is spelled."""

    def __init__(self, held_out: Iterable[str]):
        self._split = {self._key(text): "handwritten" for text in held_out}
        self._seen: set[str] = set()

    def take(self, text: str, split: str) -> bool:
        """Claim a text for a split; false where it is taken."""
        if text in self._seen or self._split.setdefault(self._key(text), split) != split:
            return False
        self._seen.add(text)
        return True

    @staticmethod
    def _key(text: str) -> str:
        return "".join(c for c in normalise(text)[0] if c.isalnum()) or text


@dataclass(frozen=True)
class _Writer:
    """Writes the texts of one grammar."""

    domain: Domain
    products: Sequence[Product]
    contents: Mapping[str, frozenset[str]]
    grammar: Grammar
    texts: _Texts

    @cached_property
    def filler(self) -> Filler:
        return Filler(self.domain, self.grammar, self.contents)

    @cached_property
    def exact(self) -> frozenset[str]:
        return frozenset(name for name, rule in self.domain.slots.items() if rule.role in {"mask", "budget"})

    def utterances(self, split: str, count: int, rng: Random) -> list[Utterance]:
        rows: list[Utterance] = []
        while len(rows) < count:
            rows.append(self._new(lambda: self._utterance(split, rng), split, len(rows), count))
        return rows

    def reviews(self, split: str, count: int, rng: Random) -> list[Review]:
        rows: list[Review] = []
        while len(rows) < count:
            rows.append(self._new(lambda: self._review(split, rng), split, len(rows), count))
        return rows

    def _new(self, write: Callable[[], Row], split: str, done: int, count: int) -> Row:
        for _ in range(ATTEMPTS):
            row = write()
            if row.text and self.texts.take(row.text, split):
                return row
        raise ValueError(
            f"Templates of {self.grammar.language!r} run out in split {split!r} after {done} of {count} texts. Ask for "
            "fewer, or write more templates"
        )

    def _pick(self, split: str, rng: Random) -> tuple[str, Template]:
        intents = list(self.grammar.templates[split])
        weights = [self.grammar.mix.get(intent, 1.0) for intent in intents]
        intent = rng.choices(intents, weights)[0]
        return intent, rng.choice(self.grammar.templates[split][intent])

    def _utterance(self, split: str, rng: Random) -> Utterance:
        intent, template = self._pick(split, rng)
        product = rng.choice(self.products) if self.products and rng.random() < ABOUT else None
        fill = self.filler.about(product, rng)
        pieces = self.grammar.expand(template.text, split, rng, fill)
        space = Piece("" if self.grammar.language == "zh" else " ")
        if intent not in BARE and rng.random() < OPENED:
            pieces = [*self.grammar.expand("[opener]", split, rng, fill), space, *pieces]
        if intent not in BARE and rng.random() < CLOSED:
            pieces = [*pieces, space, *self.grammar.expand("[closer]", split, rng, fill)]
        pieces = roughen(tidy(pieces), rng, self.grammar.language, self.exact)
        text, slots = _spans(pieces)
        return Utterance(text, self.grammar.language, split, intent, slots, template.sentiment, template.id)

    def _review(self, split: str, rng: Random) -> Review:
        rating, template = self._pick(split, rng)
        product = rng.choice(self.products)
        pieces = self.grammar.expand(template.text, split, rng, self.filler.about(product, rng))
        pieces = roughen(tidy(pieces), rng, self.grammar.language, self.exact)
        stars = int(rating)
        sentiment = "negative" if stars <= 2 else "positive" if stars >= 4 else None
        return Review(_spans(pieces)[0], self.grammar.language, split, product.product_id, stars, sentiment)


def _spans(pieces: Sequence[Piece]) -> tuple[str, tuple[LabelledSpan, ...]]:
    spans: list[LabelledSpan] = []
    at = 0
    for piece in pieces:
        if piece.slot:
            spans.append((at, at + len(piece.text), piece.slot, piece.value))
        at += len(piece.text)
    return "".join(piece.text for piece in pieces), tuple(spans)
