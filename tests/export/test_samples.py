import numpy as np
import pytest

from makeup_ai.export.samples import TOP_UP, Samples, fill_buckets


def utterance(length, real=None):
    ids = np.arange(1, length + 1, dtype=np.int32)
    return ids, (np.arange(length) < (length if real is None else real)).astype(np.int32)


def test_texts_go_to_their_bucket_and_no_bucket_is_empty():
    filled = fill_buckets([utterance(3), utterance(4), utterance(6)] * 10, (4, 8, 16))
    assert [len(filled[n]["token_ids"]) for n in (4, 8, 16)] == [20, 10, TOP_UP]
    assert filled[16]["padding_mask"].sum(axis=1).tolist() == [6] * TOP_UP
    assert all(filled[n]["token_ids"].shape[1] == n for n in filled)


def test_padding_of_the_caller_is_dropped_and_long_texts_are_cut():
    filled = fill_buckets([utterance(9, real=2), utterance(40)], (4, 8))
    assert filled[4]["token_ids"][0].tolist() == [1, 2, 0, 0]
    assert filled[8]["token_ids"][0].tolist() == list(range(1, 9))


@pytest.mark.parametrize("utterances", [[], [utterance(4, real=0)]])
def test_no_text_is_refused(utterances):
    with pytest.raises(ValueError, match="real texts"):
        fill_buckets(utterances)


def test_what_is_saved_is_loaded(tmp_path):
    inputs = fill_buckets([utterance(3)], (4,))
    samples = Samples(inputs, {4: {"intent": np.ones((1, 2), np.float32)}})
    samples.save(tmp_path / "samples.npz")
    loaded = Samples.load(tmp_path / "samples.npz")
    assert loaded.lengths == (4,)
    np.testing.assert_array_equal(loaded.inputs[4]["token_ids"], inputs[4]["token_ids"])
    np.testing.assert_array_equal(loaded.outputs[4]["intent"], samples.outputs[4]["intent"])
    assert [path.name for path in tmp_path.iterdir()] == ["samples.npz"]


def test_what_calibrates_does_not_judge():
    rows = {"token_ids": np.arange(5)[:, None]}
    samples = Samples({1: rows}, {1: {"intent": np.arange(5.0)[:, None]}})
    calibration, judged = samples.halves()
    assert calibration.inputs[1]["token_ids"].ravel().tolist() == [0, 2, 4]
    assert judged.inputs[1]["token_ids"].ravel().tolist() == [1, 3]
    assert judged.outputs[1]["intent"].ravel().tolist() == [1.0, 3.0]
    lonely = Samples({1: {"token_ids": np.zeros((1, 1))}}, {1: {}}).halves()
    assert [len(half.inputs[1]["token_ids"]) for half in lonely] == [1, 1]
