"""Retraining: from the encoder in use, or from the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from makeup_ai.training.data.examples import Example
from makeup_ai.training.job import train_run
from makeup_ai.training.loop import Progress
from makeup_ai.training.models.encoders import PRESETS
from makeup_ai.training.models.folder import DESCRIPTION, write_encoder
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import Run, RunLayout

CURRENT, SCRATCH = "current", "scratch"
STARTS = (CURRENT, SCRATCH)


@dataclass(frozen=True, slots=True)
class RetrainOptions:
    """How the next version is trained; what is not said is as it was for the current one.

    Args:
        start: `"current"` goes on from the encoder in use and its vocabulary; `"scratch"` begins with random weights
            and a new vocabulary.
        epochs: At most, or `None`.
        learning_rate: At its highest, or `None`.
        seed: Of order, dropout and the new heads.
    """

    start: str = CURRENT
    epochs: int | None = None
    learning_rate: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.start not in STARTS:
            raise ValueError(f"Unknown start. Expected one of {list(STARTS)}. Received: start={self.start!r}")


def retrain(
    folder: Path,
    current: Run,
    preset: str,
    parts: tuple[Sequence[Example], Sequence[Example]],
    options: RetrainOptions,
    progress: Progress,
) -> None:
    """Train the next version's run, or go on with it.

    Args:
        folder: Of the update; the run comes to `run`, its start to `start`.
        current: The version in use.
        preset: That the line of versions began with.
        parts: Training and validation examples.
        options: How.
        progress: Receives one line at a time.

    Raises:
        ValueError: It is to begin from scratch, but the line began with weights that were brought.
    """
    start = preset
    if options.start == CURRENT:
        start = str(_start(folder / "start", current))
    elif preset not in PRESETS:
        raise ValueError(f"Expected start={CURRENT!r}: these models began with trained weights. Received: {preset!r}")
    vocabulary = current.config["encoder_config"]["vocabulary_size"]
    train_run(
        folder / "run",
        current.task.name,
        start,
        *parts,
        settings_of(current, options),
        vocabulary_size=vocabulary,
        max_length=current.max_length,
        progress=progress,
    )


def settings_of(current: Run, options: RetrainOptions) -> TrainOptions:
    """Return a version's training options with what is to be different."""
    names = {field.name for field in fields(TrainOptions)}
    settings = TrainOptions(**{n: v for n, v in current.config["options"].items() if n in names})
    given = {"epochs": options.epochs, "learning_rate": options.learning_rate}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(settings, **changes, seed=options.seed)


def _start(folder: Path, current: Run) -> Path:
    """Write the encoder in use to a folder that training starts from."""
    if not (folder / DESCRIPTION).is_file():
        encoder = current.model.get_layer(current.config["encoder"])
        tokenizer = RunLayout(current.folder).tokenizer
        write_encoder(folder, encoder, current.config["encoder"], current.config["encoder_config"], tokenizer)
    return folder
