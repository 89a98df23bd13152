"""The array operations that skin formulas are written in: the same call on NumPy and on `keras.ops`.

A formula takes the namespace as `xp` and uses nothing else, so one text gives both the reference on the desk and the
graph on the phone. Every operation of the list becomes built-in operators of TFLite and ONNX.
"""

from __future__ import annotations

from collections.abc import Sequence
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

COMPOSED = ("cast", "planes", "halve", "cube_root", "at_place")
"""Operations that every namespace does its own way; see `space_of` for what they mean."""


def space_of(ops: Any) -> SimpleNamespace:
    """Make the namespace of a library with the shared and composed operations, such as `keras.ops`.

    Of those composed here, `planes` brings an image `(rows, columns, channels)` to `(channels, rows,
    columns)` float32, `halve` averages blocks of two by two pixels of `(..., side, side)` images, `cube_root` is that
    of positive numbers, and `at_place` reads a row `(..., values)` at a place `(..., 1)`, linear between neighbours.

    Examples:
        >>> float(NUMPY.maximum(1.0, 2.0))
        2.0
    """

    def halve(images: Any) -> Any:
        if len(images.shape) == 2:  # an ellipsis that stands for no axis at all is misread on the way to ONNX
            return halve(images[None])[0]
        rows = images[..., 0::2, :] + images[..., 1::2, :]
        return (rows[..., 0::2] + rows[..., 1::2]) * 0.25

    def at_place(row: Any, place: Any) -> Any:
        apart = ops.abs(np.arange(row.shape[-1], dtype=np.float32) - place)
        return ops.sum(row * ops.maximum(0.0, 1.0 - apart), axis=-1)

    def take(values: Any, places: Any, axis: int) -> Any:
        return ops.take(values, places.astype(np.int32) if isinstance(places, np.ndarray) else places, axis=axis)

    return SimpleNamespace(
        **{name: getattr(ops, name) for name in SHARED} | {"take": take},  # on a phone, places have 32 bits
        cast=ops.cast,
        planes=lambda image: ops.cast(ops.transpose(image, (2, 0, 1)), "float32"),
        halve=halve,
        cube_root=lambda values: ops.power(values, 1.0 / 3.0),
        at_place=at_place,
    )


def _where(condition: Any, yes: Any, no: Any) -> Any:
    """Choose like `np.where`, but of two plain numbers as float32: float64, which NumPy would take, is slow."""
    if isinstance(yes, float) and isinstance(no, float):
        if (yes, no) == (1.0, 0.0):
            return np.asarray(condition, np.float32)
        yes, no = np.float32(yes), np.float32(no)
    return np.where(condition, yes, no)


def _cast(values: Any, kind: str) -> Any:
    """Convert like `keras.ops.cast`; integers are places, and NumPy would turn any but its own at every gather."""
    return np.asarray(values, np.intp if kind == "int32" else kind)


def _planes(image: Any) -> Any:
    planes = np.empty((image.shape[2], *image.shape[:2]), np.float32)
    for number, plane in enumerate(cv2.split(image)):
        planes[number] = plane
    return planes


def _halve(images: Any) -> Any:
    *many, rows, columns = images.shape
    size = columns // 2, rows // 2
    halves = [cv2.resize(whole, size, interpolation=cv2.INTER_AREA) for whole in images.reshape(-1, rows, columns)]
    return np.array(halves).reshape(*many, rows // 2, columns // 2)


def _at_place(row: Any, place: Any) -> Any:
    """Look up the two neighbours, where a graph weighs the whole row."""
    last = row.shape[-1] - 1
    if row.ndim == 1:
        at = float(place[0])
        first = row[int(at)]
        return first + (row[min(int(at) + 1, last)] - first) * np.float32(at % 1.0)
    low = place.astype(np.intp)
    starts = np.arange(0, row.size, last + 1).reshape(low.shape)
    below, above = row.take(starts + low), row.take(starts + np.minimum(low + 1, last))
    return (below + (above - below) * (place - low).astype(np.float32))[..., 0]


_add: Any = np.add.reduce


def _sum(values: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _add(values, axis, keepdims=keepdims)


def _mean(values: Any, axis: int | None = None) -> Any:
    return _add(values, axis) / (values.size if axis is None else values.shape[axis])


def _take(values: Any, places: Any, axis: int) -> Any:
    return values.take(places, axis)


def _reshape(values: Any, shape: Any) -> Any:
    return values.reshape(shape)


def _stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    return np.array(arrays) if axis == 0 else np.stack(arrays, axis)


# NumPy's own check more, which tells in hundreds of small calls.
_OWN = {"where": _where, "sum": _sum, "mean": _mean, "take": _take, "reshape": _reshape, "stack": _stack}
NUMPY = SimpleNamespace(
    **{name: getattr(np, name) for name in SHARED} | _OWN,
    cast=_cast,
    planes=_planes,
    halve=_halve,
    cube_root=np.cbrt,
    at_place=_at_place,
)
"""The namespace of NumPy."""
