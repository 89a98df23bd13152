"""A linear-chain conditional random field over the labels of pieces (Lafferty et al., 2001), on any backend.

The network's output carries the field's own weights behind the pieces' scores, so that whoever holds a file of the
model, in whatever format, can decode it: see `makeup_ai.text.decoding.viterbi`.
"""

from __future__ import annotations

from typing import Any

EXTRA = 2  # rows behind the transitions: scores of the first label and of the last


def stacked(emissions: Any, name: str) -> Any:
    """Put a field's weights behind the scores of the pieces.

    Args:
        emissions: `(batch, pieces, classes)` from a dense layer.
        name: Of the output.

    Returns:
        `(batch, pieces + classes + 2, classes)`: the emissions; the score of each step from the row's label to the
        column's; the scores of the first label; the scores of the last.
    """
    import keras

    class Transitions(keras.layers.Layer):  # type: ignore[misc]
        supports_masking = True

        def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
            """Pass none on: the rows behind the pieces fit no mask of them."""

        def build(self, shape: Any) -> None:
            classes = shape[-1]
            self.field = self.add_weight(shape=(classes + EXTRA, classes), initializer="zeros", name="field")

        def call(self, x: Any) -> Any:
            rows = keras.ops.broadcast_to(self.field[None], (keras.ops.shape(x)[0], *self.field.shape))
            return keras.ops.concatenate([x, keras.ops.cast(rows, x.dtype)], axis=1)

    return Transitions(dtype="float32", name=name)(emissions)


def negative_log_likelihood(targets: Any, scores: Any) -> Any:
    """Return the field's loss, averaged over the labelled pieces.

    Args:
        targets: `(batch, pieces)`; negative where nobody looked. The labelled pieces of a row lie side by side.
        scores: `(batch, pieces + classes + 2, classes)`, as `stacked` gives them.

    Returns:
        A scalar; 0 where nothing is labelled.
    """
    from keras import ops

    classes = scores.shape[-1]
    emissions, field = scores[:, : -classes - EXTRA], scores[0, -classes - EXTRA :]
    steps, first, last = field[:classes], field[classes], field[classes + 1]
    targets = ops.cast(targets, "int32")
    known = ops.cast(targets >= 0, emissions.dtype)  # (batch, pieces)
    labels = ops.maximum(targets, 0)
    total = _partition(emissions, known, steps, first, last) - _path(emissions, known, labels, steps, first, last)
    some = ops.cast(ops.any(targets >= 0, axis=1), emissions.dtype)
    return ops.sum(total * some) / ops.maximum(ops.sum(known), 1.0)


def _path(emissions: Any, known: Any, labels: Any, steps: Any, first: Any, last: Any) -> Any:
    """Return the score of the labels themselves, `(batch,)`."""
    from keras import ops

    chosen = ops.one_hot(labels, emissions.shape[-1], dtype=emissions.dtype) * known[..., None]
    score = ops.sum(emissions * chosen, axis=(1, 2))
    score += ops.sum(ops.matmul(chosen[:, :-1], steps) * chosen[:, 1:], axis=(1, 2))
    nothing = ops.zeros_like(known[:, :1])
    begins = known * (1 - ops.concatenate([nothing, known[:, :-1]], axis=1))
    ends = known * (1 - ops.concatenate([known[:, 1:], nothing], axis=1))
    edges = first * begins[..., None] + last * ends[..., None]
    return score + ops.sum(chosen * edges, axis=(1, 2))


def _partition(emissions: Any, known: Any, steps: Any, first: Any, last: Any) -> Any:
    """Return the logarithm of the sum over all paths, `(batch,)`, by the forward algorithm."""
    from keras import ops

    def step(piece: Any, state: Any) -> Any:
        reached, begun = state
        here = ops.take(known, piece, axis=1)
        on = ops.logsumexp(reached[:, :, None] + steps[None], axis=1)
        fresh = ops.where(begun[:, None] > 0, on, first[None]) + ops.take(emissions, piece, axis=1)
        return ops.where(here[:, None] > 0, fresh, reached), ops.maximum(begun, here)

    start = (ops.zeros_like(emissions[:, 0]), ops.zeros_like(known[:, 0]))
    reached, _ = ops.fori_loop(0, ops.shape(emissions)[1], step, start)
    return ops.logsumexp(reached + last[None], axis=1)
