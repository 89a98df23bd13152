"""Every kind of head, calibrated on one part and reported on another."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("keras")

from makeup_ai.text.calibration import Calibration
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.data.vocabulary import train_tokenizer
from makeup_ai.training.evaluation.calibrate import Wanted, calibrate
from makeup_ai.training.evaluation.calibrated import current_calibration
from makeup_ai.training.evaluation.calibration_plot import plot_calibration
from makeup_ai.training.evaluation.calibration_run import CalibrationReport, calibrate_run
from makeup_ai.training.evaluation.judged import best_thresholds
from makeup_ai.training.evaluation.target import Target, open_target
from makeup_ai.training.job import train_run
from makeup_ai.training.loop import TrainOptions
from makeup_ai.training.run import RunLayout
from makeup_ai.training.tasks.base import Head, Task
from makeup_ai.training.weights import read_arrays, write_arrays

BIO = ("O", "B-thing", "I-thing")
TASK = Task(
    "many",
    (
        Head("intent", "text", ("ask", "greet")),
        Head("aspects", "labels", ("scent", "price", "pack")),
        Head("slots", "tokens", BIO),
        Head("embedding", "embedding", width=2),
    ),
    "intent.accuracy",
)
TOO_SURE = 3.0


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("calibrate") / "tokenizer.json"
    return train_tokenizer(["oily red thing here"] * 9, path, 100)


def drawn(rows: int, seed: int) -> tuple[list[Example], list[dict[str, np.ndarray]]]:
    """Examples, and what a model says of them that is `TOO_SURE` times as sure as it is right."""
    rng = np.random.default_rng(seed)
    examples, outputs = [], []
    for row in range(rows):
        intent, aspects, pieces = rng.normal(0, 1.5, 2), rng.normal(-1, 1.5, 3), rng.normal(0, 1.5, (4, 3))
        greets = rng.random() < 1 / (1 + np.exp(intent[0] - intent[1]))
        said = rng.random(3) < 1 / (1 + np.exp(-aspects))
        thing = rng.random() < np.exp(pieces[1, 1]) / np.exp(pieces[1]).sum()
        examples.append(
            Example(
                "red oily",
                intent="greet" if greets else "ask",
                aspects=tuple(np.array(TASK.heads[1].labels)[said]),
                slots=((0, 3, "thing"),) if thing else (),
                language="en" if row % 2 else "zh",
            )
        )
        outputs.append({"intent": intent, "aspects": aspects, "slots": pieces, "embedding": np.ones(2)})
    return examples, [{k: (v * TOO_SURE).astype(np.float32) for k, v in output.items()} for output in outputs]


def target(tokenizer: Tokenizer, *outputs: list[dict[str, np.ndarray]], task: Task = TASK) -> Target:
    """A model that answers its parts in turn."""
    turn = iter(outputs)

    def predict(encodings, max_length):
        said = next(turn)
        return {head.name: [row[head.name] for row in said] for head in task.heads}

    return Target("drawn", task, tokenizer, 16, predict, Calibration())


def test_every_kind_of_head_becomes_truer(tokenizer: Tokenizer, tmp_path: Path) -> None:
    valid, said = drawn(1200, 0)
    test, told = drawn(1200, 1)
    found, reports = calibrate(target(tokenizer, said, told), valid, test, Wanted(error=0.15))
    assert [report.head for report in reports] == ["intent", "aspects", "slots"]
    for name in ("intent", "aspects"):
        assert found.of(name).temperature == pytest.approx(TOO_SURE, rel=0.15)
    assert found.of("embedding").temperature == 1.0
    for report in reports:
        assert set(report.before) == set(report.curve) == {"all", "en", "zh"}
        for language, before in report.before.items():
            assert report.after[language].nll < before.nll
            assert report.after[language].ece < before.ece
        assert report.curve["all"].answers == report.curve["en"].answers + report.curve["zh"].answers
        assert report.curve["all"].error[0.5] < report.curve["all"].error[1.0]
    intent, aspects, _ = reports
    assert intent.promise is not None and intent.promise.bound <= 0.15
    assert (intent.curve["all"].told_error or 0.0) < 0.15 < intent.curve["all"].error[1.0]
    assert aspects.f1["at the thresholds"] > aspects.f1["at one half"]
    assert len(set(found.of("aspects").thresholds)) == 1 and len(found.of("aspects").thresholds) == 3

    report = CalibrationReport(found, Wanted(), reports, (1200, 1200))
    assert "temperature" in str(report) and "wrong at coverage" in str(report)
    values = json.loads(json.dumps(report.to_dict()))
    assert values["heads"][0]["curve"]["en"]["aurc"] == pytest.approx(intent.curve["en"].aurc)
    plot_calibration(reports, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert Calibration.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_field_has_a_threshold_but_no_temperature(tokenizer: Tokenizer) -> None:
    task = Task("slots", (Head("slots", "field", BIO),), "slots.f1")
    examples, said = drawn(300, 0)
    stacked = [{"slots": np.concatenate([row["slots"], np.zeros((5, 3), np.float32)])} for row in said]
    found, (report,) = calibrate(target(tokenizer, stacked, stacked, task=task), examples, examples, Wanted(0.5))
    assert report.before == {} and report.bins == () and found.of("slots").temperature == 1.0
    assert report.curve["all"].answers > 0 and "no temperature" in str(
        CalibrationReport(found, Wanted(), [report], (1, 1))
    )


def test_parts_without_labels_are_refused(tokenizer: Tokenizer) -> None:
    examples, said = drawn(3, 0)
    with pytest.raises(ValueError, match=r"labels of \['intent', 'aspects', 'slots'\]"):
        calibrate(target(tokenizer, said, said), examples, [Example("red oily")] * 3, Wanted())
    with pytest.raises(ValueError, match="in \\(0, 1\\)"):
        Wanted(error=0)


def test_heads_that_nothing_is_said_of_are_still_reported(tokenizer: Tokenizer) -> None:
    quiet = {
        "intent": np.zeros(2),
        "aspects": np.full(3, -9.0),
        "slots": np.eye(3)[[0] * 4] * 9,
        "embedding": np.ones(2),
    }
    examples = [Example("red oily", intent="ask", aspects=(), slots=())]
    found, reports = calibrate(target(tokenizer, [quiet], [quiet]), examples, examples, Wanted())
    assert reports[1].curve["all"].answers == 0 and found.of("aspects").told_from is None
    assert "no confidence promises" in str(CalibrationReport(found, Wanted(), reports, (1, 1)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_no_other_threshold_has_more_f1(seed: int, each: bool) -> None:
    rng = np.random.default_rng(seed)
    p, gold = rng.choice([0.1, 0.3, 0.5, 0.7, 0.9], (6, 2)), rng.integers(0, 2, (6, 2))

    def f1(cuts) -> float:
        said = p >= np.array(cuts)
        return 2 * (said & (gold > 0)).sum() / max(said.sum() + gold.sum(), 1)

    found = best_thresholds(p, gold, each)
    tried = (0.05, 0.2, 0.4, 0.6, 0.8, 1.0)
    choices = product(tried, tried) if each else [(cut, cut) for cut in tried]
    assert f1(found) == pytest.approx(max(map(f1, choices)))


def test_a_run_keeps_its_calibration_until_it_is_trained_again(presets, eight, tmp_path: Path) -> None:
    options = TrainOptions(epochs=1, batch_size=4, learning_rate=0.01)
    train_run(tmp_path / "run", "intent", "tiny_bert", eight * 2, eight, options, vocabulary_size=150)
    layout = RunLayout(tmp_path / "run")
    write_examples(tmp_path / "rows.jsonl", eight)
    assert current_calibration(layout).heads == {}
    with pytest.raises(ValueError, match=r"split\.json.*--test"):
        calibrate_run(layout.folder, tmp_path / "rows.jsonl", wanted=Wanted())
    rows = tmp_path / "rows.jsonl"
    report = calibrate_run(layout.folder, rows, test=rows, wanted=Wanted())
    assert report.parts == (8, 8) and layout.calibration_plot.is_file() and layout.calibration_report.is_file()
    assert current_calibration(layout) == open_target(layout.folder).calibration == report.calibration
    write_arrays(layout.weights, {name: a + 1 for name, a in read_arrays(layout.weights).items()})  # trained on
    with pytest.raises(ValueError, match=r"fitted to others.*calibrate"):
        current_calibration(layout)
    assert open_target(layout.folder).calibration == Calibration()
