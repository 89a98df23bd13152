import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training import finetune, loop  # noqa: E402
from makeup_ai.training.data.examples import Example  # noqa: E402
from makeup_ai.training.job import measure_run, train_run  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.run import RunLayout, load_run  # noqa: E402

QUICK = TrainOptions(epochs=1, batch_size=4, learning_rate=0.01)


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in RunLayout(folder).log.read_text(encoding="utf-8").splitlines()]


def fit(folder: Path, task: str, preset: str, examples: list[Example], options: TrainOptions, **more) -> dict:
    arguments = {"vocabulary_size": 150, "progress": lambda line: None, **more}
    return train_run(folder, task, preset, examples, arguments.pop("valid", examples), options, **arguments)


@pytest.mark.parametrize(("preset", "rate"), [("tiny_bert", 0.02), ("tiny_lstm", 0.05)])
def test_eight_examples_are_learned_by_heart(preset: str, rate: float, presets, eight, tmp_path: Path) -> None:
    options = TrainOptions(epochs=60, batch_size=8, learning_rate=rate, weight_decay=0, patience=60)
    found = fit(tmp_path, "understanding", preset, eight, options)
    assert found["intent"]["accuracy"] == 1
    assert found["slots"]["f1"] > 0.9  # all but one of eight at the worst: most pieces are in no slot
    assert found["sentiment"]["accuracy"] > 0.8  # the best weights are not chosen by it
    log = lines(tmp_path)
    losses = [entry["loss"] for entry in log if "epoch" in entry]
    assert losses[-1] < losses[0] / 5
    assert [entry["epoch"] for entry in log if "epoch" in entry] == list(range(1, 61))
    described = json.loads(RunLayout(tmp_path).metrics.read_text())
    assert described["valid"] == found and described["epochs"] == 60
    assert load_run(tmp_path).task.labels["intent"] == ["greeting", "recommend"]
    assert measure_run(tmp_path, eight) == found  # the same weights, read again
    assert set(json.loads(RunLayout(tmp_path).metrics.read_text())) == {"valid", "test", "epochs", "best_epoch"}
    assert list(RunLayout(tmp_path).tensorboard.iterdir())


def test_early_stopping_takes_the_best_weights(presets, eight, tmp_path: Path, monkeypatch) -> None:
    scores = iter([0.1, 0.7, 0.5, 0.7, 0.9, 0.9])  # as good again is no better: stops after the fourth
    monkeypatch.setattr(finetune, "monitored", lambda task, found: next(scores))
    seen: list[np.ndarray] = []
    save = loop.save_weights

    def remember(model, path: Path) -> None:
        seen.append(keras.ops.convert_to_numpy(model.weights[0]))
        save(model, path)

    monkeypatch.setattr(loop, "save_weights", remember)
    fit(tmp_path, "intent", "tiny_lstm", eight, TrainOptions(epochs=6, batch_size=4, learning_rate=0.01, patience=2))
    described = json.loads(RunLayout(tmp_path).metrics.read_text())
    assert (described["epochs"], described["best_epoch"]) == (4, 2)
    assert len(seen) == 2
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(load_run(tmp_path).model.weights[0]), seen[1])
    with np.load(RunLayout(tmp_path).checkpoint) as last:
        assert not np.array_equal(last["0000"], seen[1])  # training had gone on


def test_a_complete_run_has_nothing_left_to_do(presets, eight, tmp_path: Path) -> None:
    first = fit(tmp_path, "intent", "tiny_lstm", eight, QUICK)
    measure_run(tmp_path, eight)
    weights, log = RunLayout(tmp_path).weights.read_bytes(), RunLayout(tmp_path).log.read_bytes()
    said: list[str] = []
    assert fit(tmp_path, "intent", "tiny_lstm", eight, QUICK, progress=said.append) == first
    assert RunLayout(tmp_path).weights.read_bytes() == weights and RunLayout(tmp_path).log.read_bytes() == log
    assert said == ["resuming at epoch 2, step 0"]
    assert "test" in json.loads(RunLayout(tmp_path).metrics.read_text())


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(presets, eight, tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("same", 5), ("other", 6)):
        fit(tmp_path / name, "intent", "tiny_lstm", eight, replace(QUICK, seed=seed))
    one, same, other = (load_run(tmp_path / name).model.get_weights() for name in ("one", "same", "other"))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_and_is_not_left_behind(precision: str, presets, eight, tmp_path: Path) -> None:
    options = TrainOptions(epochs=6, batch_size=8, learning_rate=0.02, precision=precision, patience=6)
    fit(tmp_path, "understanding", "tiny_bert", eight, options)
    losses = [entry["loss"] for entry in lines(tmp_path) if "epoch" in entry]
    assert losses[-1] < losses[0]
    assert keras.config.dtype_policy().name == "float32"
    assert {str(layer.compute_dtype) for layer in load_run(tmp_path).model.layers} == {"float32"}


