"""Arrays of a network on disk: whole or not at all, and refused where they are of another."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.files import write_whole

if TYPE_CHECKING:
    import keras


def save_weights(model: keras.Model, path: Path) -> None:
    """Write a model's weights, whole or not at all."""
    write_arrays(path, {f"{i:04d}": np.asarray(_array(v)) for i, v in enumerate(model.weights)})


def load_weights(model: keras.Model, path: Path) -> None:
    """Read the weights that `save_weights` wrote.

    Raises:
        ValueError: They are not of this model, or the file is damaged.
    """
    arrays = read_arrays(path)
    set_variables(model.weights, [arrays[name] for name in sorted(arrays)], path)


def set_variables(variables: Sequence[Any], values: Sequence[NDArray[Any]], path: Path) -> None:
    """Assign arrays to variables, one for one.

    Raises:
        ValueError: Their number or shapes differ.
    """
    expected = [tuple(v.shape) for v in variables]
    received = [tuple(a.shape) for a in values]
    if expected != received:
        raise ValueError(
            f"The weights in {str(path)!r} are not of this model. "
            f"Expected {len(expected)} arrays, received {len(received)}; "
            f"first difference: {next(((e, r) for e, r in zip(expected, received, strict=False) if e != r), None)}"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays that `write_arrays` wrote.

    Raises:
        ValueError: The file is damaged, or no `.npz`.
    """
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, AttributeError) as error:
        raise ValueError(
            f"Expected arrays that a training wrote. Received: {str(path)!r}, which is damaged ({error}). "
            "Remedy: delete it and train again."
        ) from error


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as one `.npz`, whole or not at all."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # numpy types the keywords as bool
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, buffer.getvalue())


def _array(variable: Any) -> NDArray[Any]:
    from keras import ops

    array: NDArray[Any] = ops.convert_to_numpy(variable.value)
    return array
