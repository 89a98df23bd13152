"""The array operations that skin formulas are written in: the same call on NumPy and on `keras.ops`.

A formula takes the namespace as `xp` and uses nothing else, so one text gives both the reference on the desk and the
graph on the phone. Every operation of the list becomes built-in operators of TFLite and ONNX.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

Array = Any
"""An array of the namespace at hand, float32 unless said otherwise."""

SHARED = (
    *("abs", "sqrt", "square", "exp", "log", "power", "floor", "sign", "cos", "sin", "arctan2"),
    *("maximum", "minimum", "clip", "where", "logical_and", "logical_or"),
    *("sum", "mean", "max", "min", "sort", "matmul", "take", "reshape", "transpose", "stack", "concatenate"),
    *("zeros_like", "ones_like"),
)
"""Operations that mean the same in both, under the same name and with the same arguments."""


def _where(condition: Any, yes: Any, no: Any) -> Any:
    """Choose like `np.where`, but of two plain numbers as float32: float64, which NumPy would take, is slow."""
    if isinstance(yes, float) and isinstance(no, float):
        if (yes, no) == (1.0, 0.0):
            return np.asarray(condition, np.float32)
        yes, no = np.float32(yes), np.float32(no)
    return np.where(condition, yes, no)


def _planes(image: Any) -> Any:
    """Bring `(rows, columns, channels)` to `(channels, rows, columns)` float32; in NumPy alone that is a slow walk."""
    planes = np.empty((image.shape[2], *image.shape[:2]), np.float32)
    for number, plane in enumerate(cv2.split(image)):
        planes[number] = plane
    return planes


def _cast(values: Any, kind: str) -> Any:
    """Convert like `keras.ops.cast`; integers are places, and NumPy would turn any but its own at every gather."""
    return np.asarray(values, np.intp if kind == "int32" else kind)


NUMPY = SimpleNamespace(
    **{name: getattr(np, name) for name in SHARED} | {"where": _where}, cast=_cast, planes=_planes, cube_root=np.cbrt
)
"""The namespace of NumPy."""


def space_of(ops: Any) -> SimpleNamespace:
    """Make the namespace of a library with the shared operations and `cast`, such as `keras.ops`.

    `planes` brings an image `(rows, columns, channels)` to `(channels, rows, columns)` float32: pictures lie in memory
    channel by channel, where sums and gathers are quick.

    Examples:
        >>> float(NUMPY.maximum(1.0, 2.0))
        2.0
    """
    return SimpleNamespace(
        **{name: getattr(ops, name) for name in SHARED},
        cast=ops.cast,
        cube_root=lambda values: ops.power(values, 1.0 / 3.0),
        planes=lambda image: ops.cast(ops.transpose(image, (2, 0, 1)), "float32"),
    )
