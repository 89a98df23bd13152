"""Keras layers that ONNX has as one operator, handed over whole instead of piece by piece.

Traced as they are, an LSTM becomes a loop over a dozen small operators, a layer normalisation nine operators, and every
dense layer drags reshapes along. Inside `whole_layers` a dense layer is traced as one matrix product, and the other two
as TensorFlow operators that nothing else here uses, with the same shapes; the matching handler of `HANDLERS` then
writes the ONNX operator in their place. What does not fit stays as it is, and stays correct. TensorFlow never runs the
stand-ins: they carry names and weights from the one graph to the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from makeup_ai.runtime.signature import Array

NORM_NAME = "norm_epsilon_"
"""A stand-in's name carries its epsilon, because its operator has no attribute for a float."""


@contextmanager
def whole_layers(model: Any) -> Iterator[None]:
    """Trace the layers of a Keras model that have a stand-in as that, for as long as this lasts."""
    import keras

    layers = keras.layers
    kinds = {
        layers.LSTM: (lstm_fits, lstm_call),
        layers.LayerNormalization: (norm_fits, norm_call),
        layers.Dense: (dense_fits, dense_call),
        layers.EinsumDense: (einsum_fits, dense_call),
    }
    changed = []
    try:
        for layer in model._flatten_layers():
            fits, call = kinds.get(type(layer), (lambda _: False, None))
            if call is not None and fits(layer):
                # On the instance, past Keras's attribute tracking; __call__ looks it up there first.
                object.__setattr__(layer, "call", call(layer))
                changed.append(layer)
        yield
    finally:
        for layer in changed:
            object.__delattr__(layer, "call")


def lstm_fits(layer: Any) -> bool:
    """Tell whether ONNX's LSTM computes the same: every step returned, usual activations, stateless."""
    cell = layer.cell
    plain = cell.activation.__name__ == "tanh" and cell.recurrent_activation.__name__ == "sigmoid"
    return bool(plain and layer.return_sequences and cell.use_bias and not layer.stateful)


