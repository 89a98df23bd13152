"""Gradients of a tiny network: against finite differences, and against what integrated gradients promise."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.text.explaining.aims import Aim  # noqa: E402
from makeup_ai.text.explaining.explain import explain  # noqa: E402
from makeup_ai.text.explaining.words import words_of  # noqa: E402
from makeup_ai.training.explaining import gradients  # noqa: E402
from makeup_ai.training.explaining.adapters import ADAPTERS, gradient  # noqa: E402
from makeup_ai.training.explaining.opening import METHODS, open_method, open_reader  # noqa: E402
from makeup_ai.training.job import train_run  # noqa: E402
from makeup_ai.training.loop import TrainOptions  # noqa: E402
from makeup_ai.training.models import bert, encoders, lstm  # noqa: E402
from makeup_ai.training.run import Run, load_run  # noqa: E402

TINY = {
    "tiny_lstm": ("lstm", lstm.LSTMConfig(0, 16, 16, dropout=0.1, bidirectional=True, max_length=16)),
    "tiny_bert": ("bert", bert.BertConfig(0, 1, 16, 2, 32, max_length=16)),
}
TEXT = "find me a matte lipstick 油性"


@pytest.fixture(scope="module", params=sorted(TINY))
def run(request, eight, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("gradients") / "run"
    options = TrainOptions(epochs=1, batch_size=4, learning_rate=0.01)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(encoders.PRESETS, request.param, TINY[request.param])
        train_run(
            folder, "understanding", request.param, eight * 2, eight, options,
            vocabulary_size=150, progress=lambda line: None,
        )  # fmt: skip
    return load_run(folder)


def aims(run: Run) -> list[Aim]:
    classes = len(run.task.heads[1].labels)
    return [Aim("intent", "x", (0,)), Aim("sentiment", "x", (1,), exclusive=False, temperature=2.0),
            Aim("slots", "x", (0, classes - 1), pieces=(1, 2))]  # fmt: skip


def test_every_score_is_that_of_the_device(run: Run) -> None:
    encoding = run.tokenizer.encode(TEXT, 16)
    inputs = {"token_ids": encoding.token_ids[None], "padding_mask": np.ones((1, len(encoding.token_ids)), np.int32)}
    outputs = run.model(inputs, training=False)
    for aim in aims(run):
        here = float(np.asarray(keras.ops.convert_to_numpy(gradients.log_odds(aim, outputs[aim.head])))[0])
        assert here == pytest.approx(aim.score(keras.ops.convert_to_numpy(outputs[aim.head])[0]), abs=1e-4)


def test_integrated_gradients_add_up_and_leave_the_network_as_it_was(run: Run) -> None:
    layer = gradients.word_vectors(run.model, run.tokenizer.vocabulary_size)
    encoding = run.tokenizer.encode(TEXT, 16)
    inputs = {"token_ids": encoding.token_ids[None], "padding_mask": np.ones((1, len(encoding.token_ids)), np.int32)}

    def score(aim: Aim, scale: float) -> float:
        with gradients._shifted(layer, np.full((1, 1, 1), scale, np.float32), np.float32(0)):
            return aim.score(keras.ops.convert_to_numpy(run.model(inputs, training=False)[aim.head])[0])

    for aim in aims(run):
        whole = aim.score(keras.ops.convert_to_numpy(run.model(inputs, training=False)[aim.head])[0])
        scales = (np.arange(200) + 0.5) / 200
        pieces = gradients.piece_weights(run.model, layer, encoding, aim, scales)
        assert pieces.shape == encoding.token_ids.shape
        assert pieces.sum() == pytest.approx(score(aim, 1.0) - score(aim, 0.0), abs=0.02)
        assert whole == pytest.approx(score(aim, 1.0), abs=1e-5)
    assert "call" not in layer.__dict__


def test_gradient_times_input_is_the_slope_along_the_vectors(run: Run) -> None:
    layer = gradients.word_vectors(run.model, run.tokenizer.vocabulary_size)
    encoding, step = run.tokenizer.encode(TEXT, 16), 1e-2
    inputs = {"token_ids": encoding.token_ids[None], "padding_mask": np.ones((1, len(encoding.token_ids)), np.int32)}
    pieces = gradients.piece_weights(run.model, layer, encoding, aims(run)[0], np.ones(1))
    for piece in (1, 3):
        sides = []
        for sign in (1, -1):
            scale = np.ones((1, len(encoding.token_ids), 1), np.float32)
            scale[0, piece] += sign * step
            with gradients._shifted(layer, scale, np.float32(0)):
                outputs = run.model(inputs, training=False)["intent"]
            sides.append(aims(run)[0].score(keras.ops.convert_to_numpy(outputs)[0]))
        assert pieces[piece] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=2e-3, rel=0.05)


def test_every_method_explains_a_run(run: Run) -> None:
    reader = open_reader(run.folder)
    for name in METHODS:
        found = explain(reader, TEXT, name, open_method(name, run.folder, reader))
        assert {one.head for one in found} >= {"intent", "sentiment"}
        assert all(len(one.weights) == len(words_of(TEXT, run.tokenizer.encode(TEXT, 16))) for one in found)
        assert any(weight for one in found for weight in one.weights)
    with pytest.raises(ValueError, match=r"'occlusion'.*'shap'"):
        open_method("shap", run.folder, reader)
    with pytest.raises(ValueError, match="for occlusion"):
        open_method("gradient_x_input", run.folder, reader, "mask")
    with pytest.raises(ValueError, match="run folder"):
        open_method("gradient_x_input", run.folder / "x.tflite", reader)
    with pytest.raises(ValueError, match="embedding of 7 pieces"):
        gradients.word_vectors(run.model, 7)


CHILD = """
import numpy as np
from keras import ops
from makeup_ai.training.explaining.adapters import gradient  # noqa: E402
print(gradient(lambda x: ops.sum(x * x * x), np.array([1.0, 2.0], np.float32)).tolist())
"""


@pytest.mark.parametrize("backend", sorted(ADAPTERS))
def test_every_adapter_takes_the_gradient(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    if backend == keras.backend.backend():
        cubes = gradient(lambda x: keras.ops.sum(x * x * x), np.array([1.0, 2.0], np.float32))
        assert cubes.tolist() == [3.0, 12.0]
        return
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], check=False, capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.stdout.strip().endswith("[3.0, 12.0]"), done.stderr[-2000:]
