"""The lesson of pre-training: rows of a corpus in, masked or next words out; see `loop.teach`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.distributing import shared_out
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.optimising import build_optimizer
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.pretraining.masking import Masking
from makeup_ai.training.pretraining.measure import Measure
from makeup_ai.training.pretraining.objectives import OBJECTIVES, Asking
from makeup_ai.training.pretraining.pieces import Pieces
from makeup_ai.training.pretraining.rows import RowBatches

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Lessons:
    """What pre-training teaches.

    Args:
        objective: A key of `OBJECTIVES`.
        masking: How words are hidden.
        pair_weight: Of the loss of pairs beside that of words (`lambda`).
        max_length: Pieces of the longest row.

    Raises:
        ValueError: The objective is unknown, or a number is out of range.
    """

    objective: str = "mlm"
    masking: Masking = field(default_factory=Masking)
    pair_weight: float = 1.0
    max_length: int = 128

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise ValueError(
                f"Unknown objective. Expected one of {sorted(OBJECTIVES)}. Received: objective={self.objective!r}"
            )
        if self.pair_weight < 0 or self.max_length < 8:
            raise ValueError(f"Expected a pair_weight from 0 and a max_length from 8. Received: {self}")


class PreTraining:
    """Masked words, pairs or next words of a corpus.

    Args:
        network: Of the objective, not compiled.
        tokenizer: Of both parts.
        train: What is learned from.
        valid: Held out; masked once and for all.
        lessons: What is taught.
        options: How.
    """

    def __init__(
        self,
        network: keras.Model,
        tokenizer: Tokenizer,
        train: Pieces,
        valid: Pieces,
        lessons: Lessons,
        options: TrainOptions,
    ):
        self.trained = self.shipped = network
        objective = OBJECTIVES[lessons.objective]
        self.watched = f"{objective.words}.log_likelihood"
        self._seed, self._words = options.seed, objective.words
        rows = objective.rows(train, lessons.max_length, options.seed)
        self._batches = RowBatches(train, rows, tokenizer, options.batch_size, lessons.max_length, options.seed)
        self._ask = Asking(objective, tokenizer, lessons.masking)
        self._measure = Measure(network, tokenizer, valid, lessons.objective, lessons.masking, lessons.max_length)
        self.fingerprint = json.dumps(
            {"train": train.digest, "valid": valid.digest, "lessons": asdict(lessons)}, sort_keys=True
        )
        losses, weights = objective.losses(lessons.pair_weight)
        optimizer = build_optimizer(
            network.trainable_variables,
            learning_rate=options.learning_rate,
            warmup=options.warmup,
            steps=len(self._batches) * options.epochs,
            weight_decay=options.weight_decay,
            clip_norm=options.clip_norm,
            layer_decay=options.layer_decay,
            accumulate=options.accumulate,
        )
        network.compile(optimizer=optimizer, loss=losses, loss_weights=weights, jit_compile=options.xla or "auto")
        network.optimizer.build(network.trainable_variables)

    def plan(self, epoch: int) -> Sequence[Any]:
        """Return an epoch's batches: padded lengths and rows."""
        return shared_out(self._batches.epoch(epoch))

    def batch(self, epoch: int, step: int, planned: tuple[int, NDArray[np.int64]]) -> tuple[Any, Any]:
        """Return the arrays of one batch, masked by seed, epoch and step."""
        asked = self._ask(self._batches.plain(*planned), np.random.default_rng([self._seed, 3, epoch, step]))
        return asked.inputs, asked.targets

    def validate(self) -> tuple[Metrics, float]:
        """Measure the network on the part held out."""
        found = self._measure()
        return found, found[self._words]["log_likelihood"]
