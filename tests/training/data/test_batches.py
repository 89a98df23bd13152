from pathlib import Path

import numpy as np
import pytest

from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.batches import PRODUCT_LENGTH, Batches, buckets, stack_targets
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.vocabulary import train_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("batches") / "tokenizer.json"
    return train_tokenizer(["oily skin", "a matte serum for oily skin"] * 5, path, 100)


EXAMPLES = [Example("skin " * n, product="serum" if n % 3 == 0 else None) for n in range(1, 41)]


def test_buckets_end_with_the_longest_length_itself() -> None:
    assert buckets(128) == (16, 32, 64, 128)
    assert buckets(16) == (16,)
    assert buckets(10) == (10,)


def test_every_example_comes_once_an_epoch_in_the_shortest_bucket_that_holds_it(tokenizer: Tokenizer) -> None:
    batches = Batches(EXAMPLES, tokenizer, 4, 40)
    plan = batches.epoch(0)
    assert len(plan) == len(batches)
    assert sorted(row for _, rows in plan for row in rows) == list(range(40))
    for length, rows in plan:
        assert 1 <= len(rows) <= 4
        for row in rows:
            pieces = len(batches.encodings[row].token_ids)
            assert length == min(n for n in (16, 32, 40) if n >= pieces)
        arrays = batches.inputs(length, rows)
        assert {name: (a.shape, a.dtype.name) for name, a in arrays.items()} == {
            name: ((len(rows), length), "int32") for name in ("token_ids", "padding_mask")
        }


def test_the_order_follows_from_seed_and_epoch_alone(tokenizer: Tokenizer) -> None:
    def order(seed: int, epoch: int | None) -> list[int]:
        return [int(row) for _, rows in Batches(EXAMPLES, tokenizer, 4, 40, seed=seed).epoch(epoch) for row in rows]

    assert order(1, 5) == order(1, 5)
    assert order(1, 5) != order(1, 6)
    assert order(1, 5) != order(2, 5)
    assert order(1, None) == list(range(40))


def test_rows_with_a_product_meet_each_other(tokenizer: Tokenizer) -> None:
    batches = Batches(EXAMPLES, tokenizer, 4, 40, with_products=True)
    assert sorted(row for _, rows in batches.epoch(3) for row in rows) == list(range(40))
    for length, rows in batches.epoch(3):
        have = {EXAMPLES[row].product is not None for row in rows}
        assert len(have) == 1
        arrays = batches.inputs(length, rows)
        products = arrays["product_token_ids"], arrays["product_padding_mask"]
        assert products[0].shape == products[1].shape
        if have == {True}:
            assert products[0].shape == (len(rows), PRODUCT_LENGTH)
            assert products[0][0, :3].tolist() == tokenizer.encode("serum", 16).token_ids.tolist()[:3]


def test_noise_leaves_special_padding_and_protected_pieces_alone(tokenizer: Tokenizer) -> None:
    batches = Batches(EXAMPLES, tokenizer, 40, 40)
    length, rows = batches.epoch(None)[-1]
    inputs = batches.inputs(length, rows)
    before = {name: array.copy() for name, array in inputs.items()}
    protected = np.zeros(inputs["token_ids"].shape, bool)
    protected[:, 5] = True
    noisy = batches.noisy(inputs, 0.9, np.random.default_rng(0), protected)
    changed = noisy["token_ids"] != before["token_ids"]
    assert changed.any()
    assert not changed[:, [0, 5]].any() and not changed[before["padding_mask"] == 0].any()
    assert (noisy["token_ids"][before["token_ids"] == 3] == 3).all()  # [SEP]
    assert noisy["token_ids"][changed].min() >= 5
    for name, array in before.items():
        np.testing.assert_array_equal(inputs[name], array)
    clean = batches.noisy(inputs, 0.0, np.random.default_rng(0))
    np.testing.assert_array_equal(clean["token_ids"], before["token_ids"])


def test_targets_are_stacked_with_nothing_known_beyond_their_end() -> None:
    assert stack_targets([1, -1, 2], 9).tolist() == [1, -1, 2]
    assert stack_targets([[0, 1], [2]], 3).tolist() == [[0, 1, -1], [2, -1, -1]]
    assert stack_targets([[0]], 1).dtype == stack_targets([1], 1).dtype == np.int32


def test_nothing_to_train_on_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="Received: 0 and 4"):
        Batches([], tokenizer, 4, 40)
    with pytest.raises(ValueError, match="Received: 40 and 0"):
        Batches(EXAMPLES, tokenizer, 0, 40)
