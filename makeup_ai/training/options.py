"""How a run trains: one value for every kind of training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a run trains.

    Args:
        epochs: At most; early stopping may end it sooner.
        batch_size: Texts a step.
        learning_rate: At its highest, after warm-up.
        warmup: Share of all steps over which the rate rises from zero; it then falls to zero in a straight line.
        weight_decay: Of AdamW (Loshchilov & Hutter, 2019), not on biases and normalisation.
        clip_norm: Largest global norm of a gradient.
        patience: Epochs without a better validation figure before it stops.
        layer_decay: What the rate is multiplied by from each layer to the one below it, in (0, 1].
        noise: Share of pieces replaced by random ones, outside of slots.
        adversarial: Length by which word vectors are moved to where it hurts most; 0 for no adversarial training.
        balance_classes: Whether rare classes weigh more in the loss.
        accumulate: Batches whose gradients are added up before a step, so that a large batch fits a small memory.
        xla: Whether a step is compiled as a whole; JAX always does, and PyTorch by its own compiler.
        precision: Keras dtype policy, `"float32"`, `"mixed_float16"` or `"mixed_bfloat16"`.
        seed: Of initial weights, order and dropout.
        checkpoint_seconds: A checkpoint is written at least this often, and at the end of each epoch.
    """

    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 5e-4
    warmup: float = 0.1
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    patience: int = 2
    layer_decay: float = 1.0
    noise: float = 0.0
    adversarial: float = 0.0
    balance_classes: bool = False
    accumulate: int = 1
    xla: bool = False
    precision: str = "float32"
    seed: int = 0
    checkpoint_seconds: float = 60.0

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch_size, self.patience, self.accumulate) < 1 or self.learning_rate <= 0:
            raise ValueError(
                f"Expected epochs, batch_size, patience, accumulate >= 1 and a learning_rate > 0. Received: {self}"
            )
        if not 0 < self.layer_decay <= 1:
            raise ValueError(f"Expected a layer_decay in (0, 1]. Received: layer_decay={self.layer_decay}")
        if not 0 <= self.noise < 1:
            raise ValueError(f"Expected a share of noise in [0, 1). Received: noise={self.noise}")
        if self.adversarial < 0:
            raise ValueError(f"Expected a length of at least 0. Received: adversarial={self.adversarial}")
        if self.precision not in {"float32", "mixed_float16", "mixed_bfloat16"}:
            raise ValueError(
                "Unknown precision. Expected one of ['float32', 'mixed_bfloat16', 'mixed_float16']. "
                f"Received: precision={self.precision!r}"
            )
