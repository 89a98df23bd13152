"""Weights of an ONNX graph in fewer bits, with arithmetic left as it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from makeup_ai.runtime.signature import Array

LEAST_ELEMENTS = 1024
"""Weights with fewer elements stay in float32: biases, scales, heads of a few labels."""

Stored = tuple[list[Any], list[Any]]
"""Initializers and the nodes that give back what a graph had."""


@dataclass(frozen=True, slots=True)
class Storage:
    """One way to store weights.

    Args:
        weight: Of a weight's name and values; the nodes give the weight back in float32.
        lookup: Of a table's name and values and a `Gather` node over its rows; the nodes give the rows in float32.
    """

    weight: Callable[[str, Array], Stored]
    lookup: Callable[[str, Array, Any], Stored]


def store_weights(model: Any, storage: Storage) -> Any:
    """Return a copy of an ONNX model whose float32 weights of `LEAST_ELEMENTS` or more are stored smaller.

    A table that is only looked up stays small in memory too: its rows are widened after the look-up, not before.
    """
    import onnx

    smaller = onnx.ModelProto()
    smaller.CopyFrom(model)
    graph = smaller.graph
    large = {
        initializer.name: onnx.numpy_helper.to_array(initializer)
        for initializer in graph.initializer
        if initializer.data_type == onnx.TensorProto.FLOAT and math.prod(initializer.dims) >= LEAST_ELEMENTS
    }
    lookups = {node.input[0] for node in graph.node if is_lookup(node)}
    others = {name for node in graph.node if not is_lookup(node) for name in node.input}
    tables = {name: value for name, value in large.items() if name in lookups and name not in others}

    initializers = {entry.name: entry for entry in graph.initializer if entry.name not in large}
    restoring, nodes = [], []
    for name, value in large.items():
        if name not in tables:
            stored, given = storage.weight(name, value)
            initializers.update((entry.name, entry) for entry in stored)
            restoring.extend(given)
    for node in graph.node:
        if node.input and node.input[0] in tables:
            stored, given = storage.lookup(node.input[0], tables[node.input[0]], node)
            initializers.update((entry.name, entry) for entry in stored)
            nodes.extend(given)
        else:
            nodes.append(node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(initializers.values())
    graph.node.extend([*restoring, *nodes])  # sorted so that inputs come first
    return smaller


def is_lookup(node: Any) -> bool:
    """Tell whether an ONNX node picks rows of a table."""
    return node.op_type == "Gather" and all(not attribute.i for attribute in node.attribute)


def weights_as_float16(name: str, weight: Array) -> Stored:
    """Store a weight in float16, widened by a Cast that a runtime folds when it loads the model."""
    import onnx

    small = onnx.numpy_helper.from_array(weight.astype(np.float16), f"{name}/float16")
    return [small], [onnx.helper.make_node("Cast", [small.name], [name], to=onnx.TensorProto.FLOAT)]


def rows_as_float16(name: str, table: Array, gather: Any) -> Stored:
    """Store a table in float16 and widen the rows that were looked up."""
    import onnx

    small = onnx.numpy_helper.from_array(table.astype(np.float16), f"{name}/float16")
    rows = f"{gather.output[0]}/float16"
    return [small], [
        onnx.helper.make_node("Gather", [small.name, gather.input[1]], [rows], name=gather.name),
        onnx.helper.make_node("Cast", [rows], list(gather.output), to=onnx.TensorProto.FLOAT),
    ]


def rows_as_int8(name: str, table: Array, gather: Any) -> Stored:
    """Store a table in int8 with one scale a row, and widen the rows that were looked up."""
    import onnx

    scale = np.maximum(np.abs(table).max(axis=-1, keepdims=True), np.finfo(np.float32).tiny) / np.float32(127)
    stored = [
        onnx.numpy_helper.from_array(np.round(table / scale).astype(np.int8), f"{name}/int8"),
        onnx.numpy_helper.from_array(scale.astype(np.float32), f"{name}/scale"),
    ]
    output, ids = gather.output[0], gather.input[1]
    return stored, [
        onnx.helper.make_node("Gather", [stored[0].name, ids], [f"{output}/int8"], name=gather.name),
        onnx.helper.make_node("Cast", [f"{output}/int8"], [f"{output}/wide"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("Gather", [stored[1].name, ids], [f"{output}/scale"]),
        onnx.helper.make_node("Mul", [f"{output}/wide", f"{output}/scale"], [output]),
    ]


def weights_as_int8(name: str, weight: Array) -> Stored:
    """Store a weight in int8 with one scale for each place of its longest axis (rows of a table, gates of an LSTM)."""
    import onnx

    axis = int(np.argmax(weight.shape))
    others = tuple(other for other in range(weight.ndim) if other != axis)
    scale = np.maximum(np.abs(weight).max(axis=others), np.finfo(np.float32).tiny) / np.float32(127)
    shape = [-1 if at == axis else 1 for at in range(weight.ndim)]
    quantized = np.clip(np.round(weight / scale.reshape(shape)), -127, 127).astype(np.int8)
    stored = [
        onnx.numpy_helper.from_array(quantized, f"{name}/int8"),
        onnx.numpy_helper.from_array(scale.astype(np.float32), f"{name}/scale"),
    ]
    inputs = [tensor.name for tensor in stored]
    return stored, [onnx.helper.make_node("DequantizeLinear", inputs, [name], axis=axis)]


HALF = Storage(weight=weights_as_float16, lookup=rows_as_float16)
INT8 = Storage(weight=weights_as_int8, lookup=rows_as_int8)
