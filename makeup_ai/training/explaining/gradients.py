"""Gradient times input and integrated gradients, over the word vectors of a run's network.

What reaches an answer past the word vectors, as through a table of n-grams beside the encoder, has no part in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.explaining.aims import Aim
from makeup_ai.text.explaining.explain import Method, Weights
from makeup_ai.text.explaining.words import Word
from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.explaining.adapters import gradient
from makeup_ai.training.run import Run

if TYPE_CHECKING:
    import keras

STEPS = 32
"""Points on the way from no word vectors to the text's own."""


def gradient_x_input(run: Run) -> Method:
    """Return the method that multiplies each piece's vector with the gradient there (Shrikumar et al., 2016)."""
    return _method(run, np.ones(1))


def integrated_gradients(run: Run, steps: int = STEPS) -> Method:
    """Return the method of Sundararajan et al. (2017, arXiv:1703.01365), from word vectors of zero.

    The weights of all pieces add up to the difference of the log-odds with and without word vectors, the better the
    more steps there are.
    """
    return _method(run, (np.arange(steps) + 0.5) / steps)


def _method(run: Run, scales: NDArray[np.float64]) -> Method:
    layer = word_vectors(run.model, run.tokenizer.vocabulary_size)

    def weigh(encoding: Encoding, words: Sequence[Word], aim: Aim) -> Weights:
        pieces = piece_weights(run.model, layer, encoding, aim, scales)
        return np.array([pieces[list(word.pieces)].sum() for word in words], np.float64)

    return weigh


def word_vectors(model: keras.Model, vocabulary_size: int) -> keras.Layer:
    """Return the layer that turns token ids to vectors.

    Raises:
        ValueError: The network has none of that many rows.
    """
    import keras

    pending = [model]
    while pending:
        layer = pending.pop(0)
        if getattr(layer, "input_dim", None) == vocabulary_size and hasattr(layer, "embeddings"):
            return layer
        pending += layer.layers if isinstance(layer, keras.Model) else []
    raise ValueError(f"Expected a network with an embedding of {vocabulary_size} pieces. Received: {model.name!r}")


def piece_weights(
    model: keras.Model, layer: keras.Layer, encoding: Encoding, aim: Aim, scales: NDArray[np.float64]
) -> Weights:
    """Return each piece's share, `(pieces,)`: its vector times the mean gradient at scaled word vectors.

    Args:
        model: From `token_ids` and `padding_mask`, to outputs by head.
        layer: Of the model, its word vectors.
        encoding: One text.
        aim: What is explained.
        scales: What the word vectors are multiplied by, `(steps,)`.
    """
    from keras import ops

    n, steps = len(encoding.token_ids), len(scales)
    token_ids = np.tile(encoding.token_ids, (steps, 1))
    inputs = {"token_ids": token_ids, "padding_mask": np.ones((steps, n), np.int32)}
    vectors = np.asarray(ops.convert_to_numpy(layer(token_ids[:1])), np.float32)[0]  # (pieces, width)

    def score(shift: Any) -> Any:
        with _shifted(layer, scales.astype(np.float32)[:, None, None], shift):
            return ops.sum(log_odds(aim, model(inputs, training=False)[aim.head]))

    slopes = gradient(score, np.zeros((steps, *vectors.shape), np.float32))
    return np.asarray((slopes.astype(np.float64).mean(axis=0) * vectors).sum(axis=-1))


def log_odds(aim: Aim, outputs: Any) -> Any:
    """Return an aim's score of each row, `(batch,)`: `Aim.score` on any backend.

    Args:
        aim: What is explained.
        outputs: `(batch, classes)`, or `(batch, pieces, classes)`.
    """
    from keras import ops

    rows = ops.take(outputs, np.array(aim.pieces), axis=1) if aim.pieces else outputs[:, None]
    rows = ops.cast(rows, "float32") / aim.temperature  # (batch, pieces, classes)
    own = np.eye(rows.shape[-1], dtype=np.float32)[list(aim.classes)]
    chosen = ops.sum(rows * own, axis=-1)
    if aim.exclusive:
        chosen = chosen - ops.logsumexp(rows - own * 1e9, axis=-1)
    return ops.mean(chosen, axis=-1)


@contextmanager
def _shifted(layer: keras.Layer, scale: NDArray[np.float32], shift: Any) -> Iterator[None]:
    """Let a layer answer `scale` times what it would, plus `shift`: a place to take a gradient inside a network."""
    from keras import ops

    own = layer.call

    def call(*arguments: Any, **named: Any) -> Any:
        vectors = own(*arguments, **named)
        return vectors * ops.cast(scale, vectors.dtype) + ops.cast(shift, vectors.dtype)

    layer.__dict__["call"] = call
    try:
        yield
    finally:
        del layer.__dict__["call"]
