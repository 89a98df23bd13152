import json
from pathlib import Path

import pytest

from makeup_ai.errors import DataError
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.batches import PRODUCT_LENGTH, Batches
from makeup_ai.training.data.examples import Example, read_examples, write_examples
from makeup_ai.training.data.pairs import encode_readings, every_text, readings
from makeup_ai.training.data.parts import load_parts
from makeup_ai.training.data.vocabulary import train_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("pairs") / "tokenizer.json"
    return train_tokenizer(["oily skin", "a matte serum for oily skin"] * 5, path, 100)


def test_texts_and_pairs_in_any_mixture_are_encoded_in_their_order(tokenizer: Tokenizer) -> None:
    examples = [Example("skin"), Example("oily", second="serum"), Example("serum"), Example("a", second="skin")]
    found = encode_readings(tokenizer, readings(examples), 8)
    for example, encoding in zip(examples, found, strict=True):
        alone = (
            tokenizer.encode(example.text, 8)
            if example.second is None
            else tokenizer.encode_pairs([example.text], [example.second], 8)[0]
        )
        assert encoding.token_ids.tolist() == alone.token_ids.tolist() and encoding.second == alone.second
    assert encode_readings(tokenizer, [], 8) == []
    everything = every_text([Example("q", product="p", negatives=("n", "")), *examples])
    assert everything == ["q", "p", "n", "skin", "oily", "serum", "serum", "a", "skin"]


def test_batches_read_pairs_and_noise_leaves_what_parts_them_alone(tokenizer: Tokenizer) -> None:
    import numpy as np

    batches = Batches([Example("oily skin " * n, second="serum") for n in range(1, 9)], tokenizer, 8, 40)
    for length, rows in batches.epoch(None):
        inputs = batches.inputs(length, rows)
        noisy = batches.noisy(inputs, 0.99, np.random.default_rng(0))["token_ids"]
        separator = tokenizer.token_id("[SEP]")
        assert ((noisy == separator) == (inputs["token_ids"] == separator)).all()
        assert ((noisy == separator).sum(axis=1) == 2).all()
        assert (noisy != inputs["token_ids"]).any()


def test_hard_negatives_stand_behind_the_products_of_a_batch(tokenizer: Tokenizer) -> None:
    def known(text: str) -> list[int]:
        return tokenizer.encode(text, PRODUCT_LENGTH).token_ids.tolist()

    rows = [
        Example("oily", product="serum", negatives=("skin", "")),
        Example("a", product="skin", negatives=("a", "b")),
    ]
    batches = Batches(rows, tokenizer, 2, 16, with_products=True)
    ((length, order),) = batches.epoch(None)
    inputs = batches.inputs(length, order)
    assert inputs["token_ids"].shape == (2, 16)
    expected = [known(text) for text in ("serum", "skin", "skin", "", "a", "b")]
    masks = inputs["product_padding_mask"].sum(axis=1)
    found = [row[:n].tolist() for row, n in zip(inputs["product_token_ids"], masks, strict=True)]
    assert found == expected


def test_examples_of_pairs_survive_their_file(tmp_path: Path) -> None:
    rows = [
        Example("q", second="p", bought="no", group="g"),
        Example("q", second="p", relevant="yes"),
        Example("q", product="p", shelf="serum", negatives=("a", "b")),
    ]
    write_examples(tmp_path / "rows.jsonl", rows)
    assert read_examples(tmp_path / "rows.jsonl") == rows
    first = json.loads((tmp_path / "rows.jsonl").read_text().splitlines()[0])
    assert first == {"text": "q", "group": "g", "second": "p", "bought": "no"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"text": "q", "second": " "}, "second=' '"),
        ({"text": "q", "second": "p", "bought": "maybe"}, "'maybe'"),
        ({"text": "q", "relevant": "yes"}, "second=None"),
        ({"text": "q", "product": "p", "negatives": "a"}, "list of strings"),
        ({"text": "q", "product": "p", "negatives": [1]}, "list of strings"),
    ],
)
def test_pairs_that_say_nothing_are_refused(line: dict, said: str, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"text": "fine"}) + "\n" + json.dumps(line) + "\n")
    with pytest.raises(DataError, match=said):
        read_examples(tmp_path / "rows.jsonl")


def test_pairs_without_a_group_are_split_by_their_query(tmp_path: Path) -> None:
    rows = [Example(f"query {n % 30}", second=f"product {n}", bought="no" if n % 3 else "yes") for n in range(150)]
    write_examples(tmp_path / "pairs.jsonl", rows)
    parts = load_parts(tmp_path / "pairs.jsonl")
    queries = [{e.text for e in part} for part in (parts.train, parts.valid, parts.test)]
    assert sum(map(len, queries)) == 30 and all(queries)
    assert len(parts.train) + len(parts.valid) + len(parts.test) == 150
