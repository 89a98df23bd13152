"""The training loop: progress, early stopping, logs, and exact resumption after a kill.

Every random choice follows from the seed, the epoch and Keras's own seed variables, which the checkpoint holds with the
weights and the optimizer's state. A run that is killed and started again ends with the weights of an unbroken one.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.batches import Batches, stack_targets
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation.evaluate import evaluate, monitored, predict_keras
from makeup_ai.training.optimising import build_optimizer
from makeup_ai.training.run import Run, RunLayout, write_json
from makeup_ai.training.tasks.heads import HEAD_KINDS, Task
from makeup_ai.training.weights import load_weights, read_arrays, save_weights, set_variables, write_arrays

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a run trains.

    Args:
        epochs: At most; early stopping may end it sooner.
        batch_size: Texts a step.
        learning_rate: At its highest, after warm-up.
        warmup: Share of all steps over which the rate rises from zero; it then falls to zero in a straight line.
        weight_decay: Of AdamW (Loshchilov & Hutter, 2019), not on biases and normalisation.
        clip_norm: Largest global norm of a gradient.
        patience: Epochs without a better validation figure before it stops.
        layer_decay: What the rate is multiplied by from each layer to the one below it, in (0, 1].
        noise: Share of pieces replaced by random ones, outside of slots.
        balance_classes: Whether rare classes weigh more in the loss.
        precision: Keras dtype policy, `"float32"`, `"mixed_float16"` or `"mixed_bfloat16"`.
        seed: Of initial weights, order and dropout.
        checkpoint_seconds: A checkpoint is written at least this often, and at the end of each epoch.
    """

    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 5e-4
    warmup: float = 0.1
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    patience: int = 2
    layer_decay: float = 1.0
    noise: float = 0.0
    balance_classes: bool = False
    precision: str = "float32"
    seed: int = 0
    checkpoint_seconds: float = 60.0

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch_size, self.patience) < 1 or self.learning_rate <= 0:
            raise ValueError(f"Expected epochs, batch_size, patience >= 1 and a learning_rate > 0. Received: {self}")
        if not 0 < self.layer_decay <= 1:
            raise ValueError(f"Expected a layer_decay in (0, 1]. Received: layer_decay={self.layer_decay}")
        if not 0 <= self.noise < 1:
            raise ValueError(f"Expected a share of noise in [0, 1). Received: noise={self.noise}")
        if self.precision not in {"float32", "mixed_float16", "mixed_bfloat16"}:
            raise ValueError(
                "Unknown precision. Expected one of ['float32', 'mixed_bfloat16', 'mixed_float16']. "
                f"Received: precision={self.precision!r}"
            )


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


