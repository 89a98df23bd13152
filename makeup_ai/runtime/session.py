"""One session over every runtime: named arrays in, named arrays out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from makeup_ai.runtime.litert import LiteRTSession
from makeup_ai.runtime.onnx import OnnxSession
from makeup_ai.runtime.signature import Array, Bucket, Signature


class Session(Protocol):
    """A model file, open for calls, whichever runtime runs it.

    Attributes:
        path: The file.
        signatures: What can be called, by name.
        lengths: Tokens that a text model is padded to, shortest first; empty for other models.
    """

    path: Path
    signatures: dict[str, Signature]
    lengths: tuple[int, ...]

    def bucket(self, length: int) -> Bucket:
        """Return the signature and padded length for a text of `length` tokens."""

    def run(self, inputs: Mapping[str, Array], signature: str | None = None) -> dict[str, Array]:
        """Call the model with arrays by input name; return arrays by output name."""


RUNTIMES: Mapping[str, Callable[[Path, int], Session]] = {".tflite": LiteRTSession, ".onnx": OnnxSession}
"""The runtime for each file suffix."""


def open_session(path: str | Path, threads: int = 1) -> Session:
    """Open a model file with the runtime its suffix names.

    Args:
        path: A `.tflite` or `.onnx` file.
        threads: Cores that one call may use, at least 1.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The suffix is unknown, the file cannot be read, or `threads` is below 1.

    Examples:
        >>> open_session("model.pt")
        Traceback (most recent call last):
        ValueError: Unknown model file. Expected one of ['.onnx', '.tflite']. Received: model.pt
    """
    path = Path(path)
    if path.suffix not in RUNTIMES:
        raise ValueError(f"Unknown model file. Expected one of {sorted(RUNTIMES)}. Received: {path}")
    if threads < 1:
        raise ValueError(f"A session needs at least one thread. Received: threads={threads}")
    if not path.is_file():
        raise FileNotFoundError(f"A model file was expected. Received: {path}, which is not there. Export it first.")
    return RUNTIMES[path.suffix](path, threads)
