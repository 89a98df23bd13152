"""Adversarial training: each batch is learned twice, then with the word vectors moved to where it hurts most.

The fast gradient method of Miyato et al. (2017, arXiv:1605.07725): `r = epsilon g / ||g||`, with `g` the gradient of
the loss by the embedding table, and the gradients at `table` and `table + r` added up. Here `r` is one for a batch, as
a word has one vector however often it stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

_TABLE = re.compile(r"(?:^|/)(?:token_)?embedding/embeddings$")
_TINY = 1e-12  # keeps a gradient of zeros from being divided by its norm

Logs = dict[str, Any]


def adversarial(model: Any, epsilon: float) -> Any:
    """Return a model of the same layers whose training steps are adversarial; it is compiled as any other.

    Args:
        model: A functional Keras model with an embedding table of words.
        epsilon: Length of the perturbation, above 0; vectors of a trained BERT have a length of about 1.

    Raises:
        ValueError: The model has no such table, or the length is not above 0.
    """
    import keras

    tables = [i for i, v in enumerate(model.trainable_variables) if _TABLE.search(v.path)]
    if not tables or epsilon <= 0:
        raise ValueError(
            f"Expected a model with a trainable embedding table and an epsilon > 0. "
            f"Received: epsilon={epsilon}, {len(tables)} tables"
        )
    step = _STEPS[keras.backend.backend()]

    class Adversarial(keras.Model):  # type: ignore[misc]
        def train_step(self, *given: Any) -> Any:
            """Learn one batch; with JAX, of a state that is handed in and out."""
            return step(self, tables, epsilon, *given)

    hardened = Adversarial(model.input, model.output, name=f"{model.name}_adversarial")
    hardened.dtype_policy = model.dtype_policy  # by which Keras decides to scale the loss
    return hardened


def perturbed(tables: Sequence[Any], gradients: Sequence[Any], epsilon: float) -> list[Any]:
    """Return tables moved by `epsilon` along the gradient of all of them together.

    Args:
        tables: Tensors.
        gradients: Of the loss, of the same shapes.
        epsilon: Length of the whole perturbation.
    """
    from keras import ops

    squares = [ops.sum(ops.square(ops.cast(gradient, "float32"))) for gradient in gradients]
    scale = epsilon / (ops.sqrt(sum(squares)) + _TINY)
    return [t + ops.cast(scale, t.dtype) * ops.cast(g, t.dtype) for t, g in zip(tables, gradients, strict=True)]


def _tensorflow(model: Any, tables: Sequence[int], epsilon: float, data: Any) -> Logs:
    import tensorflow as tf

    x, y = data[0], data[1]
    weights = model.trainable_variables

    def gradients() -> tuple[Any, list[Any]]:
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True), training=True)
            scaled = model.optimizer.scale_loss(loss)
        return loss, [tf.convert_to_tensor(g) for g in tape.gradient(scaled, [w.value for w in weights])]

    loss, plain = gradients()
    before = [tf.identity(weights[i].value) for i in tables]
    _assign(weights, tables, perturbed(before, [plain[i] for i in tables], epsilon))
    _, hard = gradients()
    _assign(weights, tables, before)
    model.optimizer.apply([a + b for a, b in zip(plain, hard, strict=True)], weights)
    return {"loss": loss}


def _torch(model: Any, tables: Sequence[int], epsilon: float, data: Any) -> Logs:
    import torch

    x, y = data[0], data[1]
    weights = model.trainable_variables

    def backward() -> Any:
        loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True), training=True)
        model.optimizer.scale_loss(loss).backward()
        return loss.detach()

    model.zero_grad()
    loss = backward()
    with torch.no_grad():
        before = [weights[i].value.clone() for i in tables]
        _assign(weights, tables, perturbed(before, [weights[i].value.grad for i in tables], epsilon))
    backward()  # adds its gradients to the first ones
    with torch.no_grad():
        _assign(weights, tables, before)
        model.optimizer.apply([w.value.grad for w in weights], weights)
    return {"loss": loss}


def _jax(model: Any, tables: Sequence[int], epsilon: float, state: Any, data: Any) -> tuple[Logs, Any]:
    import jax

    x, y = data[0], data[1]
    weights, others, optimizer, metrics = state
    gradients = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)
    more = {"training": True, "optimizer_variables": optimizer}
    (_, (loss, _, others, metrics)), plain = gradients(weights, others, metrics, x, y, None, **more)
    moved = perturbed([weights[i] for i in tables], [plain[i] for i in tables], epsilon)
    there = [moved[tables.index(i)] if i in tables else w for i, w in enumerate(weights)]
    (_, (_, _, others, metrics)), hard = gradients(there, others, metrics, x, y, None, **more)
    both = [a + b for a, b in zip(plain, hard, strict=True)]
    weights, optimizer = model.optimizer.stateless_apply(optimizer, both, weights)
    return {"loss": loss}, (weights, others, optimizer, metrics)


_STEPS: dict[str, Callable[..., Any]] = {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}


def _assign(weights: Sequence[Any], places: Sequence[int], values: Sequence[Any]) -> None:
    for place, value in zip(places, values, strict=True):
        weights[place].assign(value)
