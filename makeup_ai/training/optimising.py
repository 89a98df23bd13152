"""The optimizer of every training: AdamW with a warm-up, and rates that fall with the depth of a layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from makeup_ai.training.models.folder import NGRAMS

_BLOCK = re.compile(r"(?:^|/)transformer_layer_(\d+)/")
_INPUTS = re.compile(
    r"(?:^|/)(?:token_embedding|position_embedding|segment_embedding|embeddings_layer_norm|embedding)/"
)
_RECURRENT = re.compile(r"(?:^|/)(?:bi)?lstm/")

NGRAM_RATE = 3e-3
"""Of a table of hashed n-grams: its rows are met seldom and start from nothing, whatever a deep encoder starts from."""


def rate_factors(paths: Sequence[str], decay: float, ngrams: float = 1.0) -> list[float]:
    """Return what each variable's rate is multiplied by: `decay` to the power of its depth under the heads.

    Heads are at depth 0, the uppermost block at 1, the embeddings below the lowest block (discriminative fine-tuning:
    Howard & Ruder, 2018, arXiv:1801.06146).

    Args:
        paths: Of the variables, as Keras names them.
        decay: In (0, 1]; 1 for the same rate everywhere.
        ngrams: What the rate of a table of hashed n-grams is multiplied by, whatever its depth.
    """
    blocks = max((int(found[1]) + 1 for path in paths if (found := _BLOCK.search(path))), default=0)
    blocks = blocks or int(any(_RECURRENT.search(path) for path in paths))

    def depth(path: str) -> int:
        if found := _BLOCK.search(path):
            return blocks - int(found[1])
        if _RECURRENT.search(path):
            return blocks
        return blocks + 1 if _INPUTS.search(path) else 0

    return [ngrams if path.startswith(f"{NGRAMS}/") else float(decay ** depth(path)) for path in paths]


def build_optimizer(
    variables: Sequence[Any],
    *,
    learning_rate: float,
    warmup: float,
    steps: int,
    weight_decay: float,
    clip_norm: float,
    layer_decay: float = 1.0,
    accumulate: int = 1,
) -> Any:
    """Build AdamW (Loshchilov & Hutter, 2019) for the variables that are trained.

    Args:
        variables: Trainable ones, whose state is made at once.
        learning_rate: At its highest, after warm-up.
        warmup: Share of the steps over which the rate rises from zero; it then falls to zero in a straight line.
        steps: Batches of the whole training.
        weight_decay: Not on biases and normalisation; it follows the rate, not the depth.
        clip_norm: Largest global norm of a gradient.
        layer_decay: See `rate_factors`.
        accumulate: Batches whose gradients are added up before a step.
    """
    import keras  # not at the top: this module is read before a backend is chosen

    rising = max(1, int(warmup * steps))
    rate = _linear_rate(learning_rate, rising, max(steps, rising + 1))
    given = {
        "weight_decay": weight_decay,
        "global_clipnorm": clip_norm,
        "epsilon": 1e-6,
        "gradient_accumulation_steps": accumulate if accumulate > 1 else None,
    }
    factors = rate_factors([v.path for v in variables], layer_decay, NGRAM_RATE / learning_rate)

    class DiscriminativeAdamW(keras.optimizers.AdamW):  # type: ignore[misc]
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            factor = factors[self._get_variable_index(variable)]  # a backend may hand over its own kind of variable
            super().update_step(gradient, variable, learning_rate * factor)

    kind = DiscriminativeAdamW if any(factor != 1 for factor in factors) else keras.optimizers.AdamW
    optimizer = kind(rate, **given)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _linear_rate(peak: float, warmup: int, total: int) -> Any:
    """Return a schedule that rises to `peak` over `warmup` steps and falls to zero at `total`."""
    import keras

    class LinearRate(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
        def __call__(self, step: Any) -> Any:
            step = keras.ops.cast(step, "float32")
            return peak * keras.ops.minimum(
                (step + 1) / warmup, keras.ops.maximum(0.0, (total - step) / (total - warmup))
            )

        def get_config(self) -> dict[str, Any]:
            return {"peak": peak, "warmup": warmup, "total": total}

    return LinearRate()
