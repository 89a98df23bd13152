from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from makeup_ai.errors import DataError
from makeup_ai.schema import Product
from makeup_ai.text.normalise import normalise
from makeup_ai.training.data.corpus import Corpus, read_corpus
from makeup_ai.training.data.domain import Domain, builtin_file, load_domain
from makeup_ai.training.data.generate import Sizes, generate
from makeup_ai.training.data.grammar import SPLITS, load_grammar
from makeup_ai.training.data.handwritten import read_handwritten


def entry(id: str, inci: str, en: str, zh: str, *groups: str) -> dict[str, Any]:
    effects = [{"effect": "soothing", "strength": 0.5}]
    return {"id": id, "inci": inci, "en": en, "zh": zh, "synonyms": {}, "groups": groups, "effects": effects}


INGREDIENTS = [
    entry("niacinamide", "Niacinamide", "niacinamide", "烟酰胺"),
    entry("retinol", "Retinol", "retinol", "视黄醇", "retinoid"),
    entry("parfum", "Parfum", "aroma blend", "日用香精", "fragrance"),
]


def product(number: int, category: str, price: float, ingredients: tuple[str, ...], **attributes: Any) -> Product:
    names = {"en": f"Product {number}", "zh": f"产品{number}"}
    brand = ("Ninth Assay", "Velmourne")[number % 2]
    return Product(f"P{number}", brand, names, category, price, "USD", "30 ml", ingredients, attributes, names)


PRODUCTS = [
    product(1, "serum", 20.0, ("Aqua", "Niacinamide"), skin_type=("oily",), concern=("pores", "oiliness")),
    product(2, "serum", 45.0, ("Aqua", "Retinol", "Parfum"), skin_type=("normal",), concern=("fine_lines",)),
    product(3, "lipstick", 15.0, ("Parfum",), finish=("matte", "velvet"), color=("red", "berry"), occasion=("party",)),
    product(4, "foundation", 30.0, ("Aqua",), finish=("dewy",), coverage=("medium",), skin_type=("dry", "sensitive")),
]
SIZES = Sizes({"train": 6000, "valid": 300, "test": 600}, {"train": 300, "valid": 60, "test": 60})


@pytest.fixture(scope="module")
def domain() -> Domain:
    return load_domain(ingredients=INGREDIENTS, products=PRODUCTS)


@pytest.fixture(scope="module")
def corpus(domain: Domain) -> Corpus:
    return generate(domain, PRODUCTS, seed=7, sizes=SIZES, ingredients=INGREDIENTS)


def key(text: str) -> str:
    return "".join(c for c in normalise(text)[0] if c.isalnum())


