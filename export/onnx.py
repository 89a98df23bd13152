"""Keras to ONNX: one file of dynamic batch and length, standard operators only."""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from makeup_ai.errors import ExportError
from makeup_ai.export.onnx_layers import HANDLERS, whole_layers
from makeup_ai.export.onnx_weights import HALF, INT8, store_weights
from makeup_ai.export.operators import onnx_operators
from makeup_ai.runtime.onnx import LENGTHS_KEY
from makeup_ai.runtime.signature import Array

OPSET = 17
"""The first with LayerNormalization; ONNX Runtime reads it since 1.12 (2022)."""

LEAST_PRODUCT = 8192
"""Weights of a matrix product with fewer elements are not multiplied in int8: a head's few labels gain no time by it,
and would lose the last of their accuracy."""

CALIBRATION_TEXTS = 32
"""Texts of each length that activations are calibrated on, at most."""


class OnnxSource:
    """A Keras model on its way to ONNX.

    Args:
        model: Takes `token_ids` and `padding_mask`, both `(batch, tokens)` int32; gives a dict of float32 outputs.
        lengths: Padded lengths, written into the file for `makeup_ai.runtime` to read.
        calibration: Length -> real inputs, `(texts, length)` each.
        folder: An existing folder for files in between.
    """

    def __init__(
        self, model: Any, lengths: Sequence[int], calibration: Mapping[int, Mapping[str, Array]], folder: Path
    ):
        self._model, self._lengths, self._calibration, self._folder = model, tuple(lengths), calibration, folder

    def float32(self) -> bytes:
        """Convert with weights and arithmetic in float32."""
        return self._finish(self._float32)

    def float16(self) -> bytes:
        """Convert with weights in float16; they are widened when the model is loaded."""
        return self._finish(store_weights(self._float32, HALF))

    def dynamic_int8(self) -> bytes:
        """Convert with weights in int8, and the activations of matrix products quantized call by call."""
        from onnxruntime.quantization import quantize_dynamic

        # Only MatMul has a dynamic form in the standard domain.
        quantized = self._quantized(
            lambda path: quantize_dynamic(
                self._float32,
                path,
                per_channel=True,
                op_types_to_quantize=["MatMul"],
                nodes_to_exclude=small_products(self._float32),
            )
        )
        return self._finish(store_weights(quantized, INT8))

    def int8(self) -> bytes:
        """Convert with weights and the activations of matrix products in int8, ranges learnt from calibration texts."""
        from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

        rows = self._calibration_rows()

        class Reader(CalibrationDataReader):  # type: ignore[misc]
            def get_next(self) -> dict[str, Array] | None:
                return next(rows, None)

        quantized = self._quantized(
            lambda path: quantize_static(
                self._float32,
                path,
                Reader(),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QUInt8,  # signed activations took three times as long on x86
                per_channel=True,
                op_types_to_quantize=["MatMul"],
                nodes_to_exclude=small_products(self._float32),
                # Only what goes into a product, not what comes out: nothing is quantized twice in a row.
                extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},
            )
        )
        return self._finish(store_weights(quantized, INT8))

    def _calibration_rows(self) -> Iterator[dict[str, Array]]:
        for inputs in self._calibration.values():
            for row in range(min(CALIBRATION_TEXTS, len(inputs["token_ids"]))):
                yield {name: array[row : row + 1] for name, array in inputs.items()}

    @cached_property
    def _float32(self) -> Any:
        import tensorflow as tf
        import tf2onnx

        spec = {name: tf.TensorSpec((None, None), tf.int32, name=name) for name in ("token_ids", "padding_mask")}
        function = tf.function(lambda inputs: self._model(inputs, training=False), input_signature=(spec,))
        try:
            with whole_layers(self._model), quiet("tf2onnx"):
                model, _ = tf2onnx.convert.from_function(
                    function, input_signature=(spec,), opset=OPSET, custom_op_handlers=dict(HANDLERS)
                )
        # tf2onnx raises whatever its handlers raise.
        except Exception as error:
            raise ExportError(f"tf2onnx could not convert the model: {error}. Export it as .tflite only.") from error
        return name_dimensions(fold(model, self._folder))

    def _quantized(self, quantize: Callable[[str], None]) -> Any:
        import onnx

        with tempfile.TemporaryDirectory(dir=self._folder) as folder, quiet("root"):
            path = Path(folder) / "quantized.onnx"
            quantize(str(path))
            return onnx.load(path)

    def _finish(self, model: Any) -> bytes:
        import onnx

        finished = onnx.ModelProto()
        finished.CopyFrom(model)
        used = {"", *(name.split(":")[0] for name in onnx_operators(finished.graph) if ":" in name)}
        imports = [entry for entry in finished.opset_import if entry.domain in used]
        del finished.opset_import[:]
        finished.opset_import.extend(imports)
        onnx.helper.set_model_props(finished, {LENGTHS_KEY: ",".join(str(length) for length in self._lengths)})
        return checked(finished)


def fold(model: Any, folder: Path) -> Any:
    """Fold constants and drop what is unused or double, with ONNX Runtime's basic pass (standard operators only)."""
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        path = Path(inside) / "folded.onnx"
        options.optimized_model_filepath = str(path)
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return onnx.load(path)


def small_products(model: Any) -> list[str]:
    """Name the matrix products to leave in float32: without weights (attention), or with fewer than `LEAST_PRODUCT`."""
    sizes = {initializer.name: math.prod(initializer.dims) for initializer in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type in {"MatMul", "Gemm"}]
    names = [node.name for node in products if sizes.get(node.input[1], 0) < LEAST_PRODUCT]
    # The quantizer takes a Gemm apart before it looks who is excluded.
    return [*names, *(f"{name}_MatMul" for name in names)]


def name_dimensions(model: Any) -> Any:
    """Name the free dimensions of inputs and outputs `batch` and `tokens`, in place of the tracer's numbers."""
    for value in (*model.graph.input, *model.graph.output):
        for name, dimension in zip(("batch", "tokens"), value.type.tensor_type.shape.dim, strict=False):
            if not dimension.HasField("dim_value"):
                dimension.dim_param = name
    return model


def checked(model: Any) -> bytes:
    """Return a model as bytes, or say what is wrong with it.

    Raises:
        ExportError: It is empty, breaks the standard, or holds operators of other domains.
    """
    import onnx

    foreign = sorted(name for name in onnx_operators(model.graph) if ":" in name)
    if foreign:
        raise ExportError(
            f"Only ONNX's standard operators run everywhere. Received: a model that needs {foreign}. "
            "Choose another recipe for this encoder."
        )
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(f"The ONNX model breaks the standard: {error}. Try the recipe 'float32'.") from error
    if not model.graph.node or not model.graph.output:
        raise ExportError("An ONNX model with nodes and outputs was expected. Received: an empty one.")
    content: bytes = model.SerializeToString()
    return content


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Hold back a logger's warnings, and give it back its level."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
