import json
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.finetune import FineTuning  # noqa: E402
from makeup_ai.training.job import train_run  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.pretraining.companion import MaskedWords, masked_words  # noqa: E402
from makeup_ai.training.pretraining.masking import Masking  # noqa: E402
from makeup_ai.training.pretraining.pretrain import head_of  # noqa: E402
from makeup_ai.training.run import RunLayout, load_run  # noqa: E402


@pytest.fixture(scope="module")
def run_folder(learned, eight, tmp_path_factory) -> Path:
    """Fine-tune with masked words of a corpus beside the labels."""
    folder = tmp_path_factory.mktemp("beside")
    options = TrainOptions(epochs=1, batch_size=8, learning_rate=0.01)
    train_run(folder, "intent", str(learned[0]), eight, eight, options, companions=[masked_words(0.5)], progress=len)
    return folder


def test_the_shipped_model_is_that_of_the_task_alone(run_folder) -> None:
    run = load_run(run_folder)
    assert set(run.model.output) == {"intent"} and set(run.model.input) == {"token_ids", "padding_mask"}
    assert json.loads(RunLayout(run_folder).metrics.read_text())["valid"]["intent"]


@pytest.mark.parametrize("with_corpus", [False, True])
def test_the_loss_is_that_of_the_task_and_alpha_times_that_of_words(
    with_corpus: bool, run_folder, learned, eight, documents
) -> None:
    options = TrainOptions(epochs=30, batch_size=8, learning_rate=0.01, warmup=0.0)
    losses = []
    for alpha in (0.5, 2.0):
        run = load_run(run_folder)
        beside = MaskedWords(run, alpha, documents if with_corpus else (), Masking(0.3), seed=0)
        lesson = FineTuning(run, eight, eight, options, [beside])
        x, y = lesson.batch(0, 0, lesson.plan(0)[0])
        assert x["masked_positions"].shape == y["masked_words"].shape and (y["masked_words"] >= 0).any()
        asked = y["masked_words"] >= 0
        if not with_corpus:
            same = np.take_along_axis(x["token_ids"], x["masked_positions"], axis=1)
            np.testing.assert_array_equal(same[asked], y["masked_words"][asked])
        found = lesson.trained.test_on_batch(x, y, return_dict=True)
        losses.append(float(found["loss"]))
        assert len(x["masked_token_ids"]) == len(x["token_ids"])
        words = keras.ops.convert_to_numpy(lesson.trained(x)["masked_words"])
        probability = words - np.log(np.exp(words).sum(-1, keepdims=True))
        loss = -np.take_along_axis(probability, np.maximum(y["masked_words"], 0)[..., None], -1)[..., 0][asked].mean()
    assert losses[1] - losses[0] == pytest.approx(1.5 * loss, rel=1e-3)
    again = lesson.batch(0, 0, lesson.plan(0)[0])[0]
    np.testing.assert_array_equal(again["masked_token_ids"], x["masked_token_ids"])
    other = lesson.batch(1, 0, lesson.plan(0)[0])[0]
    assert (
        again["masked_token_ids"].shape != other["masked_token_ids"].shape
        or (again["masked_token_ids"] != other["masked_token_ids"]).any()
    )
    before = [keras.ops.convert_to_numpy(w) for w in run.network.encoder.weights]
    lesson.trained.train_on_batch(x, y)
    assert not np.array_equal(before[0], keras.ops.convert_to_numpy(run.network.encoder.weights[0]))


def test_the_head_of_pretraining_is_gone_on_with(run_folder, learned, eight) -> None:
    run = load_run(run_folder)
    network = MaskedWords(run, 1.0, (), Masking(), 0).extend(run.network).training
    known = head_of(str(learned[0]), "masked_words")
    np.testing.assert_array_equal(network.get_layer("masked_words").bias, known.bias)
    assert np.abs(known.bias).max() > 0


def test_a_weight_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"alpha=0\.0"):
        masked_words(0.0)
