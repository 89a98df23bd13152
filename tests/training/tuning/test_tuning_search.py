"""A search over tiny networks: resumed as if unbroken, and its best trial repeated from the command it prints."""

import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras_tuner")

from makeup_ai.cli import main
from makeup_ai.errors import DivergedError
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.models import encoders, lstm
from makeup_ai.training.tuning import search as searching
from makeup_ai.training.tuning.search import TuneOptions, tune
from makeup_ai.training.tuning.space import Choice, Range

MINI = ("lstm", lstm.LSTMConfig(0, 8, 8, dropout=0.1, max_length=16))
SPACE = {"learning_rate": Range(1e-3, 1e-1, True, None, False), "batch_size": Choice((4, 8)), "noise": Choice((0.1,))}
OPTIONS = TuneOptions("random", trials=2, epochs=2, preset="mini", vocabulary_size=120)
ROWS = [
    Example(f"{word} {thing}", sentiment=mood, language="en", group=thing)
    for thing in ("cream", "balm", "serum", "toner", "mask", "scrub")
    for word, mood in (("lovely", "positive"), ("awful", "negative"))
]

CHILD = """
import os, signal, sys
folder, kill_at = sys.argv[1:]
sys.path.insert(0, os.environ["HERE"])
from makeup_ai.training.models import encoders
import test_tuning_search as test
encoders.PRESETS["mini"] = test.MINI
trial = [-1]
def progress(line):
    trial[0] += line.startswith("trial ")
    if f"{trial[0]} {line}".startswith(kill_at):
        os.kill(os.getpid(), signal.SIGKILL)
test.tune(folder, "sentiment", test.ROWS, test.ROWS, test.SPACE, test.OPTIONS, progress=progress)
"""


@pytest.fixture(autouse=True)
def mini(monkeypatch) -> None:
    monkeypatch.setitem(encoders.PRESETS, "mini", MINI)


def go(folder: Path, options: TuneOptions = OPTIONS, space=SPACE, said=None):
    said = [] if said is None else said
    return tune(folder, "sentiment", ROWS, ROWS, space, options, progress=said.append)


def weights(folder: Path) -> list[np.ndarray]:
    with np.load(folder / "weights.npz") as arrays:
        return [arrays[name] for name in arrays.files]