def test_the_same_seed_gives_the_same_bytes(domain: Domain, tmp_path: Path) -> None:
    sizes = Sizes({"train": 200, "test": 50}, {"train": 50})
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        generate(domain, PRODUCTS, seed, sizes, ingredients=INGREDIENTS).write(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["card.json", "pairs.jsonl", "reviews.jsonl", "utterances.jsonl"]
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert (tmp_path / "a/utterances.jsonl").read_bytes() != (tmp_path / "c/utterances.jsonl").read_bytes()


def test_every_row_that_was_asked_for_is_there(corpus: Corpus) -> None:
    card = corpus.card()
    assert card["utterances"]["train/en"] == card["utterances"]["train/zh"] == 3000
    assert sum(card["utterances"].values()) == 6900 and sum(card["reviews"].values()) == 420
    assert card["pairs"] == len(corpus.pairs) > 1000


def test_spans_are_the_surfaces_of_their_values(corpus: Corpus, domain: Domain) -> None:
    exact = 0
    for row in corpus.utterances:
        end = 0
        for start, stop, slot, value in row.slots:
            surface = row.text[start:stop]
            assert end <= start < stop and surface == surface.strip(), row
            end = stop
            if slot == "budget":
                amount = domain.lexicon.budget(surface, row.language)
                assert amount is not None and value == f"{amount:.2f}".rstrip("0").rstrip("."), row
            elif domain.slots[slot].role == "mask" and value is not None:
                assert domain.lexicon.value(slot, surface) == value, row
            exact += domain.lexicon.value(slot, surface) == value
    assert exact > 0.9 * sum(len(row.slots) for row in corpus.utterances if row.slots) * 0.9


def test_no_text_is_in_two_splits_or_written_by_hand(corpus: Corpus, domain: Domain) -> None:
    rows = [(key(row.text), row.split) for row in (*corpus.utterances, *corpus.reviews) if key(row.text)]
    by_text: dict[str, set[str]] = {}
    for text, split in rows:
        by_text.setdefault(text, set()).add(split)
    assert all(len(splits) == 1 for splits in by_text.values())
    by_hand = {key(row.text) for row in read_handwritten(str(builtin_file("handwritten.jsonl")), domain, False)}
    assert not by_hand & by_text.keys()


@pytest.mark.parametrize("name", ["templates_en", "templates_zh", "reviews_en", "reviews_zh"])
def test_no_template_is_in_two_splits(name: str) -> None:
    grammar = load_grammar(builtin_file(f"{name}.json"))
    for one, other in (("train", "valid"), ("train", "test"), ("valid", "test")):
        for intent, templates in grammar.templates[one].items():
            texts = {template.text for template in templates}
            shared = texts & {template.text for template in grammar.templates[other][intent]}
            # What is made of rules alone says nothing until the split's own rules fill it.
            assert all(not text.replace("[", "]").split("]")[0].strip() for text in shared), shared
        for rule, entries in grammar.rules[one].items():
            if rule != "thing":  # bare noun phrases: every split needs "a {category}"
                assert not set(entries) & set(grammar.rules[other][rule]) - {""}, (rule, one, other)


def test_every_intent_slot_and_value_is_reached(corpus: Corpus, domain: Domain) -> None:
    card = corpus.card()
    assert set(card["intents"]) == set(domain.intents)
    assert set(card["slots"]) == set(domain.slots)
    wanted = {f"{slot}:{value}" for slot, values in domain.values.items() for value in values}
    assert wanted <= set(card["values"])
    assert {"avoid:None", "brand:None"} <= set(card["values"])
    for split in SPLITS:
        assert {row.intent for row in corpus.utterances if row.split == split} == set(domain.intents)


def test_structures_are_many(corpus: Corpus) -> None:
    def shape(row: Any) -> str:
        text = row.text
        for start, end, slot, _ in reversed(row.slots):
            text = f"{text[:start]}{{{slot}}}{text[end:]}"
        return key(text)

    rows = [row for row in corpus.utterances if row.split == "train" and row.intent == "recommend"]
    assert len({shape(row) for row in rows}) > 0.65 * len(rows) > 900


def test_chinese_is_mixed_with_english_words(corpus: Corpus) -> None:
    chinese = [row for row in corpus.utterances if row.language == "zh"]
    mixed = [row for row in chinese for start, end, slot, _ in row.slots if row.text[start:end].isascii()]
    assert 0.03 < len(mixed) / len(chinese) < 0.5
    assert all(any("一" <= c <= "鿿" for c in row.text) for row in chinese if row.intent == "recommend")


def test_pairs_answer_what_was_asked(corpus: Corpus) -> None:
    catalogue = {product.product_id: product for product in PRODUCTS}
    assert len({pair.utterance for pair in corpus.pairs}) == len(corpus.pairs)
    for pair in corpus.pairs:
        row, chosen = corpus.utterances[pair.utterance], catalogue[pair.product_id]
        asked: dict[str, list[str | None]] = {}
        for _, _, slot, value in row.slots:
            asked.setdefault(slot, []).append(value)
        assert row.intent == "recommend"
        assert chosen.category in [value for value in asked.get("category", []) if value] or "category" not in asked
        assert all(chosen.price <= float(str(value)) for value in asked.get("budget", []))
        assert not ("fragrance" in asked.get("avoid", []) and "Parfum" in chosen.ingredients)


def test_reviews_carry_the_sentiment_of_their_stars(corpus: Corpus) -> None:
    assert {row.rating for row in corpus.reviews} == {1, 2, 3, 4, 5}
    for row in corpus.reviews:
        assert row.sentiment == {1: "negative", 2: "negative", 3: None, 4: "positive", 5: "positive"}[row.rating]
    feedback = [row for row in corpus.utterances if row.intent == "feedback"]
    assert {row.sentiment for row in feedback} == {"negative", "positive"}


def test_what_is_written_is_read_back(corpus: Corpus, tmp_path: Path) -> None:
    small = replace(corpus, utterances=corpus.utterances[:50], reviews=corpus.reviews[:50], pairs=corpus.pairs[:5])
    small.write(tmp_path)
    assert read_corpus(tmp_path) == small
    (tmp_path / "reviews.jsonl").write_text('{"text": 1}\n', encoding="utf-8")
    with pytest.raises(DataError, match="row 1"):
        read_corpus(tmp_path)


def test_examples_carry_spans_and_the_product(corpus: Corpus) -> None:
    examples = corpus.examples("test", describe=lambda id, language: f"{id} in {language}")
    assert sum(example.intent is not None for example in examples) == 600
    answered = [example for example in examples if example.product]
    assert answered and all(example.product and example.product.endswith(example.language) for example in answered)
    assert all(example.sentiment for example in examples if example.intent is None)


def test_says_when_templates_run_out_or_a_language_is_unknown(domain: Domain) -> None:
    with pytest.raises(ValueError, match=r"Received: \['fr'\]"):
        generate(domain, PRODUCTS, languages=["fr"])
    with pytest.raises(ValueError, match="run out"):
        generate(domain, (), sizes=Sizes({"test": 10**6}, {}), languages=["en"], folder=_tiny())


def _tiny() -> Path:
    import json
    import tempfile

    folder = Path(tempfile.mkdtemp())
    sides = {
        split: {"rules": {"opener": ["hi"], "closer": ["bye"]}, "templates": {"greeting": ["hey"]}} for split in SPLITS
    }
    table = {
        **{"schema": 1, "language": "en", "mix": {}, "money": {"usual": [], "forms": [], "foreign": []}},
        **{"forms": {}, "unknown": {}, "join": [" "], "splits": sides},
    }
    for kind in ("templates", "reviews"):
        (folder / f"{kind}_en.json").write_text(json.dumps(table), encoding="utf-8")
    return folder
