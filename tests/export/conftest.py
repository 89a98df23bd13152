"""Two small trained encoders, converted once for all tests."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from makeup_ai.export.convert import ExportedFile, Part, convert
from makeup_ai.export.recipes import FORMATS, RECIPES
from makeup_ai.export.samples import Samples, Utterance, answer

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

LENGTHS = (8, 16)
VOCABULARY = 60  # ids in the texts
TABLE = 600  # rows of the embedding table, so that a recipe's size shows
LABELS = 3
WIDTH = 32


@dataclass(frozen=True)
class Converted:
    """A trained model, texts with its answers, and what became of every format and recipe."""

    model: Any
    samples: Samples
    files: dict[Part, ExportedFile]
    folder: Path


def texts(count: int, seed: int) -> list[Utterance]:
    rng = np.random.default_rng(seed)
    rows = [rng.integers(1, VOCABULARY, length).astype(np.int32) for length in rng.integers(3, 17, count)]
    return [(row, np.ones_like(row)) for row in rows]


def build(sequence: Any, pooled: Any, inputs: Any) -> Any:
    from keras import Model, layers

    vector = layers.Dense(6, name="projection")(pooled)
    outputs = {
        "intent": layers.Dense(LABELS, name="intent")(pooled),
        "slots": layers.Dense(LABELS, name="slots")(sequence),
        "embedding": layers.UnitNormalization(name="unit")(vector),
    }
    return Model(inputs, outputs)


def inputs() -> dict[str, Any]:
    from keras import Input

    return {name: Input((None,), dtype="int32", name=name) for name in ("token_ids", "padding_mask")}


def bilstm() -> Any:
    from keras import layers, ops

    given = inputs()
    embedded = layers.Embedding(TABLE, WIDTH, name="tokens")(given["token_ids"])
    lstm = layers.Bidirectional(layers.LSTM(WIDTH, return_sequences=True, return_state=True))
    sequence, *states = lstm(embedded, mask=ops.cast(given["padding_mask"], "bool"))
    return build(sequence, layers.Concatenate()([states[0], states[2]]), given)


def bert() -> Any:
    from keras import ops
    from keras_hub.models import BertBackbone

    given = inputs()
    backbone = BertBackbone(
        vocabulary_size=TABLE,
        num_layers=1,
        num_heads=2,
        hidden_dim=WIDTH,
        intermediate_dim=8 * WIDTH,
        max_sequence_length=max(LENGTHS),
        dropout=0.0,
    )
    encoded = backbone({**given, "segment_ids": ops.zeros_like(given["token_ids"])})
    return build(encoded["sequence_output"], encoded["pooled_output"], given)


def ngrams() -> Any:
    from keras import layers, ops

    from makeup_ai.training.models.ngrams import beside

    given = inputs()
    real = ops.expand_dims(ops.cast(given["padding_mask"], "float32"), -1)
    sequence = layers.Embedding(TABLE, WIDTH, name="tokens")(given["token_ids"]) * real
    pooled = ops.sum(sequence, axis=1) / ops.sum(real, axis=1)
    sequence, pooled = beside(sequence, pooled, *(given[name] for name in ("token_ids", "padding_mask")), TABLE, 4)
    return build(sequence, pooled, given)


def train(model: Any) -> Any:
    """Teach what an untrained model cannot show: sure answers. A text's intent is its first token's, modulo 3."""
    import keras

    model.get_layer("projection").trainable = False
    padded = answer_inputs(texts(256, seed=1))
    labels = padded["token_ids"] % LABELS
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(0.02), loss={"intent": loss, "slots": loss, "embedding": None}, jit_compile=False
    )
    model.fit(padded, {"intent": labels[:, 0], "slots": labels}, batch_size=64, epochs=25, verbose=0)
    return model


def answer_inputs(utterances: list[Utterance]) -> dict[str, Any]:
    from makeup_ai.runtime import padded

    rows = [padded(ids, max(LENGTHS)) for ids, _ in utterances]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


ENCODERS = {"bilstm": bilstm, "bert": bert, "ngrams": ngrams}


@pytest.fixture(scope="session")
def conversions(tmp_path_factory):
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("conversion needs Keras on TensorFlow")
    keras.utils.set_random_seed(0)
    made: dict[str, Converted] = {}
    parts = [Part(kind, recipe) for kind in FORMATS for recipe in RECIPES]

    def get(encoder: str) -> Converted:
        if encoder not in made:
            model = train(ENCODERS[encoder]())
            samples = answer(model, texts(80, seed=2), LENGTHS)
            folder = tmp_path_factory.mktemp(encoder)
            files = convert(model, samples, parts, folder, "tiny")
            made[encoder] = Converted(model, samples, {Part(f.format, f.recipe): f for f in files}, folder)
        return made[encoder]

    return get


@pytest.fixture(params=sorted(ENCODERS))
def converted(request, conversions):
    return conversions(request.param)
