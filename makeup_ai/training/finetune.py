"""Fine-tuning: a task's heads and their encoder learn from labelled examples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.adversarial import adversarial
from makeup_ai.training.data.batches import Batches, stack_targets
from makeup_ai.training.data.examples import Example
from makeup_ai.training.distributing import shared_out
from makeup_ai.training.evaluation.evaluate import Metrics, evaluate, monitored, predict_keras
from makeup_ai.training.loop import Progress, teach
from makeup_ai.training.optimising import build_optimizer
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import Run, RunLayout
from makeup_ai.training.tasks.heads import HEAD_KINDS, Task, TrainingModel


class Companion(Protocol):
    """What is learned beside the labels, in the same step: a teacher's answers, or the language itself.

    Each loss is one more output of the trained model, with a target of its own.
    """

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each added loss in the sum, by output; an output of the task's own gets this weight instead."""

    @property
    def losses(self) -> dict[str, Callable[[Any, Any], Any]]:
        """The added losses, by output: of targets and outputs, a scalar."""

    @property
    def fingerprint(self) -> str:
        """What it was made of; a run resumes only with the same."""

    def extend(self, network: TrainingModel) -> TrainingModel:
        """Return the network with the outputs, and the inputs, that the losses need; the shipped model stays."""

    def batch(
        self, epoch: int, step: int, rows: NDArray[np.int64], inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the added inputs and targets of one batch.

        Args:
            epoch: From 0.
            step: From 0, within the epoch.
            rows: Of the training examples.
            inputs: Of the batch, padded: `token_ids` and `padding_mask`, `(batch, length)`.
        """


CompanionFactory = Callable[[Run, Sequence[Example]], Companion]
"""Makes a companion of a run that is built, and the training examples as it reads them."""


def train(
    run: Run,
    train_examples: Sequence[Example],
    valid_examples: Sequence[Example],
    options: TrainOptions,
    progress: Progress = print,
    companions: Sequence[Companion] = (),
) -> Metrics:
    """Train a run's network, or go on where a killed run stopped, and leave the best weights in its folder.

    Args:
        run: From `build_run`.
        train_examples: What it learns from.
        valid_examples: What early stopping watches; never trained on.
        options: How it trains; a run resumes only with those it began with.
        progress: Receives one line at a time.
        companions: What is learned beside the labels.

    Returns:
        The metrics of the best weights on the validation examples.

    Raises:
        ValueError: The loss is no longer a number, or the checkpoint is of other options or data.
    """
    lesson = FineTuning(run, train_examples, valid_examples, options, companions)
    return teach(lesson, RunLayout(run.folder), options, progress)


class FineTuning:
    """The lesson of a task: labelled examples in, the sum of its heads' losses out; see `train`."""

    def __init__(
        self,
        run: Run,
        train_examples: Sequence[Example],
        valid_examples: Sequence[Example],
        options: TrainOptions,
        companions: Sequence[Companion] = (),
    ):
        self._run, self._valid, self._options, self._companions = run, valid_examples, options, companions
        self._batches = Batches(
            train_examples,
            run.tokenizer,
            options.batch_size,
            run.max_length,
            seed=options.seed,
            with_products=run.network.pairs,
        )
        self._targets = {
            head.name: [
                HEAD_KINDS[head.kind].target(head, example, encoding)
                for example, encoding in zip(self._batches.examples, self._batches.encodings, strict=True)
            ]
            for head in run.task.heads
        }
        network = run.network
        for companion in companions:
            network = companion.extend(network)
        self.trained, self.shipped, self.watched = network.training, run.model, run.task.monitor
        if options.adversarial:
            self.trained = adversarial(network.training, options.adversarial)
        self._compile()
        beside = [companion.fingerprint for companion in companions]
        self.fingerprint = json.dumps(
            {"data": _digest(train_examples, valid_examples), "config": run.config, "beside": beside}, sort_keys=True
        )

    def plan(self, epoch: int) -> Sequence[Any]:
        """Return an epoch's batches: padded lengths and rows."""
        return shared_out(self._batches.epoch(epoch))

    def batch(self, epoch: int, step: int, planned: tuple[int, NDArray[np.int64]]) -> tuple[Any, Any]:
        """Return the arrays of one batch."""
        length, rows = planned
        task = self._run.task
        y: dict[str, Any] = {
            _output(task, name): stack_targets([t[row] for row in rows], length) for name, t in self._targets.items()
        }
        x: dict[str, Any] = self._batches.inputs(length, rows)
        if self._options.noise:
            generator = np.random.default_rng([self._options.seed, epoch, step])
            x = self._batches.noisy(x, self._options.noise, generator, _protected(task, self._targets, rows, length))
        for companion in self._companions:
            inputs, targets = companion.batch(epoch, step, rows, x)
            x, y = {**x, **inputs}, {**y, **targets}
        return x, y

    def validate(self) -> tuple[Metrics, float]:
        """Evaluate the shipped model."""
        run = self._run
        found = evaluate(run.task, self._valid, run.tokenizer, run.max_length, predict_keras(run.model))
        return found, monitored(run.task, found)

    def _compile(self) -> None:
        task, options = self._run.task, self._options
        losses: dict[str, Any] = {}
        weights: dict[str, float] = {}
        for head in task.heads:
            balance = (
                _class_weights(self._targets[head.name], len(head.labels))
                if options.balance_classes and head.labels
                else None
            )
            losses[_output(task, head.name)] = HEAD_KINDS[head.kind].loss(head, balance)
            weights[_output(task, head.name)] = head.weight
        for companion in self._companions:
            losses, weights = {**losses, **companion.losses}, {**weights, **companion.weights}
        optimizer = build_optimizer(
            self.trained.trainable_variables,
            learning_rate=options.learning_rate,
            warmup=options.warmup,
            steps=len(self._batches) * options.epochs,
            weight_decay=options.weight_decay,
            clip_norm=options.clip_norm,
            layer_decay=options.layer_decay,
            accumulate=options.accumulate,
        )
        self.trained.compile(optimizer=optimizer, loss=losses, loss_weights=weights, jit_compile=options.xla or "auto")
        self.trained.optimizer.build(self.trained.trainable_variables)


def _digest(*parts: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for examples in parts:
        digest.update(f"{len(examples)}\n".encode())
        for example in examples:
            digest.update(repr(example).encode())
    return digest.hexdigest()


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


def _class_weights(targets: Sequence[Any], classes: int) -> NDArray[np.float32]:
    """Return the square root of `n / (classes * count)` a class.

    The root is half-way to classes that weigh the same: rare ones are found more often, and neither a handful of rows
    rules a batch nor are probabilities bent further than they must.
    """
    flat = np.concatenate([np.atleast_1d(np.asarray(target)) for target in targets])
    counts = np.bincount(flat[flat >= 0], minlength=classes)
    weights: NDArray[np.float32] = np.sqrt(counts.sum() / (classes * np.maximum(counts, 1))).astype(np.float32)
    return weights
