"""LiteRT behind the common session: `.tflite` files, with or without signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.runtime.signature import (
    Array,
    Bucket,
    Signature,
    Tensor,
    check_inputs,
    choose_length,
    choose_signature,
)

BUCKET_NAME = re.compile(r"tokens_(\d+)")
UNNAMED = "serving"
"""Name given to the single graph of a file that carries no signature, such as the face models."""


class LiteRTSession:
    """One `.tflite` file, open for calls. Not for several threads at once.

    All signatures share the weights; the memory that one needs for its activations is taken at its first call.

    Args:
        path: The file.
        threads: Cores that one call may use.

    Raises:
        ValueError: The file is not a TFLite model, or uses operators that are not built in.
    """

    def __init__(self, path: Path, threads: int = 1):
        from ai_edge_litert.interpreter import Interpreter

        self.path = path
        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            names = list(self._interpreter.get_signature_list())
            self._runners = {name: self._interpreter.get_signature_runner(name) for name in names}
        except (ValueError, RuntimeError) as error:
            raise ValueError(
                f"A TFLite model with built-in operators was expected. Received: {path} ({error}). "
                "The file is damaged or from another converter: export or copy it again."
            ) from error
        self._allocated = False
        self.signatures = {name: _named(runner) for name, runner in self._runners.items()} or {UNNAMED: self._unnamed()}
        found = [BUCKET_NAME.fullmatch(name) for name in self.signatures]
        self.lengths = tuple(sorted(int(match[1]) for match in found if match))

    def bucket(self, length: int) -> Bucket:
        """Return the signature and padded length for a text of `length` tokens.

        Raises:
            ValueError: The model reads no texts, or none as long.
        """
        chosen = choose_length(self.lengths, length)
        return Bucket(f"tokens_{chosen}", chosen)

    def run(self, inputs: Mapping[str, Array], signature: str | None = None) -> dict[str, Array]:
        """Call the model.

        Args:
            inputs: Array by input name, just as the signature says.
            signature: May be left out where there is only one.

        Returns:
            Array by output name; copies, which later calls leave alone.

        Raises:
            ValueError: The signature is unknown, or an input does not fit it.
        """
        name = choose_signature(self.signatures, signature)
        check_inputs(self.signatures[name].inputs, inputs, signature=name)
        if self._runners:
            return {key: np.asarray(value) for key, value in self._runners[name](**inputs).items()}
        return self._run_unnamed(inputs)

    def _unnamed(self) -> Signature:
        return Signature(
            inputs={detail["name"]: _tensor(detail) for detail in self._interpreter.get_input_details()},
            outputs={detail["name"]: _tensor(detail) for detail in self._interpreter.get_output_details()},
        )

    def _run_unnamed(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        if not self._allocated:
            self._interpreter.allocate_tensors()
            self._allocated = True
        for detail in self._interpreter.get_input_details():
            self._interpreter.set_tensor(detail["index"], inputs[detail["name"]])
        self._interpreter.invoke()
        outputs = self._interpreter.get_output_details()
        return {detail["name"]: np.asarray(self._interpreter.get_tensor(detail["index"])) for detail in outputs}


def _named(runner: Any) -> Signature:
    return Signature(
        inputs={name: _tensor(detail) for name, detail in runner.get_input_details().items()},
        outputs={name: _tensor(detail) for name, detail in runner.get_output_details().items()},
    )


def _tensor(detail: Mapping[str, Any]) -> Tensor:
    shape = tuple(None if size < 0 else int(size) for size in detail["shape_signature"])
    return Tensor(shape or tuple(int(size) for size in detail["shape"]), np.dtype(detail["dtype"]).name)
