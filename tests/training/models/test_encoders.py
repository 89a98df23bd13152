"""What every encoder must hold to; a new one is a row of `TINY`."""

from dataclasses import replace

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.models import bert, encoders, gpt, lstm  # noqa: E402
from makeup_ai.training.weights import load_weights, save_weights  # noqa: E402

VOCABULARY, LENGTH = 30, 16
TINY = {
    "lstm": ("lstm", lstm.LSTMConfig(VOCABULARY, embedding_dim=4, units=6, max_length=LENGTH), 6),
    "bilstm": ("lstm", lstm.LSTMConfig(VOCABULARY, 4, 3, bidirectional=True, max_length=LENGTH), 6),
    "bert": ("bert", bert.BertConfig(VOCABULARY, 2, 8, 2, 16, max_length=LENGTH), 8),
    "gpt": ("gpt", gpt.GPTConfig(VOCABULARY, 2, 8, 2, 16, max_length=LENGTH), 8),
    "bert_ngrams": ("bert", bert.BertConfig(VOCABULARY, 1, 8, 2, 16, max_length=LENGTH, ngrams=64, ngram_width=2), 8),
    "lstm_ngrams": ("lstm", lstm.LSTMConfig(VOCABULARY, 4, 6, max_length=LENGTH, ngrams=64, ngram_width=2), 6),
}


@pytest.fixture(scope="module", params=sorted(TINY))
def tiny(request):
    kind, config, width = TINY[request.param]
    keras.utils.set_random_seed(1)
    return kind, config, width, encoders.build_encoder(kind, config)


