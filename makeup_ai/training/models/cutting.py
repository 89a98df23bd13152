"""A small BERT cut out of a large one: some of its layers, pieces and hidden neurons, with their weights.

What is left is a start for training, better than random weights (Sanh et al., 2019, arXiv:1910.01108, start from every
other layer), not a model: it has to be trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import keras_hub
import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.models.bert import BertConfig, build, config_of

Array = NDArray[np.float32]
PIECES = "token_embedding/embeddings"


def cut(
    preset: str,
    layers: Sequence[int],
    pieces: Callable[[Array], Array],
    intermediate_dim: int | None = None,
    max_length: int = 128,
) -> tuple[BertConfig, keras.Model]:
    """Cut an encoder out of a KerasHub BERT preset.

    Args:
        preset: A KerasHub handle or a folder.
        layers: Transformer blocks to keep, in their new order.
        pieces: The preset's embedding table, `(its pieces, width)`, in; that of the new vocabulary out. For a cut one:
            `lambda table: take_rows(table, vocabulary)` of `makeup_ai.training.data.cutting`.
        intermediate_dim: Neurons to keep in each feed-forward part, those of the largest product of the norms of
            incoming and outgoing weights; all by default.
        max_length: Positions to keep.

    Returns:
        The sizes, and the encoder with its weights.

    Raises:
        ValueError: A layer, width or length is outside of the preset.
    """
    whole = config_of(preset, choices=[])
    kept = intermediate_dim or whole.intermediate_dim
    if not layers or min(layers) < 0 or max(layers) >= whole.num_layers:
        raise ValueError(f"Expected layers from 0 to {whole.num_layers - 1}. Received: layers={list(layers)}")
    if not 0 < kept <= whole.intermediate_dim or not 0 < max_length <= whole.positions:
        raise ValueError(
            f"Expected up to {whole.intermediate_dim} neurons and {whole.positions} positions. "
            f"Received: intermediate_dim={intermediate_dim}, max_length={max_length}"
        )
    backbone = keras_hub.models.BertBackbone.from_preset(preset)
    arrays = {w.path: np.asarray(keras.ops.convert_to_numpy(w), np.float32) for w in backbone.weights}
    arrays[PIECES] = np.asarray(pieces(arrays[PIECES]), np.float32)
    config = replace(
        whole,
        vocabulary_size=len(arrays[PIECES]),
        num_layers=len(layers),
        intermediate_dim=kept,
        max_length=max_length,
        positions=max_length,
        source=None,
    )
    encoder = build(config)
    for weight in encoder.get_layer("blocks").weights:
        weight.assign(_part(weight.path, arrays, layers, kept, max_length))
    return config, encoder


def _part(path: str, arrays: dict[str, Array], layers: Sequence[int], kept: int, positions: int) -> Array:
    """Take the part of the large network that a weight of the small one starts from."""
    if path == "position_embedding/embeddings":
        return arrays[path][:positions]
    head, _, rest = path.partition("/")
    prefix, _, number = head.rpartition("_")
    if prefix != "transformer_layer":
        return arrays[path]
    block = f"transformer_layer_{layers[int(number)]}"
    array = arrays[f"{block}/{rest}"]
    if not rest.startswith(("feedforward_intermediate_dense", "feedforward_output_dense/kernel")):
        return array
    incoming = arrays[f"{block}/feedforward_intermediate_dense/kernel"]  # (hidden, neurons)
    outgoing = arrays[f"{block}/feedforward_output_dense/kernel"]  # (neurons, hidden)
    weight = np.linalg.norm(incoming, axis=0) * np.linalg.norm(outgoing, axis=1)
    chosen = np.sort(np.argsort(-weight, kind="stable")[:kept])
    return array[chosen] if rest.startswith("feedforward_output") else array[..., chosen]