def lstm_call(layer: Any) -> Callable[..., Any]:
    """Return a stand-in for an LSTM layer's `call`, true on real tokens of right-padded texts.

    Forwards, padding comes last and needs no mask. Backwards, each text's real tokens are turned round by themselves.
    """
    import tensorflow as tf

    def turn(values: Any, lengths: Any) -> Any:
        return tf.reverse(values, [1]) if lengths is None else tf.reverse_sequence(values, lengths, seq_axis=1)

    def call(sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        lengths = None if mask is None else tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
        steps = turn(sequences, lengths) if layer.go_backwards else sequences
        cell = layer.cell
        zeros = tf.zeros([tf.shape(steps)[0], layer.units])
        peephole = tf.zeros([layer.units])
        states = tf.raw_ops.BlockLSTMV2(
            seq_len_max=tf.cast(tf.shape(steps)[1], tf.int64),
            x=tf.transpose(steps, [1, 0, 2]),
            cs_prev=zeros,
            h_prev=zeros,
            w=tf.concat([tf.convert_to_tensor(cell.kernel), tf.convert_to_tensor(cell.recurrent_kernel)], 0),
            wci=peephole,
            wcf=peephole,
            wco=peephole,
            b=tf.convert_to_tensor(cell.bias),
        )
        hidden = tf.transpose(states.h, [1, 0, 2])
        outputs = hidden
        if layer.go_backwards:  # Keras gives a backward layer's steps in the order it ran them, padding first.
            outputs = tf.reverse(turn(hidden, lengths), [1])
        outputs.set_shape([None, None, layer.units])
        if not layer.return_state:
            return outputs
        last = [turn(state, lengths)[:, 0] for state in (hidden, tf.transpose(states.cs, [1, 0, 2]))]
        for state in last:
            state.set_shape([None, layer.units])
        return (outputs, *last)

    return call


def norm_fits(layer: Any) -> bool:
    """Tell whether ONNX's LayerNormalization computes the same: over the last axis, with scale and centre."""
    axes = [layer.axis] if isinstance(layer.axis, int) else list(layer.axis)
    return bool(axes == [-1] and layer.scale and layer.center and not layer.rms_scaling)


def norm_call(layer: Any) -> Callable[..., Any]:
    """Return a stand-in for a LayerNormalization's `call`: an operator of the same shapes, `(..., d), (d,), (d,)`."""
    import tensorflow as tf

    def call(inputs: Any) -> Any:
        return tf.raw_ops.FakeQuantWithMinMaxVarsPerChannel(
            inputs=inputs,
            min=tf.convert_to_tensor(layer.gamma),
            max=tf.convert_to_tensor(layer.beta),
            name=f"{NORM_NAME}{float(layer.epsilon)!r}",
        )

    return call


def dense_fits(layer: Any) -> bool:
    """Tell whether a Dense layer is a plain product with one kernel; every one that was not quantized in Keras is."""
    return not layer.quantization_mode


def einsum_fits(layer: Any) -> bool:
    """Tell whether an EinsumDense sums over the input's last axes and the kernel's first, as attention's layers do.

    Examples:
        >>> from types import SimpleNamespace
        >>> einsum_fits(SimpleNamespace(equation="abc,cde->abde", quantization_mode=None))
        True
        >>> einsum_fits(SimpleNamespace(equation="ab,abc->ac", quantization_mode=None))
        False
    """
    inputs, kernel, output = layer.equation.replace("->", ",").split(",")
    count = _summed_axes(layer.equation)
    kept = inputs[: len(inputs) - count]
    return bool(inputs == kept + kernel[:count] and output == kept + kernel[count:] and not layer.quantization_mode)


def dense_call(layer: Any) -> Callable[..., Any]:
    """Return a Dense or EinsumDense layer's `call` as one matrix product over its input's last axis."""
    import tensorflow as tf

    def call(inputs: Any, training: Any = None) -> Any:
        kernel = tf.convert_to_tensor(layer.kernel)
        rank = len(inputs.shape)
        count = 1 if not hasattr(layer, "equation") else _summed_axes(layer.equation)
        leading = rank - count
        features = int(np.prod(kernel.shape[:count]))
        trailing = [int(size) for size in kernel.shape[count:]]
        if count > 1:
            inputs = tf.reshape(inputs, tf.concat([tf.shape(inputs)[:leading], [features]], 0))
        outputs = tf.matmul(inputs, tf.reshape(kernel, [features, -1]))
        if len(trailing) > 1:
            outputs = tf.reshape(outputs, tf.concat([tf.shape(outputs)[:leading], trailing], 0))
        if layer.bias is not None:
            outputs = outputs + tf.convert_to_tensor(layer.bias)
        return outputs if layer.activation is None else layer.activation(outputs)

    return call


def _summed_axes(equation: str) -> int:
    inputs, kernel, output = equation.replace("->", ",").split(",")
    return (len(inputs) + len(kernel) - len(output)) // 2


def onnx_lstm_weights(w: Array, b: Array, units: int) -> tuple[Array, Array, Array]:
    """Reorder a Keras LSTM's weights for ONNX: gates i, f, c, o become i, o, f, c, one gate below the other.

    Args:
        w: Kernel above recurrent kernel, `(features + units, 4 * units)`.
        b: `(4 * units,)`.
        units: Size of the state.

    Returns:
        `W (1, 4 * units, features)`, `R (1, 4 * units, units)` and `B (1, 8 * units)`, as the ONNX operator LSTM wants.
    """
    gates = [np.split(part, 4, axis=-1) for part in (w, b)]
    weights, bias = (np.concatenate([part[gate] for gate in (0, 3, 1, 2)], axis=-1) for part in gates)
    kernel, recurrent = np.split(weights, [len(w) - units])
    return kernel.T[None], recurrent.T[None], np.concatenate([bias, np.zeros_like(bias)])[None]


def write_lstm(graph: Any, node: Any, name: str, args: Any) -> None:
    """Put ONNX's LSTM in place of its stand-in (a handler of tf2onnx).

    Raises:
        ValueError: The model reads the cells' memory, which ONNX's LSTM gives for the last step only.
    """
    if graph.find_output_consumers(node.output[1]):
        raise ValueError("An LSTM that gives its outputs, not its memory cells, was expected. Received: " + name)
    steps, output = node.input[1], node.output[6]
    shape, dtype = graph.get_shape(output), graph.get_dtype(output)
    w, b = (node.inputs[at].get_tensor_value(as_list=False) for at in (4, 8))
    units = len(b) // 4
    weights = [
        graph.make_const(f"{name}/{letter}", np.ascontiguousarray(value)).output[0]
        for letter, value in zip("WRB", onnx_lstm_weights(w, b, units), strict=True)
    ]
    graph.remove_node(node.name)
    directions = graph.make_node("LSTM", [steps, *weights], attr={"hidden_size": units}, output_count=1).output[0]
    axes = graph.make_const(f"{name}/axes", np.array([1], np.int64)).output[0]
    graph.make_node("Squeeze", [directions, axes], name=name, outputs=[output], shapes=[shape], dtypes=[dtype])


def write_norm(graph: Any, node: Any, name: str, args: Any) -> None:
    """Put ONNX's LayerNormalization in place of its stand-in (a handler of tf2onnx)."""
    epsilon = re.search(rf"{NORM_NAME}([0-9.e-]+)", name)
    if epsilon is None:
        raise ValueError(f"A stand-in's name carries its epsilon as {NORM_NAME!r}. Received: name={name!r}")
    inputs, output = list(node.input), node.output[0]
    shape, dtype = graph.get_shape(output), graph.get_dtype(output)
    graph.remove_node(node.name)
    attributes = {"axis": -1, "epsilon": float(epsilon[1])}
    graph.make_node(
        "LayerNormalization", inputs, attr=attributes, name=name, outputs=[output], shapes=[shape], dtypes=[dtype]
    )


HANDLERS: Mapping[str, tuple[Callable[..., None], list[Any]]] = {
    "BlockLSTMV2": (write_lstm, []),
    "FakeQuantWithMinMaxVarsPerChannel": (write_norm, []),
}
"""Stand-in -> what writes the ONNX operator, in the form that tf2onnx takes."""