def inputs(lengths: list[int], padded: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    token_ids = np.zeros((len(lengths), padded), np.int32)
    mask = np.zeros_like(token_ids)
    for row, length in enumerate(lengths):
        token_ids[row, :length] = rng.integers(1, VOCABULARY, length)
        mask[row, :length] = 1
    return {"token_ids": token_ids, "padding_mask": mask}


def answers(model, arrays) -> dict[str, np.ndarray]:
    return {name: keras.ops.convert_to_numpy(value) for name, value in model(arrays, training=False).items()}


def test_shapes_and_types(tiny) -> None:
    _, _, width, model = tiny
    found = answers(model, inputs([5, 2, 7], 8))
    _, config, *_ = tiny
    beside = config.ngram_width if getattr(config, "ngrams", 0) else 0
    shapes = {name: value.shape for name, value in found.items()}
    assert shapes == {"sequence": (3, 8, width + 3 * beside), "pooled": (3, width + beside)}
    assert {value.dtype.name for value in found.values()} == {"float32"}


def test_padding_changes_no_real_output(tiny) -> None:
    *_, model = tiny
    short = inputs([5, 2, 8], 8)
    longer = {name: np.pad(array, ((0, 0), (0, 8))) for name, array in short.items()}
    noisy = {**longer, "token_ids": np.where(longer["padding_mask"] == 1, longer["token_ids"], 7)}
    first = answers(model, short)
    for padded in (longer, noisy):
        second = answers(model, padded)
        np.testing.assert_allclose(first["pooled"], second["pooled"], atol=1e-5)
        for row, length in enumerate((5, 2, 8)):
            np.testing.assert_allclose(first["sequence"][row, :length], second["sequence"][row, :length], atol=1e-5)


def test_a_row_does_not_depend_on_its_neighbours(tiny) -> None:
    *_, model = tiny
    arrays = inputs([5, 2, 8], 8)
    together = answers(model, arrays)["pooled"]
    alone = [answers(model, {name: a[row : row + 1] for name, a in arrays.items()})["pooled"][0] for row in range(3)]
    np.testing.assert_allclose(together, np.stack(alone), atol=1e-5)


def test_every_token_matters_to_the_pooled_vector(tiny) -> None:
    *_, model = tiny
    arrays = inputs([6], 8)
    before = answers(model, arrays)["pooled"]
    for place in range(6):
        changed = arrays["token_ids"].copy()
        changed[0, place] = changed[0, place] % (VOCABULARY - 1) + 1
        assert np.abs(answers(model, {**arrays, "token_ids": changed})["pooled"] - before).max() > 1e-6, place


def test_dropout_is_for_training_only(tiny) -> None:
    *_, model = tiny
    arrays = inputs([6], 8)
    trained = keras.ops.convert_to_numpy(model(arrays, training=True)["pooled"])
    np.testing.assert_array_equal(answers(model, arrays)["pooled"], answers(model, arrays)["pooled"])
    assert np.abs(trained - answers(model, arrays)["pooled"]).max() > 1e-6


def test_weights_survive_saving_bit_for_bit(tiny, tmp_path) -> None:
    kind, config, _, model = tiny
    save_weights(model, tmp_path / "weights.npz")
    again = encoders.build_encoder(kind, encoders.config_from_dict(kind, encoders.config_to_dict(config)))
    load_weights(again, tmp_path / "weights.npz")
    for one, other in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other))
    arrays = inputs([5, 2], 8)
    np.testing.assert_allclose(answers(model, arrays)["sequence"], answers(again, arrays)["sequence"], atol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["weights.npz"]


def test_weights_of_another_size_are_refused(tiny, tmp_path) -> None:
    kind, config, _, model = tiny
    save_weights(model, tmp_path / "weights.npz")
    other = encoders.build_encoder(kind, replace(config, vocabulary_size=VOCABULARY + 1))
    with pytest.raises(ValueError, match=r"not of this model.*30, .*31|not of this model.*31, .*30"):
        load_weights(other, tmp_path / "weights.npz")
    damaged = (tmp_path / "weights.npz").read_bytes()[:-100]
    (tmp_path / "weights.npz").write_bytes(damaged)
    with pytest.raises(ValueError, match="damaged"):
        load_weights(model, tmp_path / "weights.npz")


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_dtype_policies_keep_float32_weights_and_near_outputs(tiny, policy: str, float32, tmp_path) -> None:
    kind, config, _, model = tiny
    save_weights(model, tmp_path / "weights.npz")
    keras.config.set_dtype_policy(policy)
    half = encoders.build_encoder(kind, config)
    assert {keras.backend.standardize_dtype(weight.dtype) for weight in half.weights} == {"float32"}
    load_weights(half, tmp_path / "weights.npz")
    arrays = inputs([5, 2, 8], 8)
    found = half(arrays, training=False)["pooled"]
    assert keras.backend.standardize_dtype(found.dtype) == policy.removeprefix("mixed_")
    found = keras.ops.convert_to_numpy(keras.ops.cast(found, "float32"))
    np.testing.assert_allclose(found, answers(model, arrays)["pooled"], atol=0.05)


def test_every_kind_has_a_preset_and_a_row_here() -> None:
    assert {kind for kind, *_ in TINY.values()} == set(encoders.ENCODERS)
    assert {kind for kind, _ in encoders.PRESETS.values()} == set(encoders.ENCODERS)
    for name in encoders.PRESETS:
        kind, config = encoders.resolve(name, 77, 50)
        assert isinstance(config, encoders.ENCODERS[kind].config)
        assert (config.vocabulary_size, config.max_length) == (77, 50)


def test_a_bert_of_any_length_reads_the_bucket_that_holds_it() -> None:
    config = bert.BertConfig(VOCABULARY, 1, 8, 2, 16, max_length=20)
    model = encoders.build_encoder("bert", config)
    assert answers(model, inputs([20], 32))["pooled"].shape == (1, 8)
    longer = encoders.build_encoder("bert", replace(config, max_length=200))
    assert answers(longer, inputs([200], 200))["pooled"].shape == (1, 8)


def test_unknown_choices_list_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"\['bert', 'gpt', 'lstm'\].*'gru'"):
        encoders.build_encoder("gru", lstm.LSTMConfig(5))
    with pytest.raises(ValueError, match=r"\['bert', 'gpt', 'lstm'\].*'gru'"):
        encoders.config_from_dict("gru", {})
    with pytest.raises(ValueError, match="vocabulary size above zero"):
        encoders.build_encoder("lstm", lstm.LSTMConfig())
    with pytest.raises(ValueError, match=r"bert_small.*lstm_base.*no/such/folder"):
        encoders.resolve("./no/such/folder", 5)
