"""How each kind of head is taught: what its answers mean, and the loss against them. One row a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.decoding import softmax
from makeup_ai.training.distilling.losses import UNANSWERED, Loss, soft_binary_cross_entropy, soft_cross_entropy
from makeup_ai.training.distilling.marginals import EDGES, batched_log_marginals, log_marginals

Array = NDArray[np.float32]
SURE = 1e-7
"""Nearest that a probability comes to 0 or 1 before its logarithm is taken."""


@dataclass(frozen=True, slots=True)
class TaughtKind:
    """What distilling must know of a kind of head.

    Args:
        pieces: Whether it answers each piece, `(pieces, classes)`, rather than the text, `(classes,)`.
        logits: A head's output to one text, and its number of pieces, to logits that stand for themselves.
        probabilities: Logits to probabilities.
        inverse: Probabilities to logits.
        loss: Of softened answers and the pupil's output, for a temperature.
    """

    pieces: bool
    logits: Callable[[Array, int], Array]
    probabilities: Callable[[Array], Array]
    inverse: Callable[[Array], Array]
    loss: Callable[[float], Loss]

    def softened(self, logits: Array, temperature: float) -> Array:
        """Return the targets of the loss: probabilities at a temperature, `UNANSWERED` where the logits are NaN."""
        answered = ~np.isnan(logits).any(axis=-1, keepdims=True)
        shares = self.probabilities((np.where(answered, logits, 0.0) / temperature).astype(np.float32))
        targets: Array = np.where(answered, shares, UNANSWERED).astype(np.float32)
        return targets

    def mean(self, answers: Sequence[Array], of: str) -> Array:
        """Return the mean of several teachers' logits, over those that answered; NaN where none did.

        Args:
            answers: Equal shapes.
            of: A key of `MEANS`.
        """
        if len(answers) == 1:
            return answers[0]
        before, after = MEANS[of](self)
        stacked = np.stack(answers)
        known = ~np.isnan(stacked)
        total = np.where(known, before(np.where(known, stacked, 0.0)), 0.0).sum(axis=0)
        count = known.sum(axis=0)
        averaged: Array = np.where(count > 0, after(total / np.maximum(count, 1)), np.nan).astype(np.float32)
        return averaged


def _same(values: Array) -> Array:
    return values


MEANS: dict[str, Callable[[TaughtKind], tuple[Callable[[Array], Array], Callable[[Array], Array]]]] = {
    "logits": lambda kind: (_same, _same),
    "probabilities": lambda kind: (kind.probabilities, kind.inverse),
}
"""What several teachers' mean is taken of: how to get there, and back to logits."""


def _whole(output: Array, pieces: int) -> Array:
    return output


def _between_special(output: Array, pieces: int) -> Array:
    """Cut off padding; `[CLS]` and `[SEP]` carry no label, so nobody taught the teacher what to say there."""
    logits = np.array(output[:pieces], np.float32)
    logits[[0, -1]] = np.nan
    return logits


def _of_field(output: Array, pieces: int) -> Array:
    """Return the marginals of the path between the special pieces."""
    classes = output.shape[-1]
    logits = np.full((pieces, classes), np.nan, np.float32)
    if pieces > 2:
        logits[1:-1] = log_marginals(np.concatenate([output[1 : pieces - 1], output[-classes - EDGES :]]))
    return logits


def _log(probabilities: Array) -> Array:
    logarithms: Array = np.log(np.maximum(probabilities, SURE))
    return logarithms


def _sigmoid(logits: Array) -> Array:
    shares: Array = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return shares


def _logit(probabilities: Array) -> Array:
    inside = np.clip(probabilities, SURE, 1 - SURE)
    logits: Array = np.log(inside / (1 - inside))
    return logits


def _field_loss(temperature: float) -> Loss:
    """Return the cross-entropy against the pupil's own marginals, which read its steps as well as its scores."""
    entropy = soft_cross_entropy(temperature)

    def loss(targets: Any, scores: Any) -> Any:
        from keras import ops

        known = ops.cast(targets[..., 0] >= 0, scores.dtype)
        return entropy(targets, batched_log_marginals(scores, known))

    return loss


TAUGHT_KINDS: dict[str, TaughtKind] = {
    "text": TaughtKind(False, _whole, softmax, _log, soft_cross_entropy),
    "labels": TaughtKind(False, _whole, _sigmoid, _logit, soft_binary_cross_entropy),
    "tokens": TaughtKind(True, _between_special, softmax, _log, soft_cross_entropy),
    "field": TaughtKind(True, _of_field, softmax, _log, _field_loss),
}
"""By the names of `HEAD_KINDS`; heads of other kinds learn from labels alone."""
