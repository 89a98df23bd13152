"""BERT, by KerasHub: from our own small presets or from any KerasHub preset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import keras_hub
from keras import layers

from makeup_ai.training.models import ngrams

LONGEST_BUCKET = 128
"""Pieces that the longest bucket of an exported file holds."""


@dataclass(frozen=True, slots=True)
class BertConfig:
    """Sizes of the BERT encoder.

    Args:
        vocabulary_size: Pieces of the tokenizer.
        num_layers: Transformer blocks.
        hidden_dim: Width of a piece's vector.
        num_heads: Attention heads; divides `hidden_dim`.
        intermediate_dim: Width inside the feed-forward part.
        dropout: Share dropped in training.
        max_length: Longest text in pieces.
        positions: Rows of the position table; 0 for enough of them, so that any exported file can pad to its bucket.
        ngrams: Rows of the table of hashed n-grams beside the encoder; 0 for none.
        ngram_width: Of such a row.
        source: Where the first weights come from: a KerasHub preset or an encoder's folder; `None` for random ones.
    """

    vocabulary_size: int = 0
    num_layers: int = 2
    hidden_dim: int = 128
    num_heads: int = 2
    intermediate_dim: int = 512
    dropout: float = 0.1
    max_length: int = 128
    positions: int = 0
    ngrams: int = 0
    ngram_width: int = 16
    source: str | None = None

    @property
    def rows(self) -> int:
        """Rows of the position table, settled."""
        return self.positions or max(LONGEST_BUCKET, self.max_length)

    @property
    def causal(self) -> bool:
        """Whether no piece sees those after it."""
        return False


def build(config: BertConfig) -> keras.Model:
    """Build the encoder; `pooled` is the mean over real pieces (Reimers & Gurevych, 2019, arXiv:1908.10084)."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    padding_mask = keras.Input((None,), dtype="int32", name="padding_mask")

    # layers
    backbone = keras_hub.models.BertBackbone(
        vocabulary_size=config.vocabulary_size,
        num_layers=config.num_layers,
        num_heads=config.num_heads,
        hidden_dim=config.hidden_dim,
        intermediate_dim=config.intermediate_dim,
        dropout=config.dropout,
        max_sequence_length=config.rows,
    )
    # without the pooling layer that nothing here reads
    blocks = keras.Model(backbone.input, backbone.output["sequence_output"], name="blocks")
    dropout = layers.Dropout(config.dropout, name="dropout")

    # functional model
    sequence = blocks(
        {
            "token_ids": token_ids,
            "padding_mask": padding_mask,
            "segment_ids": keras.ops.zeros_like(token_ids),
        }
    )
    weights = keras.ops.expand_dims(keras.ops.cast(padding_mask, sequence.dtype), -1)  # (batch, tokens, 1)
    pooled = keras.ops.sum(sequence * weights, axis=1) / keras.ops.maximum(keras.ops.sum(weights, axis=1), 1)
    wide = ngrams.beside(dropout(sequence), dropout(pooled), token_ids, padding_mask, config.ngrams, config.ngram_width)
    return keras.Model(
        {"token_ids": token_ids, "padding_mask": padding_mask},
        {"sequence": wide[0], "pooled": wide[1]},
        name="bert",
    )


def words(encoder: keras.Model) -> keras.Layer:
    """Return the layer of the word vectors."""
    return encoder.get_layer("blocks").get_layer("token_embedding")


def start(encoder: keras.Model, preset: str) -> None:
    """Give an encoder the weights of a KerasHub preset of its sizes, but for the pooling that nothing here reads."""
    blocks = encoder.get_layer("blocks")
    # Not used as it is: a preset brings the dtype that it was saved with.
    found = {w.path: w for w in keras_hub.models.BertBackbone.from_preset(preset).weights}
    for weight in blocks.weights:
        weight.assign(found[weight.path])


def config_of(preset: str, choices: list[str]) -> BertConfig:
    """Read the sizes of a KerasHub BERT preset.

    Args:
        preset: A KerasHub handle or a folder.
        choices: Names to list in the error.

    Raises:
        ValueError: KerasHub does not know it, or it is no BERT.
    """
    try:
        backbone: Any = keras_hub.models.BertBackbone.from_preset(preset, load_weights=False)
    except Exception as error:  # KerasHub raises many kinds for an unknown preset
        raise ValueError(
            f"Unknown preset. Expected one of {choices}, or a KerasHub BERT preset: a handle or a folder. "
            f"Received: preset={preset!r} ({type(error).__name__}: {str(error).splitlines()[0]})"
        ) from error
    return BertConfig(
        vocabulary_size=backbone.vocabulary_size,
        num_layers=backbone.num_layers,
        hidden_dim=backbone.hidden_dim,
        num_heads=backbone.num_heads,
        intermediate_dim=backbone.intermediate_dim,
        dropout=backbone.dropout,
        max_length=backbone.max_sequence_length,
        positions=backbone.max_sequence_length,
        source=preset,
    )
