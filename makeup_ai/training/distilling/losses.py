"""Losses against a teacher's soft answers. Plain functions of tensors, on any backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

UNANSWERED = -1.0
"""Target in every class of a text or piece that no teacher answered; no loss is taken there."""

Loss = Callable[[Any, Any], Any]


def soft_cross_entropy(temperature: float) -> Loss:
    """Return `T^2 H(p, softmax(z / T))`, averaged over the answered places (Hinton et al., 2015, arXiv:1503.02531).

    The factor keeps the gradients as large as those of the labels, whatever the temperature.

    Args:
        temperature: `T`, above 0; the targets were softened at the same one.

    Returns:
        A function of targets `p` and logits `z`, both `(..., classes)`, to a scalar; 0 where nothing is answered.
    """

    def loss(targets: Any, logits: Any) -> Any:
        from keras import ops

        targets, known = _known(targets, logits.dtype)
        scaled = logits / temperature
        entropy = ops.logsumexp(scaled, axis=-1) - ops.sum(targets * scaled, axis=-1)
        return temperature**2 * _mean(entropy, known)

    return loss


def soft_binary_cross_entropy(temperature: float) -> Loss:
    """Return the sum over classes of `T^2 H(p, sigmoid(z / T))`, averaged over the answered texts.

    Args:
        temperature: `T`, above 0.

    Returns:
        A function of targets `p` and logits `z`, both `(batch, classes)`, to a scalar; 0 where nothing is answered.
    """

    def loss(targets: Any, logits: Any) -> Any:
        from keras import ops

        targets, known = _known(targets, logits.dtype)
        scaled = logits / temperature
        entropy = ops.relu(scaled) - scaled * targets + ops.softplus(-ops.abs(scaled))
        return temperature**2 * _mean(ops.sum(entropy, axis=-1), known)

    return loss


def cosine_distance(targets: Any, vectors: Any) -> Any:
    """Return one minus the cosine between two vectors, averaged over rows (Sanh et al., 2019, arXiv:1910.01108).

    Args:
        targets: `(..., width)`; a row of zeros is no answer.
        vectors: `(..., width)`.
    """
    from keras import ops

    targets = ops.cast(targets, vectors.dtype)
    known = ops.cast(ops.any(targets != 0, axis=-1), vectors.dtype)
    cosine = ops.sum(ops.normalize(targets, axis=-1) * ops.normalize(vectors, axis=-1), axis=-1)
    return _mean(1.0 - cosine, known)


def squared_distance(targets: Any, vectors: Any) -> Any:
    """Return the mean squared difference of two vectors, averaged over rows (Jiao et al., 2020, arXiv:1909.10351).

    Args:
        targets: `(..., width)`; a row of zeros is no answer.
        vectors: `(..., width)`.
    """
    from keras import ops

    targets = ops.cast(targets, vectors.dtype)
    known = ops.cast(ops.any(targets != 0, axis=-1), vectors.dtype)
    return _mean(ops.mean(ops.square(targets - vectors), axis=-1), known)


def relative_distance(targets: Any, vectors: Any) -> Any:
    """Return the sum of squared differences over that of squares: 0 for the same vectors, 1 for vectors of zeros.

    Args:
        targets: `(..., width)`; a row of zeros is no answer.
        vectors: `(..., width)`.
    """
    from keras import ops

    targets = ops.cast(targets, vectors.dtype)
    known = ops.cast(ops.any(targets != 0, axis=-1, keepdims=True), vectors.dtype)
    return ops.sum(known * ops.square(targets - vectors)) / ops.maximum(ops.sum(ops.square(targets)), 1e-6)


def _known(targets: Any, dtype: Any) -> tuple[Any, Any]:
    """Return the targets without their marks, and 1 where there was an answer."""
    from keras import ops

    targets = ops.cast(targets, dtype)
    known = ops.cast(targets[..., 0] >= 0, dtype)
    return ops.maximum(targets, 0.0), known


def _mean(values: Any, known: Any) -> Any:
    from keras import ops

    return ops.sum(values * known) / ops.maximum(ops.sum(known), 1.0)
