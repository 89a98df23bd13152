"""GPT: transformer blocks that do not see the future (Radford et al., 2018), for a generator."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import keras_hub
from keras import layers

from makeup_ai.training.models.bert import LONGEST_BUCKET


@dataclass(frozen=True, slots=True)
class GPTConfig:
    """Sizes of the causal transformer.

    Args:
        vocabulary_size: Pieces of the tokenizer.
        num_layers: Transformer blocks.
        hidden_dim: Width of a piece's vector.
        num_heads: Attention heads; divides `hidden_dim`.
        intermediate_dim: Width inside the feed-forward part.
        dropout: Share dropped in training.
        max_length: Longest text in pieces.
        positions: Rows of the position table; 0 for enough of them, so that any exported file can pad to its bucket.
        source: The encoder's folder that the first weights come from, or `None` for random ones.
    """

    vocabulary_size: int = 0
    num_layers: int = 2
    hidden_dim: int = 128
    num_heads: int = 2
    intermediate_dim: int = 512
    dropout: float = 0.1
    max_length: int = 128
    positions: int = 0
    source: str | None = None

    @property
    def rows(self) -> int:
        """Rows of the position table, settled."""
        return self.positions or max(LONGEST_BUCKET, self.max_length)

    @property
    def causal(self) -> bool:
        """Whether no piece sees those after it."""
        return True


def build(config: GPTConfig) -> keras.Model:
    """Build the encoder; `pooled` is the vector of the last real piece, the only one that has read the whole text."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    padding_mask = keras.Input((None,), dtype="int32", name="padding_mask")

    # layers
    embedding = keras_hub.layers.TokenAndPositionEmbedding(
        config.vocabulary_size,
        config.rows,
        config.hidden_dim,
        tie_weights=True,
        embeddings_initializer=keras.initializers.TruncatedNormal(stddev=0.02),
        name="token_embedding",
    )
    blocks = [
        keras_hub.layers.TransformerDecoder(
            config.intermediate_dim,
            config.num_heads,
            dropout=config.dropout,
            activation=keras.activations.gelu,
            kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            normalize_first=True,
            name=f"transformer_layer_{i}",
        )
        for i in range(config.num_layers)
    ]
    normalise = layers.LayerNormalization(epsilon=1e-5, name="normalise")
    dropout = layers.Dropout(config.dropout, name="dropout")

    # functional model
    sequence = dropout(embedding(token_ids))
    for block in blocks:
        sequence = block(sequence, decoder_padding_mask=padding_mask)
    sequence = normalise(sequence)
    last = keras.ops.maximum(keras.ops.sum(padding_mask, axis=1, keepdims=True) - 1, 0)  # (batch, 1)
    pooled = keras.ops.take_along_axis(sequence, keras.ops.expand_dims(last, -1), axis=1)[:, 0]
    return keras.Model(
        {"token_ids": token_ids, "padding_mask": padding_mask},
        {"sequence": sequence, "pooled": pooled},
        name="gpt",
    )


def words(encoder: keras.Model) -> keras.Layer:
    """Return the layer of the word vectors."""
    return encoder.get_layer("token_embedding").token_embedding
