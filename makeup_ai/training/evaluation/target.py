"""Whatever can be measured, opened the same way: a run, an exported file, or a bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from makeup_ai.bundle import MANIFEST, Bundle
from makeup_ai.runtime.session import RUNTIMES, open_session
from makeup_ai.text.calibration import Calibration, read_calibration
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.evaluation.calibrated import is_current
from makeup_ai.training.evaluation.evaluate import Predictor, predict_keras, predict_session
from makeup_ai.training.run import RunLayout, load_run
from makeup_ai.training.tasks.heads import Task
from makeup_ai.training.tasks.registry import task_from_dict


@dataclass(frozen=True, slots=True)
class Target:
    """A model with what is needed to read its answers; `calibration` is empty where nobody calibrated these weights."""

    name: str
    task: Task
    tokenizer: Tokenizer
    max_length: int
    predict: Predictor
    calibration: Calibration = field(default_factory=Calibration)


def open_target(path: str | Path, threads: int = 1) -> Target:
    """Open a run folder, a bundle folder, or an exported file that lies beside its `config.json` and `tokenizer.json`.

    Raises:
        FileNotFoundError: There is nothing at `path`, or the files beside an exported one are missing.
        BundleError: A bundle does not pass its checks.
        ValueError: The file is of no known format.
    """
    path = Path(path)
    if (path / MANIFEST).is_file():
        bundle = Bundle.open(path)
        return Target(
            name=path.name,
            task=task_from_dict(bundle.manifest.models["understanding"]["task"]),
            tokenizer=Tokenizer(bundle.path("tokenizer.json")),
            max_length=bundle.manifest.max_length,
            predict=predict_session(open_session(bundle.path("models/understanding.tflite"), threads)),
            calibration=read_calibration(path / "tables" / "calibration.json"),
        )
    if path.suffix in RUNTIMES:
        task, tokenizer, max_length = describe_export(path.parent)
        found = read_calibration(RunLayout(path.parent).calibration)
        return Target(path.name, task, tokenizer, max_length, predict_session(open_session(path, threads)), found)
    run = load_run(path)
    found = read_calibration(RunLayout(path).calibration)
    found = found if is_current(found, RunLayout(path)) else Calibration()
    return Target(path.name, run.task, run.tokenizer, run.max_length, predict_keras(run.model), found)


def describe_export(folder: str | Path) -> tuple[Task, Tokenizer, int]:
    """Return task, tokenizer and longest length of the files in an export folder.

    Raises:
        FileNotFoundError: The folder lacks `config.json` or `tokenizer.json`.
    """
    layout = RunLayout(Path(folder))
    for path in (layout.config, layout.tokenizer):
        if not path.is_file():
            raise FileNotFoundError(
                f"Expected {path.name} beside the exported files; `makeup-ai export` puts it there. "
                f"Received: {str(folder)!r}"
            )
    config = json.loads(layout.config.read_text(encoding="utf-8"))
    task = task_from_dict(config["task"])
    return task, Tokenizer(layout.tokenizer), int(config["encoder_config"]["max_length"])
