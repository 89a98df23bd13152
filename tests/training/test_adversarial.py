from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.adversarial import adversarial, perturbed  # noqa: E402
from makeup_ai.training.finetune import FineTuning  # noqa: E402
from makeup_ai.training.job import train_run  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.run import RunLayout, load_run  # noqa: E402

OPTIONS = TrainOptions(epochs=2, batch_size=4, learning_rate=0.01, adversarial=0.5, checkpoint_seconds=0.0)


def fit(folder: Path, examples, options: TrainOptions, progress=lambda line: None) -> None:
    train_run(folder, "intent", "tiny_bert", examples, examples, options, vocabulary_size=150, progress=progress)


def one_word() -> "keras.Model":
    """Return a model that answers a word's only number."""
    word = keras.Input((1,), dtype="int32", name="word")
    table = keras.layers.Embedding(2, 1, embeddings_initializer="ones", name="embedding")
    return keras.Model({"word": word}, {"number": keras.layers.Flatten()(table(word))})


def test_the_perturbation_by_hand() -> None:
    tables = [keras.ops.zeros((1, 2)), keras.ops.ones((1, 1))]
    gradients = [keras.ops.array([[1.0, 2.0]]), keras.ops.array([[2.0]])]  # of length 3
    moved = [keras.ops.convert_to_numpy(t) for t in perturbed(tables, gradients, 0.6)]
    np.testing.assert_allclose(moved[0], [[0.2, 0.4]], rtol=1e-6)
    np.testing.assert_allclose(moved[1], [[1.4]], rtol=1e-6)
    still = perturbed(tables, [keras.ops.zeros((1, 2)), keras.ops.zeros((1, 1))], 0.6)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(still[1]), [[1.0]])


def test_a_step_by_hand() -> None:
    model = one_word()
    hardened = adversarial(model, 0.5)
    hardened.compile(keras.optimizers.SGD(0.1), {"number": lambda y, x: keras.ops.sum(keras.ops.square(x - y))})
    loss = hardened.train_on_batch({"word": np.zeros((1, 1), np.int32)}, {"number": np.zeros((1, 1))}, return_dict=True)
    # loss e^2 at e = 1; gradients 2e = 2 there and 2 (e + 0.5) = 3 where it hurts more
    assert float(loss["loss"]) == pytest.approx(1.0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model.trainable_variables[0]), [[0.5], [1.0]], rtol=1e-6)


def loss_of(lesson: FineTuning, epsilon: float) -> float:
    """Return the loss of the first batch with the word vectors moved to where it hurts most."""
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("takes its gradient with TensorFlow")
    x, y = lesson.batch(0, 0, lesson.plan(0)[0])
    table = next(v for v in lesson.trained.trainable_variables if v.path.endswith("token_embedding/embeddings"))
    with tf.GradientTape() as tape:
        loss = lesson.trained.compute_loss(x=x, y=y, y_pred=lesson.trained(x), training=False)
    before = table.numpy()
    table.assign(perturbed([table.value], [tf.convert_to_tensor(tape.gradient(loss, table.value))], epsilon)[0])
    hurt = lesson.trained.compute_loss(x=x, y=y, y_pred=lesson.trained(x), training=False)
    table.assign(before)
    return float(hurt)


def test_what_was_hardened_loses_less_where_it_hurts(presets, eight, tmp_path: Path) -> None:
    plain = replace(OPTIONS, epochs=1, batch_size=8, adversarial=0.0)
    fit(tmp_path, eight, plain)
    hurt = {}
    for epsilon in (0.0, 1.0):
        lesson = FineTuning(load_run(tmp_path), eight, eight, replace(plain, epochs=30, adversarial=epsilon))
        for epoch in range(30):
            lesson.trained.train_on_batch(*lesson.batch(epoch, 0, lesson.plan(epoch)[0]))
        hurt[epsilon] = loss_of(lesson, 1.0)
    assert hurt[1.0] < 0.5 * hurt[0.0]


def test_a_broken_run_ends_with_the_weights_of_an_unbroken_one(presets, eight, tmp_path: Path) -> None:
    options = replace(OPTIONS, precision="mixed_float16", accumulate=2)

    def stop(line: str) -> None:
        if line.startswith("\repoch 2/2  2/"):
            raise KeyboardInterrupt

    fit(tmp_path / "whole", eight, options)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken", eight, options, stop)
    fit(tmp_path / "broken", eight, options)
    with (
        np.load(RunLayout(tmp_path / "whole").checkpoint) as a,
        np.load(RunLayout(tmp_path / "broken").checkpoint) as b,
    ):
        assert a.files == b.files
        assert [name for name in a.files if name != "state" and not np.array_equal(a[name], b[name])] == []
        assert all(np.isfinite(a[name]).all() for name in a.files if name != "state")


def test_what_cannot_be_hardened_is_refused() -> None:
    numbers = keras.Input((2,))
    with pytest.raises(ValueError, match="0 tables"):
        adversarial(keras.Model(numbers, keras.layers.Dense(1)(numbers)), 1.0)
    with pytest.raises(ValueError, match="epsilon=0"):
        adversarial(one_word(), 0)
    with pytest.raises(ValueError, match="adversarial=-1"):
        TrainOptions(adversarial=-1)
