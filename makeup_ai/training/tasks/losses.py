"""Losses over batches in which not every row carries every label. Plain functions of tensors, on any backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def masked_cross_entropy(class_weights: NDArray[np.float32] | None = None) -> Callable[[Any, Any], Any]:
    """Return weighted cross-entropy, averaged over the places whose target is not negative.

    Args:
        class_weights: `(classes,)`, or `None` for equal weights.

    Returns:
        A function of targets `(...)` and logits `(..., classes)` to a scalar; 0 where nothing is labelled.
    """

    def loss(targets: Any, logits: Any) -> Any:
        from keras import ops

        targets = ops.cast(targets, "int32")
        known = targets >= 0
        classes = ops.where(known, targets, 0)
        entropy = ops.sparse_categorical_crossentropy(classes, logits, from_logits=True)
        weights = ops.cast(known, logits.dtype)
        if class_weights is not None:
            weights = weights * ops.take(ops.convert_to_tensor(class_weights, dtype=logits.dtype), classes)
        return ops.sum(entropy * weights) / ops.maximum(ops.sum(weights), 1e-6)

    return loss


def masked_binary_cross_entropy(targets: Any, logits: Any) -> Any:
    """Return binary cross-entropy summed over classes and averaged over the rows that are labelled.

    Args:
        targets: `(batch, classes)` of 0 and 1, or negative in the whole row where nobody looked.
        logits: `(batch, classes)`.
    """
    from keras import ops

    known = ops.cast(targets >= 0, logits.dtype)
    gold = ops.cast(ops.maximum(targets, 0), logits.dtype)
    entropy = ops.relu(logits) - logits * gold + ops.softplus(-ops.abs(logits))
    return ops.sum(entropy * known) / ops.maximum(ops.sum(known[:, 0]), 1.0)


def in_batch_contrast(targets: Any, similarity: Any) -> Any:
    """Return the in-batch contrastive loss (van den Oord et al., 2018, arXiv:1807.03748), hard negatives among it.

    What is known to answer a query never counts against it: the same product in another column counts for it, another
    product that answers the same query in this batch takes no part in its row.

    Args:
        targets: `(batch,)` numbers of the rows' products; or `(batch, 2 + n)`: of the product, of the query, and of the
            row's `n` hard negatives. Equal where the texts are; negative where a row holds none.
        similarity: `(batch, batch * (1 + n))`, row's query against column's product, already divided by the
            temperature; first the rows' products, then the hard negatives, row by row.

    Returns:
        `-log(sum over positives / sum over all)`, averaged over rows that hold a product; a scalar.
    """
    from keras import ops

    # Keras may hand targets over as floats and with a trailing axis.
    targets = ops.cast(targets if len(targets.shape) > 1 else targets[:, None], "int32")
    products, columns = targets[:, 0], targets[:, 0]
    known = ops.cast(products >= 0, similarity.dtype)
    if targets.shape[1] > 1:
        columns = ops.concatenate([products, ops.reshape(targets[:, 2:], (-1,))])
    there = ops.cast(columns >= 0, similarity.dtype)[None, :]  # columns without a product take no part
    positive = ops.cast(products[:, None] == columns[None, :], similarity.dtype) * there
    against = there
    if targets.shape[1] > 1:
        same_query = ops.cast(targets[:, 1][:, None] == targets[:, 1][None, :], similarity.dtype)
        answers = ops.cast(ops.matmul(same_query, positive) > 0, similarity.dtype)  # (batch, columns)
        against = there * ops.maximum(1.0 - answers, positive)
    everything = ops.logsumexp(similarity + (1.0 - against) * -1e9, axis=1)
    positives = ops.logsumexp(similarity + (1.0 - positive) * -1e9, axis=1)
    return ops.sum((everything - positives) * known) / ops.maximum(ops.sum(known), 1.0)
