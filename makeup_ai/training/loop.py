"""The training loop: progress, early stopping, logs, and exact resumption after a kill.

Every random choice follows from the seed, the epoch and Keras's own seed variables, which the checkpoint holds with the
weights and the optimizer's state. A run that is killed and started again ends with the weights of an unbroken one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from makeup_ai.errors import DivergedError
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.logs import Log
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import RunLayout, write_json
from makeup_ai.training.weights import load_weights, read_arrays, save_weights, set_variables, write_arrays

Progress = Callable[[str], None]


class Lesson(Protocol):
    """What a loop teaches, batch by batch, and how well it is known by now."""

    @property
    def trained(self) -> Any:
        """The compiled model whose optimizer has its variables."""

    @property
    def shipped(self) -> Any:
        """The model whose best weights are kept; it shares the layers of `trained`."""

    @property
    def watched(self) -> str:
        """Name of the figure that early stopping watches."""

    @property
    def fingerprint(self) -> str:
        """What a checkpoint must have been written with: data and configuration."""

    def plan(self, epoch: int) -> Sequence[Any]:
        """Return an epoch's batches, as `batch` takes them; their number is the same in every epoch."""

    def batch(self, epoch: int, step: int, planned: Any) -> tuple[Any, Any]:
        """Return inputs and targets of one batch; they depend on the arguments and the seed alone."""

    def validate(self) -> tuple[Metrics, float]:
        """Return the metrics of `shipped` on the validation part, and the watched one; higher is better."""


@dataclass(slots=True)
class _Position:
    """Where a run stands; the only mutable state besides the variables."""

    epoch: int = 0
    step: int = 0  # next batch within the epoch
    best: float = -np.inf
    best_epoch: int = -1
    loss_sum: float = 0.0
    seconds: float = 0.0
    log_bytes: int = 0  # what a killed run wrote after its checkpoint is cut off


def teach(lesson: Lesson, layout: RunLayout, options: TrainOptions, progress: Progress = print) -> Metrics:
    """Train, or go on where a killed run stopped, and leave the best weights in the run's folder.

    Args:
        lesson: What is learned.
        layout: Where checkpoint, weights, logs and metrics lie.
        options: How it trains; a run resumes only with those it began with.
        progress: Receives one line at a time.

    Returns:
        The metrics of the best weights on the validation part.

    Raises:
        DivergedError: The loss is no longer a number.
        ValueError: The checkpoint is of other options or data.
    """
    fingerprint = json.dumps({"options": asdict(options), "lesson": lesson.fingerprint}, sort_keys=True)
    position = _resume(lesson.trained, layout, fingerprint)
    if position is None:
        position = _Position()
        for stale in (layout.log, layout.metrics):
            stale.unlink(missing_ok=True)
    else:
        progress(f"resuming at epoch {position.epoch + 1}, step {position.step}")
    log = Log(layout, position.log_bytes)

    def checkpoint() -> None:
        position.log_bytes = log.bytes
        _checkpoint(lesson.trained, layout, position, fingerprint)

    while position.epoch < options.epochs and position.epoch - position.best_epoch <= options.patience:
        started = time.monotonic()
        mean_loss = _epoch(lesson, position, options, log, progress, checkpoint)
        found, score = lesson.validate()
        position.seconds += time.monotonic() - started
        if score > position.best:
            position.best, position.best_epoch = score, position.epoch
            save_weights(lesson.shipped, layout.weights)
        log.epoch(position.epoch + 1, mean_loss, found, position.seconds)
        progress(
            f"epoch {position.epoch + 1}/{options.epochs}  loss {mean_loss:.4f}  valid {lesson.watched} {score:.4f}"
            f"{'  (best)' if position.best_epoch == position.epoch else ''}"
        )
        position.epoch, position.step, position.loss_sum = position.epoch + 1, 0, 0.0
        checkpoint()
    log.close()
    return _finish(lesson, layout, position)


def _epoch(
    lesson: Lesson,
    position: _Position,
    options: TrainOptions,
    log: Log,
    progress: Progress,
    checkpoint: Callable[[], None],
) -> float:
    """Teach the rest of an epoch; return its mean loss."""
    plan = lesson.plan(position.epoch)
    saved = time.monotonic()
    for step in range(position.step, len(plan)):
        x, y = lesson.batch(position.epoch, step, plan[step])
        lesson.trained.reset_metrics()  # each step's own loss; the mean over the epoch is ours, and survives a kill
        loss = float(lesson.trained.train_on_batch(x, y, return_dict=True)["loss"])
        if not np.isfinite(loss):
            raise DivergedError(
                f"The loss became {loss} at epoch {position.epoch + 1}, step {step + 1}. "
                f"Remedy: a lower learning rate than {options.learning_rate}, or precision float32."
            )
        position.step, position.loss_sum = step + 1, position.loss_sum + loss
        if (step + 1) % 20 == 0 or step + 1 == len(plan):
            log.step(position.epoch * len(plan) + step + 1, loss)
            progress(
                f"\repoch {position.epoch + 1}/{options.epochs}  {step + 1}/{len(plan)}  "
                f"loss {position.loss_sum / (step + 1):.4f}"
            )
        if time.monotonic() - saved > options.checkpoint_seconds:
            checkpoint()
            saved = time.monotonic()
    return position.loss_sum / len(plan)


def _finish(lesson: Lesson, layout: RunLayout, position: _Position) -> Metrics:
    """Take the best weights, and write down what they are worth."""
    load_weights(lesson.shipped, layout.weights)
    found, _ = lesson.validate()
    known = json.loads(layout.metrics.read_text(encoding="utf-8")) if layout.metrics.is_file() else {}
    write_json(
        layout.metrics, {**known, "valid": found, "epochs": position.epoch, "best_epoch": position.best_epoch + 1}
    )
    return found


def _variables(model: Any) -> list[Any]:
    """Return everything that a step changes: weights, the state of random generators, the optimizer."""
    return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def _checkpoint(model: Any, layout: RunLayout, position: _Position, fingerprint: str) -> None:
    from keras import ops

    arrays = {f"{i:04d}": np.asarray(ops.convert_to_numpy(v.value)) for i, v in enumerate(_variables(model))}
    state = json.dumps({"position": asdict(position), "fingerprint": fingerprint})
    write_arrays(layout.checkpoint, {**arrays, "state": np.frombuffer(state.encode(), np.uint8)})


def _resume(model: Any, layout: RunLayout, fingerprint: str) -> _Position | None:
    if not layout.checkpoint.is_file():
        return None
    arrays = read_arrays(layout.checkpoint)
    state: dict[str, Any] = json.loads(arrays.pop("state").tobytes()) if "state" in arrays else {"fingerprint": None}
    if state["fingerprint"] != fingerprint:
        raise ValueError(
            f"{str(layout.checkpoint)!r} was written with other options or data. "
            "Remedy: the same command as before, or another run folder."
        )
    values = [arrays[name] for name in sorted(arrays)]
    set_variables(_variables(model), values, layout.checkpoint)
    return _Position(**state["position"])
