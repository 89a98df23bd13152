"""How far a model's probabilities are to be believed: a temperature a head, and where it had better say nothing.

A file of this stands in a run, beside exported models and in a bundle (`tables/calibration.json`); without one, every
probability is the model's own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class HeadCalibration:
    """What was found for one head on validation data.

    Args:
        temperature: Its logits are divided by it before softmax or sigmoid (Guo et al., 2017, arXiv:1706.04599); above
            0, and above 1 where the model was too sure.
        thresholds: Probability from which each class is said, for heads of any number of classes; else empty.
        told_from: Confidence from which an answer is wrong no more often than was asked for; 0 tells everything, and
            `None` says that no threshold promises so.

    Raises:
        ValueError: A number is outside its range.
    """

    temperature: float = 1.0
    thresholds: tuple[float, ...] = ()
    told_from: float | None = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"Expected a temperature above 0. Received: temperature={self.temperature}")
        for value in (*self.thresholds, self.told_from or 0.0):
            if not 0 <= value <= 1:
                raise ValueError(f"Expected a probability in [0, 1]. Received: {value}")


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of a model's heads.

    Args:
        heads: By name; a head that is not there is believed as it is.
        weights: SHA-256 of the weights that it was fitted to; empty where it belongs to none.
    """

    heads: Mapping[str, HeadCalibration] = field(default_factory=dict)
    weights: str = ""

    def of(self, head: str) -> HeadCalibration:
        """Return what was found for a head; temperature 1 where nothing was."""
        return self.heads.get(head, HeadCalibration())

    def cooled(self, outputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Return a model's outputs with each head's logits over its temperature.

        Which class is likeliest does not change; how sure the model seems does, and with it what lies below the
        confidences from which a bundle's tables believe an intent or a slot.
        """
        return {
            name: values / np.float32(self.heads[name].temperature) if name in self.heads else values
            for name, values in outputs.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        heads = {
            name: {"temperature": h.temperature, "thresholds": list(h.thresholds), "told_from": h.told_from}
            for name, h in self.heads.items()
        }
        return {"schema": SCHEMA, "weights": self.weights, "heads": heads}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        """Rebuild what `to_dict` gave.

        Raises:
            ValueError: The schema is unknown, a field is missing, or a number is outside its range.
        """
        if not isinstance(values, Mapping) or values.get("schema") != SCHEMA:
            raise ValueError(f"Expected a calibration of schema {SCHEMA}. Remedy: `makeup-ai calibrate` the run again.")
        try:
            heads = {
                str(name): HeadCalibration(
                    float(head["temperature"]),
                    tuple(float(value) for value in head["thresholds"]),
                    None if head["told_from"] is None else float(head["told_from"]),
                )
                for name, head in values["heads"].items()
            }
            return cls(heads, str(values["weights"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"A calibration lacks a field or holds one of another type ({error!r}). "
                "Remedy: `makeup-ai calibrate` the run again."
            ) from error


def read_calibration(path: str | Path) -> Calibration:
    """Read a calibration; where there is no such file, every probability is the model's own.

    Raises:
        ValueError: The file is damaged.
    """
    path = Path(path)
    if not path.is_file():
        return Calibration()
    try:
        return Calibration.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: cannot be read as a calibration ({error})") from error
