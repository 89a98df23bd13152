"""The encoders and their presets: one table each, one call for all.

Every encoder is a Keras model from `token_ids` and `padding_mask`, both `(batch, tokens)` int32, to

- `sequence`: `(batch, tokens, width)`, one vector a piece, and
- `pooled`: `(batch, width)`, one vector a text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from makeup_ai.training.models import bert, gpt, lstm
from makeup_ai.training.models.folder import description_of, load_start

if TYPE_CHECKING:
    import keras

Config = lstm.LSTMConfig | bert.BertConfig | gpt.GPTConfig


@dataclass(frozen=True, slots=True)
class EncoderKind:
    """How one kind of encoder is described, built and trained."""

    config: type[Any]
    build: Callable[[Any], keras.Model]
    learning_rate: float
    """At which it trains well from random weights, with AdamW."""
    words: Callable[[keras.Model], keras.Layer]
    """The layer that holds the word vectors, of one that was built."""


ENCODERS: dict[str, EncoderKind] = {
    "lstm": EncoderKind(lstm.LSTMConfig, lstm.build, learning_rate=3e-3, words=lstm.words),
    "bert": EncoderKind(bert.BertConfig, bert.build, learning_rate=1e-3, words=bert.words),
    "gpt": EncoderKind(gpt.GPTConfig, gpt.build, learning_rate=1e-3, words=gpt.words),
}

PRESETS: dict[str, tuple[str, Config]] = {
    # name: (encoder, configuration); the vocabulary size is filled in from the tokenizer
    "lstm_base": ("lstm", lstm.LSTMConfig()),
    "lstm_bi": ("lstm", lstm.LSTMConfig(bidirectional=True, dropout=0.3)),
    "bert_tiny": ("bert", bert.BertConfig(num_layers=2, hidden_dim=128, num_heads=2, intermediate_dim=512)),
    "bert_small": ("bert", bert.BertConfig(num_layers=4, hidden_dim=256, num_heads=4, intermediate_dim=1024)),
    "gpt_tiny": ("gpt", gpt.GPTConfig()),
    "gpt_small": ("gpt", gpt.GPTConfig(num_layers=4, hidden_dim=256, num_heads=4, intermediate_dim=1024)),
}


TUNING_RATE = 5e-5
"""At which an encoder that brings its weights is tuned (Devlin et al., 2019, tried 2e-5 to 5e-5)."""


def usual_rate(preset: str) -> float:
    """Return the learning rate of a preset: its encoder's own from random weights, `TUNING_RATE` from trained ones."""
    return ENCODERS[PRESETS[preset][0]].learning_rate if preset in PRESETS else TUNING_RATE


def resolve(preset: str, vocabulary_size: int, max_length: int | None = None) -> tuple[str, Config]:
    """Return the encoder's kind and configuration for a preset of ours, an encoder's folder, or a KerasHub preset.

    Args:
        preset: A key of `PRESETS`, an encoder's folder (from pre-training or cutting), or what
            `keras_hub.models.BertBackbone.from_preset` takes: a handle or a folder.
        vocabulary_size: Pieces of the tokenizer; all but a key of `PRESETS` bring their own and ignore it.
        max_length: Longest text in pieces; the preset's own by default, but at most 128 of a KerasHub preset.

    Raises:
        ValueError: The preset is neither ours nor KerasHub's, or its position table is shorter than `max_length`.
    """
    if preset in PRESETS:
        kind, config = PRESETS[preset]
        config = replace(config, vocabulary_size=vocabulary_size)
        return kind, replace(config, max_length=max_length) if max_length else config
    if described := description_of(preset):
        kind = described["encoder"]
        config = replace(config_from_dict(kind, described["encoder_config"]), source=preset)
        if max_length and not isinstance(config, lstm.LSTMConfig) and max_length > config.rows:
            raise ValueError(
                f"Expected max_length up to {config.rows}, as {preset!r} has positions. Received: {max_length}"
            )
        return kind, replace(config, max_length=max_length or config.max_length)
    config = bert.config_of(preset, choices=sorted(PRESETS))
    return "bert", replace(config, max_length=min(max_length or bert.LONGEST_BUCKET, config.max_length))


def with_ngrams(config: Config, buckets: int) -> Config:
    """Return a configuration with a table of hashed n-grams beside the encoder; see `ngrams.beside`.

    Args:
        config: Of an encoder.
        buckets: Rows of the table; 0 for none.

    Raises:
        ValueError: The number is negative, or an encoder of this kind has no such table.
    """
    if buckets < 0 or isinstance(config, gpt.GPTConfig):
        raise ValueError(
            "Expected a number of rows from 0, for an encoder that reads whole texts. "
            f"Received: ngrams={buckets}, {type(config).__name__}"
        )
    return replace(config, ngrams=buckets)


def build_encoder(kind: str, config: Config) -> keras.Model:
    """Build an encoder of one kind.

    Raises:
        ValueError: The kind is unknown, or the vocabulary size has not been filled in.
    """
    if kind not in ENCODERS:
        raise ValueError(f"Unknown encoder. Expected one of {sorted(ENCODERS)}. Received: kind={kind!r}")
    if config.vocabulary_size < 1:
        raise ValueError(f"Expected a vocabulary size above zero. Received: {config.vocabulary_size}")
    encoder = ENCODERS[kind].build(config)
    if config.source and description_of(config.source):
        load_start(encoder, config.source)
    elif config.source:
        bert.start(encoder, config.source)
    return encoder


def word_table(kind: str, encoder: keras.Model) -> keras.Layer:
    """Return the layer of an encoder that holds its word vectors, `(vocabulary, width)`, as `embeddings`."""
    return ENCODERS[kind].words(encoder)


def config_from_dict(kind: str, values: dict[str, Any]) -> Config:
    """Rebuild a configuration that `asdict` wrote.

    Raises:
        ValueError: The kind is unknown.
    """
    if kind not in ENCODERS:
        raise ValueError(f"Unknown encoder. Expected one of {sorted(ENCODERS)}. Received: kind={kind!r}")
    config: Config = ENCODERS[kind].config(**values)
    return config


def config_to_dict(config: Config) -> dict[str, Any]:
    """Return a configuration as plain JSON values, without where its first weights came from: a run holds its own."""
    return {name: value for name, value in asdict(config).items() if name != "source"}
