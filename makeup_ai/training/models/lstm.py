"""The LSTM baseline that everybody knows: embedding, LSTM, dropout."""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers

from makeup_ai.training.models import ngrams


@dataclass(frozen=True, slots=True)
class LSTMConfig:
    """Sizes of the LSTM encoder.

    Args:
        vocabulary_size: Pieces of the tokenizer.
        embedding_dim: Width of a piece's vector.
        units: Cells in each direction; the encoder's width is `units`, or twice that when bidirectional.
        dropout: Share of the outputs dropped in training.
        bidirectional: Whether a second LSTM reads from the end, which labels of single pieces need.
        max_length: Longest text in pieces.
        ngrams: Rows of the table of hashed n-grams beside the encoder; 0 for none.
        ngram_width: Of such a row.
        source: The encoder's folder that the first weights come from, or `None` for random ones.
    """

    vocabulary_size: int = 0
    embedding_dim: int = 100
    units: int = 100
    dropout: float = 0.5
    bidirectional: bool = False
    max_length: int = 100
    ngrams: int = 0
    ngram_width: int = 16
    source: str | None = None

    @property
    def causal(self) -> bool:
        """Whether no piece sees those after it."""
        return not self.bidirectional


def build(config: LSTMConfig) -> keras.Model:
    """Build the encoder; `pooled` is the state after the last real piece (of each direction)."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    padding_mask = keras.Input((None,), dtype="int32", name="padding_mask")

    # layers
    embedding = layers.Embedding(config.vocabulary_size, config.embedding_dim, name="embedding")
    lstm: keras.Layer = layers.LSTM(config.units, return_sequences=True, return_state=True, name="lstm")
    if config.bidirectional:
        lstm = layers.Bidirectional(lstm, name="bilstm")
    dropout = layers.Dropout(config.dropout, name="dropout")

    # functional model
    mask = keras.ops.cast(padding_mask, "bool")
    sequence, *states = lstm(embedding(token_ids), mask=mask)
    pooled = layers.Concatenate(name="last_states")([states[0], states[2]]) if config.bidirectional else states[0]
    wide = ngrams.beside(dropout(sequence), dropout(pooled), token_ids, padding_mask, config.ngrams, config.ngram_width)
    return keras.Model(
        {"token_ids": token_ids, "padding_mask": padding_mask},
        {"sequence": wide[0], "pooled": wide[1]},
        name="lstm",
    )


def words(encoder: keras.Model) -> keras.Layer:
    """Return the layer of the word vectors."""
    return encoder.get_layer("embedding")
