"""A run: the folder that training leaves and that evaluation and export read.

RUN/
├── config.json        task, encoder, sizes, tokenizer, options, versions
├── tokenizer.json
├── weights.npz        the best weights so far
├── checkpoint.npz     the state to resume from; the same command on a complete run finds nothing left to do
├── log.jsonl          one object a step interval and one an epoch
├── tensorboard/
├── metrics.json       of the best weights, on the validation and test parts
├── teachers/          what its teachers answered, where it had any
├── split.json         which rows of the data went where
├── texts.json         validation texts, or pairs of them, that exported files are compared and calibrated on
└── calibration.json   temperatures and thresholds of its heads, where `makeup-ai calibrate` found them; with it
                       calibration_report.json and calibration.png
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makeup_ai.files import write_whole
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.models.encoders import Config, build_encoder, config_from_dict
from makeup_ai.training.tasks.heads import Task, TrainingModel, build_network
from makeup_ai.training.tasks.registry import task_from_dict
from makeup_ai.training.weights import load_weights

if TYPE_CHECKING:
    import keras

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RunLayout:
    """Where the files of a run lie."""

    folder: Path

    @property
    def config(self) -> Path:
        """Task, encoder, sizes and options."""
        return self.folder / "config.json"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer of the model."""
        return self.folder / "tokenizer.json"

    @property
    def weights(self) -> Path:
        """The best weights so far."""
        return self.folder / "weights.npz"

    @property
    def checkpoint(self) -> Path:
        """The state to resume from."""
        return self.folder / "checkpoint.npz"

    @property
    def log(self) -> Path:
        """One JSON object a line."""
        return self.folder / "log.jsonl"

    @property
    def tensorboard(self) -> Path:
        """Event files."""
        return self.folder / "tensorboard"

    @property
    def metrics(self) -> Path:
        """Metrics of the best weights."""
        return self.folder / "metrics.json"

    @property
    def texts(self) -> Path:
        """Validation texts for parity and calibration."""
        return self.folder / "texts.json"

    @property
    def calibration(self) -> Path:
        """Temperatures and thresholds of its heads."""
        return self.folder / "calibration.json"

    @property
    def calibration_report(self) -> Path:
        """What they are worth on the test part."""
        return self.folder / "calibration_report.json"

    @property
    def calibration_plot(self) -> Path:
        """Reliability and abstention as a picture."""
        return self.folder / "calibration.png"

    @property
    def split(self) -> Path:
        """Which rows of the data went where."""
        return self.folder / "split.json"


@dataclass(frozen=True, slots=True)
class Run:
    """A run's network with its tokenizer and task, ready to predict or export."""

    folder: Path
    config: dict[str, Any]
    task: Task
    tokenizer: Tokenizer
    network: TrainingModel

    @property
    def model(self) -> keras.Model:
        """The network that is shipped: `token_ids`, `padding_mask` -> one output a head."""
        return self.network.inference

    @property
    def max_length(self) -> int:
        """Longest text in pieces."""
        return int(self.config["encoder_config"]["max_length"])


def build_run(folder: str | Path, config: dict[str, Any], encoder_config: Config | None = None) -> Run:
    """Build a run's network with fresh weights from its configuration.

    Args:
        folder: Of the run; holds its tokenizer.
        config: As `config.json` holds it.
        encoder_config: The encoder's sizes, with the preset of its first weights; those of `config` by default.

    Raises:
        ValueError: The configuration is of another schema version.
    """
    if config.get("schema") != SCHEMA:
        raise ValueError(f"Expected a run of schema {SCHEMA}. Received: schema={config.get('schema')!r} in {folder}")
    task = task_from_dict(config["task"])
    encoder_config = encoder_config or config_from_dict(config["encoder"], config["encoder_config"])
    encoder = build_encoder(config["encoder"], encoder_config)
    layout = RunLayout(Path(folder))
    return Run(layout.folder, config, task, Tokenizer(layout.tokenizer), build_network(encoder, task))


def load_run(folder: str | Path) -> Run:
    """Load a run with its best weights.

    Raises:
        FileNotFoundError: The folder is no run, or it has no weights yet.
    """
    layout = RunLayout(Path(folder))
    for path in (layout.config, layout.tokenizer, layout.weights):
        if not path.is_file():
            raise FileNotFoundError(
                f"Expected a run folder with {path.name}; `makeup-ai train` makes one. Received: {str(folder)!r}"
            )
    run = build_run(folder, json.loads(layout.config.read_text(encoding="utf-8")))
    load_weights(run.model, layout.weights)
    return run


def write_json(path: Path, value: Any) -> None:
    """Write JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")
