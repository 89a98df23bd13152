"""Networks of pre-training: an encoder with a head for masked words, for the next sentence, or for the next word.

The word heads are tied: a word is found by the vector that it is read by (Press & Wolf, 2017, arXiv:1608.05859).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from makeup_ai.training.models.encoders import Config, word_table
from makeup_ai.training.pretraining.objectives import FOLLOWS, MASKED, NEXT_WORD


class WordHead(layers.Layer):  # type: ignore[misc]
    """Vectors to logits over the vocabulary: a transform, then the products with the vectors of all words.

    Args:
        table: The layer that holds the word vectors, `(vocabulary, width)`, as `embeddings`.
        name: Of the layer.
    """

    def __init__(self, table: keras.Layer, name: str):
        super().__init__(name=name)
        self.supports_masking = True
        self.table = table
        vocabulary, width = table.embeddings.shape
        self.transform = layers.Dense(width, activation="gelu", name="transform", dtype=self.dtype_policy)
        self.normalise = layers.LayerNormalization(epsilon=1e-12, name="normalise", dtype=self.dtype_policy)
        self.bias = self.add_weight(shape=(vocabulary,), initializer="zeros", name="bias")

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Build the transform."""
        self.transform.build(shape)
        self.normalise.build((*shape[:-1], self.table.embeddings.shape[1]))

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """Hand on no mask: targets say what counts."""

    def take(self, other: WordHead) -> None:
        """Take the weights of another head, but for its word vectors.

        Raises:
            ValueError: It is of other sizes.
        """
        own = [*self.transform.variables, *self.normalise.variables, self.bias]
        given = [*other.transform.variables, *other.normalise.variables, other.bias]
        if [tuple(v.shape) for v in own] != [tuple(v.shape) for v in given]:
            raise ValueError(f"Expected a head of the same sizes. Received: {other.bias.shape}, own: {self.bias.shape}")
        for variable, value in zip(own, given, strict=True):
            variable.assign(value.value)

    def call(self, vectors: Any) -> Any:
        """Return logits in float32, `(..., vocabulary)`."""
        hidden = self.normalise(self.transform(vectors))
        words = ops.cast(self.table.embeddings, hidden.dtype)
        logits = ops.matmul(hidden, ops.transpose(words))
        return ops.cast(logits, "float32") + ops.cast(self.bias, "float32")


def masked_network(encoder: keras.Model, kind: str, pairs: bool) -> keras.Model:
    """Put heads for masked words, and for the next sentence, on an encoder.

    Args:
        encoder: From `build_encoder`.
        kind: A key of `ENCODERS`.
        pairs: Whether it is also asked if the second part follows the first.

    Returns:
        `token_ids`, `padding_mask` `(batch, tokens)` and `masked_positions` `(batch, M)` -> `masked_words`
        `(batch, M, vocabulary)`, and `next_sentence` `(batch, 2)` with `pairs`.
    """
    inputs = {
        "token_ids": keras.Input((None,), dtype="int32", name="token_ids"),
        "padding_mask": keras.Input((None,), dtype="int32", name="padding_mask"),
        "masked_positions": keras.Input((None,), dtype="int32", name="masked_positions"),
    }
    encoded = encoder({name: inputs[name] for name in ("token_ids", "padding_mask")})
    head = WordHead(word_table(kind, encoder), name=MASKED)
    outputs = {MASKED: head(at(encoded["sequence"], inputs["masked_positions"]))}
    if pairs:
        hidden = layers.Dense(encoded["pooled"].shape[-1], activation="tanh", name="pair")(encoded["pooled"])
        outputs[FOLLOWS] = layers.Dense(2, dtype="float32", name=FOLLOWS)(hidden)
    return keras.Model(inputs, outputs, name="masked_language_model")


def causal_network(encoder: keras.Model, kind: str, config: Config) -> keras.Model:
    """Put a head for the next word on an encoder that does not see the future.

    Returns:
        `token_ids`, `padding_mask` `(batch, tokens)` -> `next_word` `(batch, tokens, vocabulary)`, at each piece the
        logits of the one after it.

    Raises:
        ValueError: The encoder sees what comes after a piece.
    """
    if not config.causal:
        raise ValueError(
            "Expected an encoder that reads from left to right alone, as of the presets gpt_tiny or lstm_base. "
            f"Received: {kind!r}, {config}"
        )
    inputs = {
        "token_ids": keras.Input((None,), dtype="int32", name="token_ids"),
        "padding_mask": keras.Input((None,), dtype="int32", name="padding_mask"),
    }
    head = WordHead(word_table(kind, encoder), name=NEXT_WORD)
    return keras.Model(inputs, {NEXT_WORD: head(encoder(inputs)["sequence"])}, name="causal_language_model")


def at(sequence: Any, positions: Any) -> Any:
    """Gather vectors at positions: `(batch, tokens, width)` and `(batch, M)` to `(batch, M, width)`."""
    return ops.take_along_axis(sequence, ops.expand_dims(positions, -1), axis=1)


def with_answers(network: keras.Model) -> keras.Model:
    """Return a network that says what was answered to which targets, instead of all logits.

    Returns:
        The inputs, and `{output}_target`s of -1 where there is none -> for each output `{output}_loss` (negative
        log-likelihood in nats) and `{output}_hit` (1 where the target is the likeliest), of the shape of the target.
    """
    inputs, outputs = dict(network.input), dict(network.output)
    answers: dict[str, Any] = {}
    targets: dict[str, Any] = {}
    for name, logits in outputs.items():
        target = keras.Input(logits.shape[1:-1], dtype="int32", name=f"{name}_target")
        known = ops.maximum(target, 0)
        answers[f"{name}_loss"] = ops.sparse_categorical_crossentropy(known, logits, from_logits=True)
        answers[f"{name}_hit"] = ops.cast(ops.equal(ops.cast(ops.argmax(logits, -1), "int32"), known), "int32")
        targets[f"{name}_target"] = target
    return keras.Model({**inputs, **targets}, answers, name="answers")
