"""A search for good training options: the library call behind `makeup-ai tune`."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from makeup_ai.errors import DivergedError
from makeup_ai.training.data.digest import digest_of
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation.evaluate import Metrics, monitored
from makeup_ai.training.job import VOCABULARY_SIZE, train_run
from makeup_ai.training.loop import Progress
from makeup_ai.training.models.encoders import resolve, usual_rate
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import RunLayout
from makeup_ai.training.tasks.registry import TASKS, task_from_dict
from makeup_ai.training.tuning.ledger import Search, Trial, open_search
from makeup_ai.training.tuning.space import PRESET, Choice, Space
from makeup_ai.training.tuning.strategies import SCORE, STRATEGIES, house, parameters_of, version

_TUNER = "one"  # KerasTuner's name for who asks


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """How a search goes.

    Args:
        strategy: A key of `STRATEGIES`.
        trials: At most; more may be asked for later.
        epochs: Of a trial at most, where the space does not name them.
        preset: Of the trials, where the space does not name it.
        seed: Of the strategy and of every trial.
        vocabulary_size: Of the tokenizer, for presets of ours.
        max_length: Longest text in pieces; the preset's own by default.
    """

    strategy: str = "bayesian"
    trials: int = 20
    epochs: int = TrainOptions().epochs
    preset: str = "bert_tiny"
    seed: int = 0
    vocabulary_size: int = VOCABULARY_SIZE
    max_length: int | None = None

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise ValueError(f"Unknown strategy. Expected one of {sorted(STRATEGIES)}. Received: {self.strategy!r}")
        if min(self.trials, self.epochs) < 1 or self.seed < 0:
            raise ValueError(f"Expected trials and epochs of 1 or more and a seed from 0. Received: {self}")


def tune(
    folder: str | Path,
    task_name: str,
    train_examples: Sequence[Example],
    valid_examples: Sequence[Example],
    space: Space,
    options: TuneOptions,
    *,
    data_flags: Sequence[str] = ("--data", "FILE"),
    progress: Progress = print,
) -> Search:
    """Search a space, or go on with a search that was killed; the same call does both.

    Finished trials are read from `search.json`; the one that was interrupted goes on as a run does. Every trial trains
    from the beginning: also in Hyperband, since the rate falls over all epochs that a trial is given.

    Args:
        folder: Of the search; made where it is missing.
        task_name: A key of `TASKS`.
        train_examples: What trials learn from.
        valid_examples: What they are judged by.
        space: From `read_space`.
        options: How it goes.
        data_flags: What the command that repeats the best trial says of the data.
        progress: Receives one line at a time.

    Returns:
        The search with all of its trials.

    Raises:
        ValueError: The task or a preset is unknown, the folder holds another search, or every trial diverged.
        ImportError: KerasTuner is not installed.
    """
    _check(task_name, space, options)
    folder = Path(folder)
    search = open_search(folder, _request(task_name, space, options, digest_of(train_examples, valid_examples)))

    def run(number: int, values: Mapping[str, Any], epochs: int) -> Trial:
        preset, settings = _settings(values, epochs, options)
        progress(f"trial {number}: " + "  ".join(f"{name} {value}" for name, value in values.items()))
        keras.utils.clear_session()  # the networks of earlier trials
        try:
            found = train_run(
                search.run_of(number),
                task_name,
                preset,
                train_examples,
                valid_examples,
                settings,
                vocabulary_size=options.vocabulary_size,
                max_length=options.max_length,
                progress=progress,
            )
        except DivergedError as error:
            return Trial(number, values, settings.epochs, None, {}, str(error))
        return Trial(number, values, settings.epochs, _score(search.run_of(number), found), found)

    most = max(options.trials, len(search.trials))
    with _oracle(space, options, most) as oracle:
        for number in range(most):
            asked = oracle.create_trial(_TUNER)
            if asked.status != "RUNNING":
                break  # the strategy has nothing left to try
            values, epochs = _asked(asked.hyperparameters.values, options)
            if number < len(search.trials):
                _same(search, search.trials[number], values)
            else:
                search = replace(search, trials=(*search.trials, run(number, values, epochs)))
                search = replace(search, command=_command(search, options, data_flags))
                search.save()
            _tell(oracle, asked, search.trials[number])
    if search.best is None:
        raise ValueError(f"Every trial failed. The last one said: {search.trials[-1].message}")
    search = replace(search, command=_command(search, options, data_flags), complete=True)
    search.save()
    return search


def _check(task_name: str, space: Space, options: TuneOptions) -> None:
    if task_name not in TASKS:
        raise ValueError(f"Unknown task. Expected one of {sorted(TASKS)}. Received: task={task_name!r}")
    if STRATEGIES[options.strategy].budgets and "epochs" in space:
        raise ValueError(
            f"Strategy {options.strategy!r} gives each trial its epochs. "
            "Expected a space without them. Received: epochs. Remedy: --epochs for the most of one trial."
        )
    named = space.get(PRESET, Choice((options.preset,)))
    for preset in named.values if isinstance(named, Choice) else ():
        resolve(preset, 1, options.max_length)  # before hours are spent on the others


def _request(task_name: str, space: Space, options: TuneOptions, data: str) -> dict[str, Any]:
    """Return what a search must agree in to be gone on with; more trials are no other search."""
    request = {
        "task": task_name,
        "data": data,
        "space": {name: asdict(axis) for name, axis in space.items()},
        "keras_tuner": version(),
        **{name: value for name, value in asdict(options).items() if name != "trials"},
    }
    plain: dict[str, Any] = json.loads(json.dumps(request))
    return plain


@contextmanager
def _oracle(space: Space, options: TuneOptions, trials: int) -> Iterator[Any]:
    """Open an oracle whose own files are thrown away; see `strategies`."""
    oracle = STRATEGIES[options.strategy].build(parameters_of(space), trials, options.epochs, options.seed)
    oracle.verbose = 0
    with tempfile.TemporaryDirectory() as scratch:
        house(oracle, scratch)
        yield oracle


def _asked(values: Mapping[str, Any], options: TuneOptions) -> tuple[dict[str, Any], int]:
    """Part an oracle's values into those of the space and the epochs it grants."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}
    own = {name: value for name, value in plain.items() if not name.startswith("tuner/")}
    return own, int(values.get("tuner/epochs", own.get("epochs", options.epochs)))


