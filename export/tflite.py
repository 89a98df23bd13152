"""Keras to TFLite: one file, one signature a padded length, shared weights, built-in operators only."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.errors import ExportError
from makeup_ai.export.operators import tflite_operators
from makeup_ai.runtime.signature import Array

MASKED = -100.0
"""What a masked attention score is lowered to before calibration; softmax makes it 0 all the same (e**-100).

Keras uses -1e9 or lower, and eight bits that reach that far cannot tell any two real scores apart.
"""

CALIBRATION_TEXTS = 64
"""Texts that each signature is calibrated on, at most."""


class TFLiteSource:
    """A Keras model on its way to TFLite.

    Args:
        model: Takes `token_ids` and `padding_mask`, both `(batch, tokens)` int32; gives a dict of float32 outputs.
        lengths: Padded lengths; each becomes a signature `tokens_N` with batch 1.
        calibration: Length -> real inputs, `(texts, length)` each.
        folder: An existing folder for the SavedModel between the two.
    """

    def __init__(
        self, model: Any, lengths: Sequence[int], calibration: Mapping[int, Mapping[str, Array]], folder: Path
    ):
        self._model, self._lengths, self._calibration = model, tuple(lengths), calibration
        self._folder = folder / "saved_model"

    def float32(self) -> bytes:
        """Convert with weights and arithmetic in float32."""
        return self._float32

    def float16(self) -> bytes:
        """Convert with weights in float16; they are widened when the model is loaded."""
        import tensorflow as tf

        return self._convert(optimize=True, types=[tf.float16])

    def dynamic_int8(self) -> bytes:
        """Convert with weights in int8, and activations quantized call by call."""
        return self._convert(optimize=True)

    def int8(self) -> bytes:
        """Convert with weights and activations in int8, the ranges learnt from the calibration texts.

        Raises:
            ExportError: The model has a loop, which the calibrator cannot follow (it takes the process down).
        """
        from tensorflow.lite.python.convert import deduplicate_readonly_buffers, mlir_quantize
        from tensorflow.lite.python.optimize.calibrator import Calibrator
        from tensorflow.lite.tools import flatbuffer_utils

        if "WHILE" in tflite_operators(self._float32):
            raise ExportError(
                "Full-integer TFLite needs a graph without loops. Received: a WHILE operator (a recurrent layer); "
                "TensorFlow's calibrator cannot follow it. Use the recipe 'dynamic_int8' for this encoder."
            )
        model = flatbuffer_utils.read_model_from_bytearray(bytearray(self._float32))
        soften_masks(model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The calibrator drives an interpreter that announces its own removal.
            calibrated = Calibrator(bytes(flatbuffer_utils.convert_object_to_bytearray(model))).calibrate(self._feed)
        model = flatbuffer_utils.read_model_from_bytearray(bytearray(calibrated))
        share_table_ranges(model)
        quantized = mlir_quantize(bytes(flatbuffer_utils.convert_object_to_bytearray(model)))
        return checked(bytes(deduplicate_readonly_buffers(quantized)))

    def _feed(self) -> Iterator[tuple[str, dict[str, Array]]]:
        for length in self._lengths:
            inputs = self._calibration[length]
            for row in range(min(CALIBRATION_TEXTS, len(inputs["token_ids"]))):
                yield f"tokens_{length}", {name: array[row : row + 1] for name, array in inputs.items()}

    @cached_property
    def _float32(self) -> bytes:
        return self._convert(optimize=False)

    @cached_property
    def _saved_model(self) -> str:
        # ExportArchive, because a bare tf.function leaves the variables unfrozen.
        import keras
        import tensorflow as tf

        archive = keras.export.ExportArchive()
        archive.track(self._model)
        for length in self._lengths:
            spec = {name: tf.TensorSpec((1, length), tf.int32, name=name) for name in ("token_ids", "padding_mask")}
            archive.add_endpoint(
                f"tokens_{length}", lambda inputs: self._model(inputs, training=False), input_signature=[spec]
            )
        archive.write_out(str(self._folder), verbose=False)
        return str(self._folder)

    def _convert(self, *, optimize: bool, types: Sequence[Any] = ()) -> bytes:
        import tensorflow as tf

        keys = [f"tokens_{length}" for length in self._lengths]
        converter = tf.lite.TFLiteConverter.from_saved_model(self._saved_model, signature_keys=keys)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if optimize:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = list(types)
        try:
            content = converter.convert()
        # The converter's own error has no public name.
        except Exception as error:
            raise ExportError(explain(str(error))) from error
        return checked(bytes(content))


def explain(message: str) -> str:
    """Turn the converter's many lines into one: the operators at fault, and what to do."""
    found = re.findall(r"(?:TF Select|Flex|Custom) ops: (.+)", message)
    names = sorted({name.strip() for line in found for name in line.split(",")})
    if names:
        return (
            f"A phone has TFLite's built-in operators only. Received: a model that needs {names}. "
            "Write that layer with keras.ops that TFLite has, or fix the shapes that it is traced with."
        )
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return f"TFLite's converter failed: {lines[-1] if lines else 'without a word'}. Try the model in float32 first."


def checked(content: bytes) -> bytes:
    """Return a converter's result, or say why it is none.

    Raises:
        ExportError: It is empty, which the converter does not call an error, or holds operators that are not built in.
    """
    operators = tflite_operators(content) if content else {}
    if not operators:
        raise ExportError(
            "TFLite's converter returned an empty model, without an error. Expected: operators. "
            "Look for a function marked with `api_implements` in the model, and remove the mark."
        )
    foreign = sorted(name for name in operators if name.startswith(("CUSTOM", "Flex")))
    if foreign:
        raise ExportError(explain(f"Custom ops: {', '.join(foreign)}"))
    return content


def soften_masks(model: Any) -> None:
    """Raise constants below `MASKED` to it, in place, in a TFLite model object."""
    from ai_edge_litert import schema_py_generated as schema

    for graph in model.subgraphs:
        for tensor in graph.tensors:
            buffer = model.buffers[tensor.buffer]
            if tensor.type == schema.TensorType.FLOAT32 and buffer.data is not None and len(buffer.data):
                values = np.frombuffer(bytes(buffer.data), np.float32)
                if values.min() < MASKED:
                    buffer.data = np.frombuffer(np.maximum(values, MASKED).tobytes(), np.uint8)


def share_table_ranges(model: Any) -> None:
    """Give every look-up in a constant table the table's own range, in place, in a calibrated TFLite model object.

    A look-up and its table are quantized alike. With a range from each signature's texts the file would hold one
    table a signature; with the table's own it holds one.
    """
    from ai_edge_litert import schema_py_generated as schema

    for graph in model.subgraphs:
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            table, found = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
            data = model.buffers[table.buffer].data
            if code.builtinCode != schema.BuiltinOperator.GATHER or data is None or not len(data):
                continue
            if table.type == schema.TensorType.FLOAT32 and found.quantization is not None:
                values = np.frombuffer(bytes(data), np.float32)
                found.quantization.min = np.array([values.min()], np.float32)
                found.quantization.max = np.array([values.max()], np.float32)
