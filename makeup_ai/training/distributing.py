"""Several devices: every batch is shared out over them, and each holds all the weights (data parallelism)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BACKEND = "jax"
"""Of Keras, on which batches are shared out."""


def distribute(devices: int) -> None:
    """Share every batch of this process out over the first devices that the backend knows.

    Called before a network is built. Batches then need a number of rows that the devices divide.

    Args:
        devices: Their number; 1 changes nothing.

    Raises:
        ValueError: There are not so many, or the backend cannot share batches out.
    """
    if devices == 1:
        return
    import keras  # not at the top: this module is read before a backend is chosen

    if keras.backend.backend() != BACKEND:
        raise ValueError(
            f"Expected one device, or KERAS_BACKEND={BACKEND}, which shares batches out over several. "
            f"Received: devices={devices}, backend={keras.backend.backend()!r}"
        )
    known = keras.distribution.list_devices()
    if not 1 <= devices <= len(known):
        raise ValueError(f"Expected from 1 to {len(known)} devices: {known}. Received: devices={devices}")
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=known[:devices]))


def devices_in_use() -> int:
    """Return the number of devices that a batch is shared out over."""
    import keras

    distribution = keras.distribution.distribution()
    return 1 if distribution is None else int(distribution.device_mesh.devices.size)


def shared_out(plan: Sequence[tuple[int, NDArray[np.int64]]]) -> list[tuple[int, NDArray[np.int64]]]:
    """Cut each batch of a plan to a number of rows that the devices divide; the rows left over wait for another epoch.

    Args:
        plan: Padded length and rows of each batch.
    """
    devices = devices_in_use()
    cut = [(length, rows[: len(rows) // devices * devices]) for length, rows in plan]
    return [(length, rows) for length, rows in cut if len(rows)]


def answer(model: Any, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return a model's outputs to one batch of any number of rows, which is filled up for the devices and cut again.

    Args:
        model: Of Keras, with named outputs.
        inputs: Each `(rows, ...)`.
    """
    rows = len(next(iter(inputs.values())))
    missing = -rows % devices_in_use()
    filled = {name: np.concatenate([a, np.repeat(a[-1:], missing, axis=0)]) for name, a in inputs.items()}
    return {name: np.asarray(values)[:rows] for name, values in model.predict_on_batch(filled).items()}
