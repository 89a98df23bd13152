"""The declared space of a search: which training options may vary, and how far.

A file of TOML or JSON, one entry an option:

    preset = ["bert_tiny", "lstm_bi"]                          # any of these
    learning_rate = { low = 1e-4, high = 1e-2, scale = "log" } # anything between, even on a logarithmic scale
    layer_decay = { low = 0.8, high = 1.0, step = 0.05 }       # in steps
    balance_classes = true                                     # as it is
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from makeup_ai.errors import DataError
from makeup_ai.training.options import TrainOptions

PRESET = "preset"
NOT_SEARCHED = frozenset({"seed", "checkpoint_seconds"})
"""Options that are no choice of a search: luck, and how often a run is saved."""
_PLAIN: Mapping[type, tuple[type, ...]] = {int: (int,), float: (int, float), bool: (bool,), str: (str,)}


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of some values; of one value, just that."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Any number from `low` to `high`, both included.

    Args:
        low: Above zero on a logarithmic scale.
        high: Above `low`.
        log: Whether the scale is logarithmic.
        step: Between the values, from `low`; `None` for any value, of whole numbers 1.
        whole: Whether the option is a whole number.
    """

    low: float
    high: float
    log: bool
    step: float | None
    whole: bool


Axis = Choice | Range
Space = Mapping[str, Axis]


def searchable() -> dict[str, type]:
    """Return the options that a space may name, with their types."""
    hints = get_type_hints(TrainOptions)
    plain = {f.name: hints[f.name] for f in fields(TrainOptions) if hints[f.name] in _PLAIN}
    return {PRESET: str} | {name: kind for name, kind in plain.items() if name not in NOT_SEARCHED}


def read_space(path: str | os.PathLike[str]) -> dict[str, Axis]:
    """Read a declared space.

    Raises:
        DataError: The file is missing or malformed, names an unknown option, or gives one a value or range that it
            cannot have; names the option as column.
    """
    file = os.fspath(path)
    reader: Callable[[str], Any] = tomllib.loads if Path(path).suffix.lower() == ".toml" else json.loads
    try:
        declared = reader(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"Expected a space as TOML or JSON, by its suffix. Received: {error}", file=file) from error
    if not isinstance(declared, dict) or not declared:
        raise DataError(f"Expected an object of options, any of {sorted(searchable())}. Received: none", file=file)
    space = {name: _axis(name, value, file) for name, value in declared.items()}
    if all(isinstance(axis, Choice) and len(axis.values) == 1 for axis in space.values()):
        raise DataError("Expected at least one option with several values. Received: one point", file=file)
    return space


def _axis(name: str, value: Any, file: str) -> Axis:
    kinds = searchable()
    if name not in kinds:
        raise DataError(f"Unknown option. Expected one of {sorted(kinds)}. Received: {name!r}", file=file)
    try:
        if isinstance(value, dict):
            return _range(name, value, kinds[name])
        values = value if isinstance(value, list) else [value]
        if not values or len({repr(one) for one in values}) < len(values):
            raise ValueError(f"Expected one or more different values. Received: {value}")
        return Choice(tuple(_checked(name, one, kinds[name]) for one in values))
    except ValueError as error:
        raise DataError(str(error), file=file, column=name) from error


def _range(name: str, value: Mapping[str, Any], kind: type) -> Range:
    unknown = sorted(set(value) - {"low", "high", "scale", "step"})
    if unknown or not {"low", "high"} <= set(value) or kind not in (int, float):
        raise ValueError(
            "Expected a range of numbers with low, high and maybe scale (linear or log) or step. "
            f"Received: {dict(value)} for an option of type {kind.__name__}"
        )
    low, high = (_checked(name, value[end], kind) for end in ("low", "high"))
    scale, step = value.get("scale", "linear"), value.get("step")
    if scale not in ("linear", "log") or not low < high or (scale == "log" and (low <= 0 or step is not None)):
        raise ValueError(
            "Expected low < high on a scale of ['linear', 'log'], where log has low > 0 and no step. "
            f"Received: {dict(value)}"
        )
    if step is not None and (type(step) not in _PLAIN[kind] or not 0 < step <= high - low):
        raise ValueError(f"Expected a step above zero and within the range, of type {kind.__name__}. Received: {step}")
    return Range(low, high, scale == "log", step, kind is int)


def _checked(name: str, value: Any, kind: type) -> Any:
    """Return a value as its option takes it; `TrainOptions` itself says what it may be."""
    if type(value) not in _PLAIN[kind]:
        raise ValueError(f"Expected a value of type {kind.__name__}. Received: {value!r}")
    if name != PRESET:
        TrainOptions(**{name: value})
    return float(value) if kind is float else value
