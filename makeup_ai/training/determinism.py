"""The same numbers from the same seed, on every backend."""

from __future__ import annotations

import keras


def make_deterministic(seed: int) -> None:
    """Seed every generator that Keras uses, and ask the backend for repeatable sums.

    TensorFlow adds floats in the order in which its threads finish unless told otherwise, which shows in the seventh
    digit; JAX and PyTorch on a CPU do not.
    """
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