def train(
    run: Run,
    train_examples: Sequence[Example],
    valid_examples: Sequence[Example],
    options: TrainOptions,
    progress: Progress = print,
) -> dict[str, Any]:
    """Train a run's network, or go on where a killed run stopped, and leave the best weights in its folder.

    Args:
        run: From `build_run`.
        train_examples: What it learns from.
        valid_examples: What early stopping watches; never trained on.
        options: How it trains; a run resumes only with those it began with.
        progress: Receives one line at a time.

    Returns:
        The metrics of the best weights on the validation examples.

    Raises:
        ValueError: The loss is no longer a number, or the checkpoint is of other options or data.
    """
    layout, model, task = RunLayout(run.folder), run.network.training, run.task
    batches = Batches(
        train_examples,
        run.tokenizer,
        options.batch_size,
        run.max_length,
        seed=options.seed,
        with_products=run.network.pairs,
    )
    targets = {
        head.name: [
            HEAD_KINDS[head.kind].target(head, example, encoding)
            for example, encoding in zip(batches.examples, batches.encodings, strict=True)
        ]
        for head in task.heads
    }
    _compile(run, targets, options, steps=len(batches) * options.epochs)
    fingerprint = json.dumps(
        {"options": asdict(options), "data": _digest(train_examples, valid_examples), "config": run.config},
        sort_keys=True,
    )
    position = _resume(model, layout, fingerprint)
    if position is None:
        position = _Position()
        for stale in (layout.log, layout.metrics):
            stale.unlink(missing_ok=True)
    else:
        progress(f"resuming at epoch {position.epoch + 1}, step {position.step}")
    log = _Log(layout, position.log_bytes)
    saved = time.monotonic()
    while position.epoch < options.epochs and position.epoch - position.best_epoch <= options.patience:
        started = time.monotonic()
        plan = batches.epoch(position.epoch)
        for step in range(position.step, len(plan)):
            length, rows = plan[step]
            y = {_output(task, name): stack_targets([t[row] for row in rows], length) for name, t in targets.items()}
            x = batches.inputs(length, rows)
            if options.noise:
                generator = np.random.default_rng([options.seed, position.epoch, step])
                x = batches.noisy(x, options.noise, generator, _protected(task, targets, rows, length))
            model.reset_metrics()  # each step's own loss; the mean over the epoch is ours, and survives a kill
            loss = float(model.train_on_batch(x, y, return_dict=True)["loss"])
            if not np.isfinite(loss):
                raise ValueError(
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
                position.log_bytes = log.bytes
                _checkpoint(model, layout, position, fingerprint)
                saved = time.monotonic()
        mean_loss = position.loss_sum / len(plan)
        found = evaluate(task, valid_examples, run.tokenizer, run.max_length, predict_keras(run.model))
        score = monitored(task, found)
        position.seconds += time.monotonic() - started
        if score > position.best:
            position.best, position.best_epoch = score, position.epoch
            save_weights(run.model, layout.weights)
        log.epoch(position.epoch + 1, mean_loss, found, position.seconds)
        progress(
            f"epoch {position.epoch + 1}/{options.epochs}  loss {mean_loss:.4f}  valid {task.monitor} {score:.4f}"
            f"{'  (best)' if position.best_epoch == position.epoch else ''}"
        )
        position.epoch, position.step, position.loss_sum = position.epoch + 1, 0, 0.0
        position.log_bytes = log.bytes
        _checkpoint(model, layout, position, fingerprint)
        saved = time.monotonic()
    log.close()
    return _finish(run, valid_examples, position)


def _finish(run: Run, valid_examples: Sequence[Example], position: _Position) -> dict[str, Any]:
    """Take the best weights, and write down what they are worth."""
    layout = RunLayout(run.folder)
    load_weights(run.model, layout.weights)
    found = evaluate(run.task, valid_examples, run.tokenizer, run.max_length, predict_keras(run.model))
    known = json.loads(layout.metrics.read_text(encoding="utf-8")) if layout.metrics.is_file() else {}
    write_json(
        layout.metrics, {**known, "valid": found, "epochs": position.epoch, "best_epoch": position.best_epoch + 1}
    )
    return found


def _digest(*parts: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for examples in parts:
        digest.update(f"{len(examples)}\n".encode())
        for example in examples:
            digest.update(repr(example).encode())
    return digest.hexdigest()


def _compile(run: Run, targets: dict[str, list[Any]], options: TrainOptions, steps: int) -> None:
    model, losses, weights = run.network.training, {}, {}
    for head in run.task.heads:
        kind = HEAD_KINDS[head.kind]
        balance = _class_weights(targets[head.name], len(head.labels)) if options.balance_classes else None
        losses[_output(run.task, head.name)] = kind.loss(head, balance if head.labels else None)
        weights[_output(run.task, head.name)] = head.weight
    optimizer = build_optimizer(
        model.trainable_variables,
        learning_rate=options.learning_rate,
        warmup=options.warmup,
        steps=steps,
        weight_decay=options.weight_decay,
        clip_norm=options.clip_norm,
        layer_decay=options.layer_decay,
    )
    model.compile(optimizer=optimizer, loss=losses, loss_weights=weights)
    model.optimizer.build(model.trainable_variables)


def _output(task: Task, head_name: str) -> str:
    head = next(head for head in task.heads if head.name == head_name)
    return HEAD_KINDS[head.kind].output.format(name=head.name)


def _protected(
    task: Task, targets: dict[str, list[Any]], rows: NDArray[np.int64], length: int
) -> NDArray[np.bool_] | None:
    """Return where pieces fill a slot; `None` where the task has no such head."""
    head = next((head for head in task.heads if head.kind in {"tokens", "field"}), None)
    if head is None:
        return None
    stacked = stack_targets([targets[head.name][row] for row in rows], length)
    filled: NDArray[np.bool_] = stacked > head.labels.index("O")
    return filled


def _class_weights(targets: Sequence[Any], classes: int) -> NDArray[np.float32] | None:
    """Return `n / (classes * count)` a class, at most 10, so that a handful of rows cannot rule a batch."""
    if not classes:
        return None
    flat = np.concatenate([np.atleast_1d(np.asarray(target)) for target in targets])
    counts = np.bincount(flat[flat >= 0], minlength=classes)
    weights: NDArray[np.float32] = np.minimum(counts.sum() / (classes * np.maximum(counts, 1)), 10).astype(np.float32)
    return weights


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


class _Log:
    """The two logs of a run: lines of JSON for machines, TensorBoard events for curves."""

    def __init__(self, layout: RunLayout, keep_bytes: int):
        from tensorboardX import SummaryWriter

        layout.folder.mkdir(parents=True, exist_ok=True)
        self._lines = layout.log.open("ab")
        self._lines.truncate(min(keep_bytes, self.bytes))
        self._board = SummaryWriter(str(layout.tensorboard))

    @property
    def bytes(self) -> int:
        """Length of the file of lines so far."""
        return self._lines.seek(0, os.SEEK_END)

    def step(self, step: int, loss: float) -> None:
        """Record one step's loss."""
        self._write({"step": step, "loss": loss})
        self._board.add_scalar("train/loss", loss, step)

    def epoch(self, epoch: int, loss: float, found: dict[str, dict[str, float]], seconds: float) -> None:
        """Record an epoch's mean loss and validation metrics."""
        self._write({"epoch": epoch, "loss": loss, "seconds": seconds, "valid": found})
        for head, values in found.items():
            for name, value in values.items():
                self._board.add_scalar(f"valid/{head}.{name}", value, epoch)

    def _write(self, entry: dict[str, Any]) -> None:
        self._lines.write(json.dumps(entry).encode() + b"\n")
        self._lines.flush()

    def close(self) -> None:
        """Close both."""
        self._lines.close()
        self._board.close()
