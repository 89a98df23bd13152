"""A small encoder cut out of a large one, and the folder that carries an encoder to the next training."""

import json

import numpy as np
import pytest

keras = pytest.importorskip("keras")
keras_hub = pytest.importorskip("keras_hub")

from makeup_ai.training.models import encoders  # noqa: E402
from makeup_ai.training.models.cutting import cut  # noqa: E402
from makeup_ai.training.models.folder import DESCRIPTION, TOKENIZER, WEIGHTS, description_of, write_encoder  # noqa: E402

PIECES, LAYERS, WIDTH, HEADS, NEURONS, POSITIONS = 20, 4, 8, 2, 12, 24


@pytest.fixture(scope="module")
def preset(tmp_path_factory) -> str:
    """Return a public-looking preset with random weights of some size, so that every part of it matters."""
    keras.utils.set_random_seed(3)
    backbone = keras_hub.models.BertBackbone(PIECES, LAYERS, HEADS, WIDTH, NEURONS, 0.0, POSITIONS)
    rng = np.random.default_rng(3)
    backbone.set_weights([rng.normal(0, 0.5, w.shape) for w in backbone.weights])
    folder = tmp_path_factory.mktemp("preset")
    backbone.save_to_preset(str(folder))
    return str(folder)


def every(table: np.ndarray) -> np.ndarray:
    return table


def read(encoder, token_ids: list[int]) -> np.ndarray:
    arrays = {"token_ids": np.array([token_ids]), "padding_mask": np.ones((1, len(token_ids)), np.int32)}
    return keras.ops.convert_to_numpy(encoder(arrays, training=False)["sequence"])[0]


def whole(preset: str):
    kind, config = encoders.resolve(preset, 0, POSITIONS)
    return encoders.build_encoder(kind, config)


def test_keeping_everything_changes_nothing(preset: str) -> None:
    config, encoder = cut(preset, range(LAYERS), every, max_length=POSITIONS)
    np.testing.assert_allclose(read(encoder, [2, 7, 9]), read(whole(preset), [2, 7, 9]), atol=1e-5)
    assert (config.num_layers, config.intermediate_dim, config.vocabulary_size) == (LAYERS, NEURONS, PIECES)
    assert config.source is None


def test_pieces_are_renumbered(preset: str) -> None:
    config, encoder = cut(preset, range(LAYERS), lambda table: table[[0, 7, 9, 2]], max_length=POSITIONS)
    np.testing.assert_allclose(read(encoder, [3, 1, 2]), read(whole(preset), [2, 7, 9]), atol=1e-5)
    assert config.vocabulary_size == 4


def test_layers_keep_their_own_weights(preset: str) -> None:
    _, encoder = cut(preset, [2, 0], every, max_length=POSITIONS)
    for new, old in enumerate((2, 0)):
        small = encoder.get_layer("blocks").get_layer(f"transformer_layer_{new}").get_weights()
        large = whole(preset).get_layer("blocks").get_layer(f"transformer_layer_{old}").get_weights()
        for one, other in zip(small, large, strict=True):
            np.testing.assert_array_equal(one, other)


def test_neurons_that_do_nothing_are_the_first_to_go(preset: str, tmp_path) -> None:
    backbone = keras_hub.models.BertBackbone.from_preset(preset)
    silent = [1, 4, 5]
    for weight in backbone.weights:
        if weight.path.endswith("feedforward_output_dense/kernel"):
            array = keras.ops.convert_to_numpy(weight).copy()
            array[silent] = 0
            weight.assign(array)
    backbone.save_to_preset(str(tmp_path))
    config, encoder = cut(str(tmp_path), range(LAYERS), every, NEURONS - len(silent), POSITIONS)
    assert config.intermediate_dim == NEURONS - 3
    np.testing.assert_allclose(read(encoder, [2, 7, 9]), read(whole(str(tmp_path)), [2, 7, 9]), atol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"layers": []},
        {"layers": [LAYERS]},
        {"layers": [-1]},
        {"intermediate_dim": NEURONS + 1},
        {"max_length": POSITIONS + 1},
    ],
)
def test_what_the_preset_does_not_have_is_refused(preset: str, wrong) -> None:
    with pytest.raises(ValueError, match=r"Expected .* Received"):
        cut(preset, **{"layers": [0], "pieces": every, "max_length": 9, **wrong})


def test_a_folder_starts_the_next_training_where_the_last_one_ended(preset: str, tmp_path) -> None:
    config, encoder = cut(preset, [0, 3], every, intermediate_dim=6, max_length=16)
    tokenizer = tmp_path / "any.json"
    tokenizer.write_text("{}")
    folder = tmp_path / "encoder"
    write_encoder(folder, encoder, "bert", encoders.config_to_dict(config), tokenizer)
    kind, again = encoders.resolve(str(folder), 5)
    assert (kind, again.vocabulary_size, again.source) == ("bert", PIECES, str(folder))
    np.testing.assert_array_equal(read(encoders.build_encoder(kind, again), [2, 7]), read(encoder, [2, 7]))
    assert "source" not in encoders.config_to_dict(again)
    with pytest.raises(ValueError, match="max_length up to 16"):
        encoders.resolve(str(folder), 5, 17)


def test_an_lstm_can_be_carried_too(tmp_path) -> None:
    _, config = encoders.resolve("lstm_base", 9)
    encoder = encoders.build_encoder("lstm", config)
    (tmp_path / "t.json").write_text("{}")
    write_encoder(tmp_path / "e", encoder, "lstm", encoders.config_to_dict(config), tmp_path / "t.json")
    kind, again = encoders.resolve(str(tmp_path / "e"), 0)
    np.testing.assert_array_equal(read(encoders.build_encoder(kind, again), [1, 2]), read(encoder, [1, 2]))


def test_half_a_folder_is_refused(preset: str, tmp_path) -> None:
    assert description_of(preset) is None and description_of(tmp_path / "nowhere") is None
    (tmp_path / DESCRIPTION).write_text(json.dumps({"schema": 1}))
    (tmp_path / TOKENIZER).write_text("{}")
    with pytest.raises(ValueError, match=WEIGHTS):
        description_of(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"")
    (tmp_path / DESCRIPTION).write_text(json.dumps({"schema": 2}))
    with pytest.raises(ValueError, match="schema=2"):
        description_of(tmp_path)
