"""How the next trial is chosen: KerasTuner's oracles, one row each.

An oracle is only asked and told here; its own files are not read again. They are not written whole, so that a kill can
leave one that cannot be read, and a search that is killed during its first trial is not found again (KerasTuner 1.4.8).
A search that resumes asks a fresh oracle the same questions and gives it the answers on record, which leaves it as it
was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from makeup_ai.training.tuning.space import Choice, Space

if TYPE_CHECKING:
    import keras_tuner

SCORE = "score"


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to search.

    Args:
        build: Space, most trials, epochs and seed -> KerasTuner's oracle.
        budgets: Whether it gives each trial its epochs, so that the space cannot.
    """

    build: Callable[[Any, int, int, int], keras_tuner.Oracle]
    budgets: bool = False


def parameters_of(space: Space) -> Any:
    """Return a space as KerasTuner's `HyperParameters`."""
    parameters = _keras_tuner().HyperParameters()
    for name, axis in space.items():
        if isinstance(axis, Choice):
            if len(axis.values) == 1:
                parameters.Fixed(name, axis.values[0])
            else:
                parameters.Choice(name, list(axis.values), ordered=False if isinstance(axis.values[0], str) else None)
            continue
        declare = parameters.Int if axis.whole else parameters.Float
        declare(name, axis.low, axis.high, step=axis.step, sampling="log" if axis.log else "linear")
    return parameters


def house(oracle: Any, folder: str) -> None:
    """Give an oracle a folder, without which it cannot be asked: it writes down each trial."""
    _keras_tuner().engine.base_tuner.BaseTuner(oracle, directory=folder, project_name="oracle", overwrite=True)


def version() -> str:
    """Return KerasTuner's version: another may ask for other trials."""
    return str(_keras_tuner().__version__)


def _random(parameters: Any, trials: int, epochs: int, seed: int) -> Any:
    """Draw each value by itself (Bergstra & Bengio, 2012)."""
    return _oracle("RandomSearchOracle", parameters, seed, max_trials=trials)


def _bayesian(parameters: Any, trials: int, epochs: int, seed: int) -> Any:
    """Draw where a Gaussian process of the scores so far promises most (Snoek et al., 2012)."""
    return _oracle("BayesianOptimizationOracle", parameters, seed, max_trials=trials)


def _hyperband(parameters: Any, trials: int, epochs: int, seed: int) -> Any:
    """Give many trials few epochs and the best of them more (Li et al., 2018); how many follows from the epochs."""
    return _oracle("HyperbandOracle", parameters, seed, max_epochs=epochs)


def _oracle(kind: str, parameters: Any, seed: int, **more: Any) -> Any:
    keras_tuner = _keras_tuner()
    return getattr(keras_tuner.oracles, kind)(
        objective=keras_tuner.Objective(SCORE, "max"),
        hyperparameters=parameters,
        seed=seed + 1,  # KerasTuner takes 0 for "any"
        max_consecutive_failed_trials=10**9,  # a corner of the space that fails is an answer too
        **more,
    )


def _keras_tuner() -> Any:
    try:
        import keras_tuner
    except ImportError as error:
        raise ImportError("A search needs KerasTuner. Remedy: pip install 'makeup-ai[train]'") from error
    return keras_tuner


STRATEGIES: Mapping[str, Strategy] = {
    "random": Strategy(_random),
    "bayesian": Strategy(_bayesian),
    "hyperband": Strategy(_hyperband, budgets=True),
}
