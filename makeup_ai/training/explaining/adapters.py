"""The gradient of a number with respect to an array: the one thing that each backend spells its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Gradient = Callable[[Callable[[Any], Any], Floats], Floats]
"""A function of one tensor to a scalar, and the array it is taken at, to the gradient there, of the same shape."""


def _tensorflow(function: Callable[[Any], Any], at: Floats) -> Floats:
    import tensorflow as tf

    variable = tf.convert_to_tensor(at)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        value = function(variable)
    return np.asarray(tape.gradient(value, variable))


def _torch(function: Callable[[Any], Any], at: Floats) -> Floats:
    import torch
    from keras import ops

    variable = ops.convert_to_tensor(at).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(function(variable), variable)
    return np.asarray(gradient.detach().cpu().numpy())


def _jax(function: Callable[[Any], Any], at: Floats) -> Floats:
    import jax

    return np.asarray(jax.grad(function)(jax.numpy.asarray(at)))


ADAPTERS: dict[str, Gradient] = {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}


def gradient(function: Callable[[Any], Any], at: Floats) -> Floats:
    """Return the gradient of a function of `keras.ops` on the backend that Keras runs on.

    Raises:
        ValueError: There is no adapter for that backend.
    """
    import keras

    backend = keras.backend.backend()
    if backend not in ADAPTERS:
        raise ValueError(f"Expected a backend of {sorted(ADAPTERS)}. Received: {backend!r}")
    return ADAPTERS[backend](function, at)