def test_a_killed_search_goes_on_as_if_unbroken(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "killed"), "1 epoch 2/2"],
        capture_output=True, text=True, check=False, timeout=180, env=os.environ | {"HERE": str(Path(__file__).parent)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr[-2_000:]
    assert len(json.loads((tmp_path / "killed" / "search.json").read_text())["trials"]) == 1
    said: list[str] = []
    resumed = go(tmp_path / "killed", said=said)
    assert said[0].startswith("trial 1:")  # what was finished is not tried again
    assert said[1].startswith("resuming at epoch 2")  # and what was interrupted goes on
    unbroken = go(tmp_path / "unbroken")
    assert resumed.trials == unbroken.trials and resumed.complete
    for trial in resumed.trials:
        pairs = zip(weights(resumed.run_of(trial)), weights(unbroken.run_of(trial)), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)


def formula(folder, task, preset, train, valid, settings, **more):
    """Stand in for training: best at a rate of 0.01, better with more epochs, and lost above 0.05."""
    if settings.learning_rate > 0.05:
        raise DivergedError("The loss became nan")
    Path(folder).mkdir(parents=True)
    described = {"task": {"name": "sentiment", "heads": [], "monitor": "sentiment.macro_f1"}}
    (Path(folder) / "config.json").write_text(json.dumps(described))
    return {"sentiment": {"macro_f1": settings.epochs / 10 - abs(np.log10(settings.learning_rate) + 2)}}


@pytest.mark.parametrize("strategy", ["random", "bayesian", "hyperband"])
def test_strategies_resume_from_the_record_alone(tmp_path: Path, monkeypatch, strategy: str) -> None:
    monkeypatch.setattr(searching, "train_run", formula)
    options = replace(OPTIONS, strategy=strategy, trials=6, epochs=4)
    space = {"learning_rate": SPACE["learning_rate"]}
    whole = go(tmp_path / "whole", options, space)
    assert {type(value) for trial in whole.trials for value in trial.values.values()} == {float}  # of Python, not NumPy
    part = go(tmp_path / "part", replace(options, trials=4), space)
    assert part.trials == whole.trials[:4]
    assert go(tmp_path / "part", options, space).trials == whole.trials  # more trials are no other search
    monkeypatch.setattr(searching, "train_run", None)
    assert go(tmp_path / "part", replace(options, trials=1), space).trials == whole.trials  # nothing is trained again
    if strategy == "hyperband":
        assert {trial.epochs for trial in whole.trials} == {2, 4} and whole.best.epochs == 4
    if strategy == "bayesian":
        assert min(abs(np.log10(trial.values["learning_rate"]) + 2) for trial in whole.trials[3:]) < 0.1


def test_a_trial_that_diverges_is_a_result_and_all_of_them_an_error(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(searching, "train_run", formula)
    options, space = replace(OPTIONS, trials=9), {"learning_rate": Choice((0.001, 0.01, 0.09))}
    found = go(tmp_path / "some", options, space)
    assert len(found.trials) == 3 and found.complete  # the space holds no more
    assert found.best.values == {"learning_rate": 0.01}
    assert [line.split()[1] for line in str(found).splitlines()] == ["score", "0.2000", "-0.8000", "failed"]
    with pytest.raises(ValueError, match=r"Every trial failed.*became nan"):
        go(tmp_path / "all", options, {"learning_rate": Choice((0.08, 0.09))})


def test_another_search_in_the_same_folder_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(searching, "train_run", formula)
    go(tmp_path)
    for differs, options, space, rows in (
        ("seed", replace(OPTIONS, seed=1), SPACE, ROWS),
        ("space", OPTIONS, {**SPACE, "batch_size": Choice((4, 6))}, ROWS),
        ("data", OPTIONS, SPACE, ROWS[1:]),
    ):
        with pytest.raises(ValueError, match=rf"differs in \['{differs}'\]"):
            tune(tmp_path, "sentiment", rows, ROWS, space, options)
    (tmp_path / "search.json").write_text('{"trials": [')
    with pytest.raises(ValueError, match="damaged"):
        go(tmp_path)


def test_wrong_use_is_found_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Unknown task"):
        tune(tmp_path, "mood", ROWS, ROWS, SPACE, OPTIONS)
    with pytest.raises(ValueError, match=r"Expected one of \['bayesian', 'hyperband', 'random'\]"):
        replace(OPTIONS, strategy="grid")
    with pytest.raises(ValueError, match="Unknown preset"):
        go(tmp_path, space={**SPACE, "preset": Choice(("mini", "./nothing/here"))})
    with pytest.raises(ValueError, match="gives each trial its epochs"):
        go(tmp_path, replace(OPTIONS, strategy="hyperband"), {**SPACE, "epochs": Choice((1, 2))})
    assert not any(tmp_path.iterdir())


def test_the_command_line_searches_and_its_last_line_measures_the_best(tmp_path: Path, capsys) -> None:
    write_examples(tmp_path / "data.jsonl", [replace(row, text=f"{row.text} {n}") for n in range(3) for row in ROWS])
    (tmp_path / "space.toml").write_text("learning_rate = [0.01, 0.02]\nclip_norm = 0.5\nbalance_classes = true\n")
    flags = ["--task", "sentiment", "--data", str(tmp_path / "data.jsonl"), "--space", str(tmp_path / "space.toml")]
    flags += ["--out", str(tmp_path / "out"), "--strategy", "random", "--trials", "2", "--epochs", "1", "--seed", "3"]
    assert main(["tune", *flags, "--preset", "mini", "--vocabulary-size", "120"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].split()[:2] == ["trial", "score"] and len(said) == 4
    record = json.loads((tmp_path / "out" / "search.json").read_text())
    command = shlex.split(said[-1].partition(": ")[2])
    assert shlex.join(command) == record["command"]
    assert "test" not in json.loads(Path(record["best"]["run"], "metrics.json").read_text())
    before = weights(Path(record["best"]["run"]))
    assert main(command[1:]) == 0
    assert "resuming at epoch 2" in capsys.readouterr().err
    assert "test" in json.loads(Path(record["best"]["run"], "metrics.json").read_text())
    assert main([*command[1:-1], str(tmp_path / "again")]) == 0
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(tmp_path / "again"), strict=True))
