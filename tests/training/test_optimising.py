"""Rates by depth, and the schedule over steps."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.optimising import build_optimizer, rate_factors  # noqa: E402


def test_rates_fall_from_the_heads_to_the_embeddings() -> None:
    paths = [
        "intent/kernel",
        "transformer_layer_1/self_attention_layer/query/kernel",
        "transformer_layer_0/feedforward_output_dense/kernel",
        "embeddings_layer_norm/gamma",
        "token_embedding/embeddings",
        "embedding_projection/kernel",  # the head of an embedding
    ]
    assert rate_factors(paths, 0.5) == [1, 0.5, 0.25, 0.125, 0.125, 1]
    assert rate_factors(["slots/bias", "bilstm/forward_lstm/lstm_cell/kernel", "embedding/embeddings"], 0.5) == [
        1,
        0.5,
        0.25,
    ]
    assert set(rate_factors(paths, 1.0)) == {1}


@pytest.mark.parametrize("decay", [1.0, 0.1])
def test_a_step_moves_a_deep_layer_less(decay: float) -> None:
    inputs = keras.Input((1,))
    deep = keras.layers.Dense(1, kernel_initializer="ones", name="deep")
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="ones", name="head")(deep(inputs)))
    variables = model.trainable_variables
    names = {"deep/kernel": "transformer_layer_0/kernel", "deep/bias": "transformer_layer_0/bias"}
    for variable in variables:
        variable._path = names.get(variable.path, variable.path)
    optimizer = build_optimizer(
        variables, learning_rate=0.01, warmup=0, steps=10**6, weight_decay=0, clip_norm=1e9, layer_decay=decay
    )
    optimizer.build(variables)
    before = [keras.ops.convert_to_numpy(v).copy() for v in variables]
    optimizer.apply([keras.ops.ones_like(v) for v in variables], variables)
    moved = {
        v.path: float(np.abs(keras.ops.convert_to_numpy(v) - b).max()) for v, b in zip(variables, before, strict=True)
    }
    assert moved["head/kernel"] == pytest.approx(0.01, rel=1e-3)  # Adam's first step is the rate itself
    assert moved["transformer_layer_0/kernel"] == pytest.approx(0.01 * decay, rel=1e-3)


def test_the_rate_rises_and_falls_in_straight_lines() -> None:
    optimizer = build_optimizer([], learning_rate=0.5, warmup=1 / 3, steps=12, weight_decay=0, clip_norm=1)
    found = [float(keras.ops.convert_to_numpy(optimizer._learning_rate(step))) for step in range(13)]
    expected = [0.125, 0.25, 0.375, 0.5, 0.5, 0.4375, 0.375, 0.3125, 0.25, 0.1875, 0.125, 0.0625, 0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_table_of_ngrams_has_a_rate_of_its_own() -> None:
    paths = ["blocks/transformer_layer_0/kernel", "ngrams/embeddings", "intent/kernel"]
    assert rate_factors(paths, 0.5, ngrams=60.0) == [0.5, 60.0, 1.0]