def _settings(values: Mapping[str, Any], epochs: int, options: TuneOptions) -> tuple[str, TrainOptions]:
    """Return the preset and the options of a trial."""
    preset = str(values.get(PRESET, options.preset))
    named = {name: value for name, value in values.items() if name != PRESET}
    given = {"learning_rate": usual_rate(preset), **named, "epochs": epochs, "seed": options.seed}
    return preset, TrainOptions(**given)


def _score(run: Path, found: Metrics) -> float:
    task = task_from_dict(json.loads(RunLayout(run).config.read_text(encoding="utf-8"))["task"])
    return monitored(task, found)


def _same(search: Search, trial: Trial, values: Mapping[str, Any]) -> None:
    if trial.values != values:
        raise ValueError(
            f"Expected trial {trial.number} of {str(search.folder)!r} to be {dict(trial.values)}, as it was before. "
            f"Received: {dict(values)}. Remedy: the versions it began with, or another folder."
        )


def _tell(oracle: Any, asked: Any, trial: Trial) -> None:
    if trial.score is not None:
        oracle.update_trial(asked.trial_id, {SCORE: trial.score})
    asked.status = "FAILED" if trial.score is None else "COMPLETED"
    oracle.end_trial(asked)


def _command(search: Search, options: TuneOptions, data_flags: Sequence[str]) -> str:
    """Return the command that trains the best trial, into its own folder, where it is already trained."""
    best = search.best
    if best is None:
        return ""
    preset, settings = _settings(best.values, best.epochs, options)
    usual, given = asdict(TrainOptions()), asdict(settings)
    words = ["makeup-ai", "train", "--task", search.request["task"], *data_flags, "--preset", preset]
    for name, value in given.items():
        if value == usual[name] and name != "learning_rate":
            continue
        flag = f"--{name.replace('_', '-')}"
        words += [flag] if isinstance(value, bool) else [flag, str(value)]
    for name in ("vocabulary_size", "max_length"):
        if getattr(options, name) != getattr(TuneOptions(), name):
            words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    return shlex.join([*words, "--out", str(search.run_of(best))])
