"""The wide part beside an encoder: n-grams by hashing, in and out of a graph."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

keras = pytest.importorskip("keras")

from makeup_ai.training.models import bert, encoders, ngrams  # noqa: E402
from makeup_ai.training.models.folder import write_encoder  # noqa: E402

rows = st.lists(st.integers(1, 250_000), min_size=3, max_size=12)


def buckets(ids: list[int], order: int, size: int) -> list[int]:
    return keras.ops.convert_to_numpy(ngrams.bucket_of(np.array([ids], np.int32), order, size))[0].tolist()


@settings(deadline=None, max_examples=50)
@given(rows, st.sampled_from(ngrams.ORDERS), st.integers(2, 65_536))
def test_a_bucket_depends_on_the_pieces_of_its_ngram_alone(ids: list[int], order: int, size: int) -> None:
    found = buckets(ids, order, size)
    assert len(found) == len(ids) and all(0 <= bucket < size for bucket in found)
    moved = buckets([9, 9, 9, *ids], order, size)[3:]
    assert found[order - 1 :] == moved[order - 1 :]


def test_only_an_encoder_that_reads_whole_texts_has_ngrams() -> None:
    config = bert.BertConfig(30, 1, 8, 2, 16)
    assert encoders.with_ngrams(config, 64).ngrams == 64 and encoders.with_ngrams(config, 0).ngrams == 0
    for wrong, buckets in ((config, -1), (encoders.PRESETS["gpt_tiny"][1], 64)):
        with pytest.raises(ValueError, match="reads whole texts"):
            encoders.with_ngrams(wrong, buckets)


def test_order_tells_and_collisions_are_as_rare_as_chance() -> None:
    assert buckets([5, 6, 7], 2, 65_536)[2] != buckets([5, 7, 6], 2, 65_536)[2]
    pairs = {tuple(p) for p in np.random.default_rng(0).integers(5, 6_000, (4_000, 2)).tolist()}
    found = {buckets(list(pair), 2, 65_536)[1] for pair in pairs}
    expected = 65_536 * (1 - np.exp(-len(pairs) / 65_536))  # rows met by so many random draws
    assert len(found) == pytest.approx(expected, rel=0.02)


def test_ngrams_start_from_nothing_and_are_read_by_windows() -> None:
    config = bert.BertConfig(30, 1, 8, 2, 16, max_length=16, ngrams=512, ngram_width=2)
    model = encoders.build_encoder("bert", config)
    ids = np.array([[2, 7, 8, 9, 3]], np.int32)
    arrays = {"token_ids": ids, "padding_mask": np.ones_like(ids)}
    found = model(arrays)
    assert not np.any(keras.ops.convert_to_numpy(found["sequence"])[..., 8:])
    table = next(w for w in model.weights if w.path.startswith("ngrams/"))
    values = np.zeros((512, 2), np.float32)
    values[buckets([7, 8], 2, 512)[1]] = [1, 2]
    table.assign(values)
    wide = keras.ops.convert_to_numpy(model(arrays)["sequence"])[0, :, 8:]
    assert wide[2].tolist() == [1, 2, 0, 0, 0, 0]  # it ends here
    assert wide[1].tolist() == [0, 0, 1, 2, 0, 0] and wide[0].tolist() == [0, 0, 0, 0, 1, 2]
    bag = keras.ops.convert_to_numpy(model(arrays)["pooled"])[0, 8:]
    np.testing.assert_allclose(bag, np.array([1, 2]) / np.sqrt(5), rtol=1e-6)


def test_an_encoder_without_ngrams_may_start_one_with_them(tmp_path) -> None:
    from dataclasses import replace

    plain = bert.BertConfig(30, 1, 8, 2, 16, max_length=16)
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    core = encoders.build_encoder("bert", plain)
    write_encoder(tmp_path / "core", core, "bert", encoders.config_to_dict(plain), tmp_path / "tokenizer.json")
    wide = encoders.build_encoder("bert", replace(plain, ngrams=64, source=str(tmp_path / "core")))
    ids = np.array([[2, 7, 8, 3]], np.int32)
    arrays = {"token_ids": ids, "padding_mask": np.ones_like(ids)}
    np.testing.assert_allclose(wide(arrays)["pooled"][:, :8], core(arrays)["pooled"], atol=1e-6)