def test_a_loss_that_is_no_number_is_an_error_with_a_remedy(presets, eight, tmp_path: Path, monkeypatch) -> None:
    from makeup_ai.training.tasks import losses

    monkeypatch.setattr(losses, "masked_cross_entropy", lambda weights: lambda y, x: keras.ops.sum(x) * math.nan)
    with pytest.raises(ValueError, match=r"became nan at epoch 1, step 1.*lower learning rate than 0\.01"):
        fit(tmp_path, "intent", "tiny_lstm", eight, QUICK)
    assert not RunLayout(tmp_path).weights.exists()


def test_another_configuration_or_other_data_are_refused(presets, eight, tmp_path: Path) -> None:
    fit(tmp_path, "intent", "tiny_lstm", eight, QUICK)
    with pytest.raises(ValueError, match="another configuration"):
        fit(tmp_path, "intent", "tiny_lstm", eight, replace(QUICK, seed=9))
    changed = [replace(eight[0], text="find me a matte lipstick now"), *eight[1:]]
    with pytest.raises(ValueError, match="other options or data"):
        fit(tmp_path, "intent", "tiny_lstm", changed, QUICK)
    with pytest.raises(ValueError, match="other options or data"):
        fit(tmp_path, "intent", "tiny_lstm", eight, QUICK, valid=changed)


def test_a_checkpoint_that_is_none_is_named(presets, eight, tmp_path: Path) -> None:
    fit(tmp_path, "intent", "tiny_lstm", eight, QUICK)
    layout = RunLayout(tmp_path)
    whole = layout.checkpoint.read_bytes()
    for wrong in (whole[: len(whole) // 2], b"not at all", b""):
        layout.checkpoint.write_bytes(wrong)
        with pytest.raises(ValueError, match=r"checkpoint\.npz', which is damaged.*train again"):
            fit(tmp_path, "intent", "tiny_lstm", eight, QUICK)
    layout.checkpoint.write_bytes(layout.weights.read_bytes())
    with pytest.raises(ValueError, match=r"checkpoint\.npz' was written with other options"):
        fit(tmp_path, "intent", "tiny_lstm", eight, QUICK)


def test_balanced_classes_weigh_rare_labels_more() -> None:
    weights = finetune._class_weights([0] * 6 + [1] * 2 + [-1], 2)
    np.testing.assert_allclose(weights, np.sqrt([8 / (2 * 6), 8 / (2 * 2)]))
    np.testing.assert_allclose(finetune._class_weights([[0, 0, -1], [0, 1, -1]], 2), np.sqrt([4 / 6, 2]))
    assert finetune._class_weights([0] * 1_000 + [1], 2).max() < 25


def test_balanced_and_noisy_training_runs(presets, eight, tmp_path: Path) -> None:
    found = fit(tmp_path, "understanding", "tiny_lstm", eight, replace(QUICK, balance_classes=True, noise=0.3))
    assert set(found) == {"intent", "slots", "sentiment", "embedding"}


def test_small_batches_whose_gradients_add_up_step_as_seldom_as_large_ones(presets, eight, tmp_path: Path) -> None:
    even = TrainOptions(epochs=2, batch_size=2, learning_rate=0.01, accumulate=2)
    fit(tmp_path, "intent", "tiny_lstm", eight, even)
    seen = []
    lesson = finetune.FineTuning(load_run(tmp_path), eight, eight, even)
    for step, planned in enumerate(lesson.plan(0)[:2]):
        seen.append([keras.ops.convert_to_numpy(w) for w in lesson.trained.trainable_variables])
        lesson.trained.train_on_batch(*lesson.batch(0, step, planned))
    seen.append([keras.ops.convert_to_numpy(w) for w in lesson.trained.trainable_variables])
    assert all(np.array_equal(a, b) for a, b in zip(seen[0], seen[1], strict=True))  # the first only adds up
    assert any(not np.array_equal(a, b) for a, b in zip(seen[1], seen[2], strict=True))


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\['float32', 'mixed_bfloat16', 'mixed_float16'\].*'int8'"):
        TrainOptions(precision="int8")
    for wrong in (
        {"epochs": 0},
        {"batch_size": 0},
        {"patience": 0},
        {"learning_rate": 0.0},
        {"noise": 1.0},
        {"layer_decay": 0.0},
        {"accumulate": 0},
    ):
        with pytest.raises(ValueError, match="Received"):
            TrainOptions(**wrong)
