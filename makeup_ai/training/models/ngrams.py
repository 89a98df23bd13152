"""Hashed n-grams: a wide part beside a deep encoder, which learns single phrases by heart as a bag of n-grams does.

A deep encoder generalises, a linear model over n-grams remembers, and each is right where the other is not (Cheng et
al., 2016, arXiv:1606.07792). The n-grams have no dictionary: their pieces are hashed to the rows of one table
(fastText; Joulin et al., 2016, arXiv:1607.01759), so in the graph it is integer arithmetic and a lookup.
"""

from __future__ import annotations

from typing import Any

from keras import layers, ops

from makeup_ai.training.models.folder import NGRAMS

ORDERS = (1, 2, 3)
"""Pieces of an n-gram."""


DROPOUT = 0.3
"""Share of the n-grams left out in training; rare ones are what it learns by heart too easily."""

_PRIME = 1_000_003  # keeps every product below 2**31 for ids up to 270,000


def bucket_of(token_ids: Any, order: int, buckets: int) -> Any:
    """Return the row of the n-gram that ends at each piece.

    Args:
        token_ids: `(batch, tokens)` int32; where an n-gram would begin before the first piece, it is filled with 0.
        order: Pieces of the n-gram.
        buckets: Rows of the table.

    Returns:
        `(batch, tokens)` int32 in [0, buckets).
    """
    earlier = ops.pad(token_ids, [[0, 0], [order - 1, 0]])
    pieces = [earlier[:, place : place - order + 1 or None] for place in range(order)]  # each `(batch, tokens)`
    hashed = pieces[0]
    for piece in pieces[1:]:
        # less the negative: of one row, Keras makes a sum a BiasAdd, which TFLite does not have for integers
        hashed = ops.mod(hashed * 31 - piece * -7919, _PRIME)
    return ops.mod(hashed * (2 * order + 1), buckets)


def beside(sequence: Any, pooled: Any, token_ids: Any, padding_mask: Any, buckets: int, width: int) -> tuple[Any, Any]:
    """Put n-grams beside what an encoder returns; without buckets, return it as it is.

    A piece gets the sums of the n-grams that end at it and at the two pieces after it, which is the window that a
    linear tagger looks through. A text gets the sum of all, divided by the square root of their number.

    Args:
        sequence: `(batch, tokens, deep)`.
        pooled: `(batch, deep)`.
        token_ids: `(batch, tokens)` int32.
        padding_mask: `(batch, tokens)` int32.
        buckets: Rows of the table; 0 for no n-grams.
        width: Of a row.

    Returns:
        `(batch, tokens, deep + 3 * width)` and `(batch, deep + width)`.
    """
    if not buckets:
        return sequence, pooled

    # layers
    table = layers.Embedding(buckets, width, embeddings_initializer="zeros", name=NGRAMS)
    dropout = layers.Dropout(DROPOUT, noise_shape=(None, None, 1), name=f"{NGRAMS}_dropout")

    # functional model
    real = ops.expand_dims(ops.cast(padding_mask, sequence.dtype), -1)  # (batch, tokens, 1)
    ending = sum(dropout(table(bucket_of(token_ids, order, buckets))) for order in ORDERS) * real
    later = [ops.pad(ending, [[0, 0], [0, ahead], [0, 0]])[:, ahead:] for ahead in (1, 2)]
    bag = ops.sum(ending, axis=1) / ops.sqrt(ops.maximum(ops.sum(real, axis=1), 1))
    sequence = layers.Concatenate(name=f"{NGRAMS}_of_pieces")([sequence, ending, *later])
    return sequence, layers.Concatenate(name=f"{NGRAMS}_of_text")([pooled, bag])
