"""Marginals of a conditional random field: how likely each label of each piece is, over all paths.

A field's own scores of a piece say little without its neighbours. Its marginals are what a pupil can learn piece by
piece (Wang et al., 2020, arXiv:2004.03846, call it posterior distillation).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
EDGES = 2  # rows behind the transitions: scores of the first label and of the last


def log_marginals(scores: Array) -> Array:
    """Return the log-probability of each label of each piece, by the forward-backward algorithm.

    Args:
        scores: `(pieces + classes + 2, classes)`: each piece's scores; the score of each step from the row's label to
            the column's; those of the first label; those of the last.

    Returns:
        `(pieces, classes)`.

    Examples:
        >>> field = np.zeros((4, 2), np.float32)
        >>> np.exp(log_marginals(np.concatenate([np.log([[0.25, 0.75]]), field]))).round(2).tolist()
        [[0.25, 0.75]]
    """
    classes = scores.shape[-1]
    emissions, field = scores[: -classes - EDGES], scores[-classes - EDGES :]
    steps, first, last = field[:classes], field[classes], field[classes + 1]
    forward = np.zeros_like(emissions)
    backward = np.zeros_like(emissions)
    for piece in range(len(emissions)):
        arrived = first if piece == 0 else _log_sum(forward[piece - 1][:, None] + steps, axis=0)
        forward[piece] = arrived + emissions[piece]
    for piece in reversed(range(len(emissions))):
        end = piece == len(emissions) - 1
        backward[piece] = last if end else _log_sum(steps + (emissions + backward)[piece + 1], axis=1)
    both = forward + backward
    found: Array = both - _log_sum(both, axis=-1)[:, None]
    return found


def batched_log_marginals(scores: Any, known: Any) -> Any:
    """Return what `log_marginals` does for a batch of tensors, on any backend.

    Args:
        scores: `(batch, pieces + classes + 2, classes)`, as a field head gives them.
        known: `(batch, pieces)`, 1 on the pieces of the path, which lie side by side; 0 elsewhere.

    Returns:
        `(batch, pieces, classes)`; without meaning where `known` is 0.
    """
    from keras import ops

    classes = scores.shape[-1]
    emissions, field = scores[:, : -classes - EDGES], scores[0, -classes - EDGES :]
    steps, first, last = field[:classes], field[classes], field[classes + 1]

    # TensorFlow's scan gives out nothing but what it carries.
    def forward(state: Any, piece: Any) -> Any:
        reached, begun = state
        emission, here = piece
        on = ops.logsumexp(reached[:, :, None] + steps[None], axis=1)
        fresh = ops.where(begun[:, None] > 0, on, first[None]) + emission
        carried = (ops.where(here[:, None] > 0, fresh, reached), ops.maximum(begun, here))
        return carried, carried

    def backward(state: Any, piece: Any) -> Any:
        after, begun, _ = state  # what lies to the right, with the next piece's own score
        emission, here = piece
        on = ops.logsumexp(steps[None] + after[:, None, :], axis=2)
        rest = ops.where(begun[:, None] > 0, on, ops.broadcast_to(last[None], ops.shape(on)))
        carried = (ops.where(here[:, None] > 0, rest + emission, after), ops.maximum(begun, here), rest)
        return carried, carried

    pieces = (ops.transpose(emissions, (1, 0, 2)), ops.transpose(known, (1, 0)))
    nothing, nowhere = ops.zeros_like(emissions[:, 0]), ops.zeros_like(known[:, 0])
    _, (there, _) = ops.scan(forward, (nothing, nowhere), pieces)
    _, (_, _, back) = ops.scan(backward, (nothing, nowhere, nothing), pieces, reverse=True)
    return ops.log_softmax(ops.transpose(there + back, (1, 0, 2)), axis=-1)


def _log_sum(values: Array, axis: int) -> Array:
    top = values.max(axis=axis, keepdims=True)
    found: Array = np.log(np.exp(values - top).sum(axis=axis)) + np.squeeze(top, axis)
    return found
