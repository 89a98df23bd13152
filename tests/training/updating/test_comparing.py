import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras")

from makeup_ai.cli import main
from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import Example, read_examples, write_examples
from makeup_ai.training.data.parts import load_parts
from makeup_ai.training.evaluation.evaluate import evaluate, predict_keras
from makeup_ai.training.job import train_run
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import load_run
from makeup_ai.training.updating.answers import answers_of, certainty, scores
from makeup_ai.training.updating.comparing import Compared, Gates, _judged, compare, comparison_from
from makeup_ai.training.updating.registry import begin, open_registry
from makeup_ai.training.updating.retraining import RetrainOptions, retrain, settings_of

ROW = Compared("test", "mood", "all", 100, 0.9, 0.9, -0.01, 0.01)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW, ""),
        (replace(ROW, low=-0.03), "mood on the test may be worse by more than 0.02"),
        (replace(ROW, of="label good", after=0.8, low=-0.2, high=-0.01), "mood on the test, label good is worse"),
        (replace(ROW, of="label good", after=0.8, low=-0.2, high=0.01), ""),  # it may be chance
        (replace(ROW, of="language zh", after=0.86, low=-0.2, high=-0.01), ""),  # within the margin
        (replace(ROW, part="shadow"), ""),
        (replace(ROW, part="shadow", after=0.89), "mood on the shadow is worse"),
        (replace(ROW, part="shadow", after=0.95, low=-0.1), "mood on the shadow may be worse by more than 0.05"),
        (replace(ROW, part="shadow", of="label good", after=0.1, low=-0.9, high=-0.7), ""),  # seen in the record
    ],
)
def test_each_gate_speaks_against_what_it_should(row: Compared, said: str) -> None:
    failed = _judged(row, Gates()).failed
    assert failed.startswith(said) and bool(failed) == bool(said)


def test_a_model_is_as_good_as_itself(first_models: Path) -> None:
    registry = open_registry(first_models)
    run, test = load_run(registry.version(1)), read_examples(registry.test)
    found = compare(run, run, test, test[:30], Gates())
    assert found.reasons == () and comparison_from(found.to_json()) == found
    assert {(row.part, row.of) for row in found.rows} >= {
        ("test", "all"), ("test", "language en"), ("test", "label negative"), ("shadow", "all"),
    }  # fmt: skip
    assert {(row.low, row.high, row.before - row.after) for row in found.rows} == {(0.0, 0.0, 0.0)}
    assert "too little to judge by" in compare(run, run, test, test[:19], Gates()).reasons[0]
    assert "more than 9" in compare(run, run, test, test, Gates(max_bytes=9)).reasons[0]


def test_scores_of_single_examples_agree_with_the_metrics_of_all(presets, eight, tmp_path: Path) -> None:
    options = TrainOptions(epochs=1, batch_size=4, learning_rate=0.02)
    train_run(tmp_path, "understanding", "tiny_lstm", eight, eight, options, vocabulary_size=150, progress=len)
    run = load_run(tmp_path)
    found = evaluate(run.task, eight, run.tokenizer, run.max_length, predict_keras(run.model))
    answers = answers_of(run, eight)
    for head in ("intent", "sentiment"):
        assert scores(answers, head).mean() == pytest.approx(found[head]["accuracy"])
    slots = scores(answers, "slots")
    assert slots.shape == (8,) and ((slots >= 0) & (slots <= 1)).all()
    intent = next(head for head in run.task.heads if head.name == "intent")
    confidence, entropy = certainty(answers, intent)
    assert (confidence >= 0.5).all() and (entropy <= np.log(2) + 1e-9).all()
    assert certainty(answers, replace(intent, name="slots", kind="tokens")) is None
    strange = [Example("oily skin", intent="complain"), Example("oily skin"), replace(eight[0], slots=((0, 4, "hue"),))]
    later = answers_of(run, strange)
    assert scores(later, "intent")[0] == 0 and np.isnan(scores(later, "intent")[1])  # a label it does not have
    assert scores(later, "slots")[2] == 0 and scores(later, "rating").tolist()[0] != 0  # nobody looked at ratings


def test_an_update_from_scratch_needs_a_preset_to_begin_with(first_models: Path, tmp_path: Path) -> None:
    run = load_run(open_registry(first_models).version(1))
    with pytest.raises(ValueError, match="began with trained weights"):
        retrain(tmp_path, run, "./gone", ((), ()), RetrainOptions(start="scratch"), len)
    with pytest.raises(ValueError, match=r"\['current', 'scratch'\]"):
        RetrainOptions(start="again")
    settings = settings_of(run, RetrainOptions(epochs=9, seed=4))
    assert (settings.epochs, settings.seed, settings.batch_size) == (9, 4, 16)
    assert settings.learning_rate == 0.03


def test_models_begin_with_a_run_and_a_test_it_never_saw(
    first_models: Path, invented, tmp_path: Path, monkeypatch, capsys
) -> None:
    run = tmp_path / "run"
    shutil.copytree(first_models / "versions" / "0001", run)
    known, _, rows = invented
    write_examples(tmp_path / "data.jsonl", rows(known, 200, 1))
    flags = ["--run", str(run), "--data", str(tmp_path / "data.jsonl")]
    assert main(["update", "begin", str(tmp_path / "models"), *flags]) == 2
    assert "split.json" in capsys.readouterr().err
    parts = load_parts(tmp_path / "data.jsonl", split_file=run / "split.json")
    assert main(["update", "begin", str(tmp_path / "models"), *flags]) == 0
    assert "next: makeup-ai update run" in capsys.readouterr().out
    registry = open_registry(tmp_path / "models")
    assert read_examples(registry.test) == parts.test and registry.part(1, "train") == parts.train
    registry.verify(1)
    with pytest.raises(DataError, match="holds models already"):
        begin(tmp_path / "models", run, parts.train, parts.valid, parts.test)
    leaked = [replace(parts.train[0], text=parts.train[0].text.upper())]
    with pytest.raises(ValueError, match="1 training or validation examples with a text of it"):
        begin(tmp_path / "other", run, parts.train, parts.valid, leaked)
    with pytest.raises(DataError, match="finished run"):
        begin(tmp_path / "other", tmp_path, parts.train, parts.valid, parts.test)
    assert not (tmp_path / "other").exists()
