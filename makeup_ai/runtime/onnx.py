"""ONNX Runtime behind the common session: `.onnx` files, one signature of dynamic length."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.runtime.signature import (
    LENGTHS,
    Array,
    Bucket,
    Signature,
    Tensor,
    check_inputs,
    choose_length,
    choose_signature,
)

SERVING = "serving"
"""Name of the one signature of an ONNX file."""

LENGTHS_KEY = "makeup_ai.lengths"
"""Key in the file's metadata under which the export writes the lengths it was compared with Keras at: `"16,32"`."""

DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}


class OnnxSession:
    """One `.onnx` file, open for calls.

    Args:
        path: The file.
        threads: Cores that one call may use.

    Raises:
        ValueError: The file is not an ONNX model, or uses operators that this build lacks.
    """

    def __init__(self, path: Path, threads: int = 1):
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors; warnings go to stderr past Python
        self.path = path
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        # ONNX Runtime's errors share no base but Exception.
        except Exception as error:
            raise ValueError(
                f"An ONNX model that ONNX Runtime {onnxruntime.__version__} can run was expected. "
                f"Received: {path} ({error}). The file is damaged or from another converter: export or copy it again."
            ) from error
        signature = Signature(
            inputs={node.name: _tensor(node) for node in self._session.get_inputs()},
            outputs={node.name: _tensor(node) for node in self._session.get_outputs()},
        )
        self.signatures = {SERVING: signature}
        self.lengths = self._read_lengths() if "token_ids" in signature.inputs else ()

    def bucket(self, length: int) -> Bucket:
        """Return the signature and padded length for a text of `length` tokens.

        Raises:
            ValueError: The model reads no texts, or none as long.
        """
        return Bucket(SERVING, choose_length(self.lengths, length))

    def run(self, inputs: Mapping[str, Array], signature: str | None = None) -> dict[str, Array]:
        """Call the model.

        Args:
            inputs: Array by input name, just as the signature says.
            signature: There is only `"serving"`; may be left out.

        Returns:
            Array by output name.

        Raises:
            ValueError: The signature is unknown, or an input does not fit it.
        """
        name = choose_signature(self.signatures, signature)
        check_inputs(self.signatures[name].inputs, inputs, signature=name)
        names = list(self.signatures[name].outputs)
        values = self._session.run(names, dict(inputs))
        return {key: np.asarray(value) for key, value in zip(names, values, strict=True)}

    def _read_lengths(self) -> tuple[int, ...]:
        written = self._session.get_modelmeta().custom_metadata_map.get(LENGTHS_KEY, "")
        return tuple(sorted(int(part) for part in written.split(",") if part)) or LENGTHS


def _tensor(node: Any) -> Tensor:
    shape = tuple(size if isinstance(size, int) else None for size in node.shape)
    return Tensor(shape, DTYPES.get(node.type, node.type))
