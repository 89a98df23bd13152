"""The capture gate: whether a photo can carry a measurement, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.schema import Capture, Check
from makeup_ai.vision.gate import colour_left
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.table import Table

_SIDE = 256  # pixels a picture is brought to before its colours are looked at


def is_greyscale(pixels: npt.NDArray[np.uint8], table: Table) -> bool:
    """Tell whether a picture, `(rows, columns, 3)` uint8 sRGB, has no colour of its own; see `gate.colour_left`."""
    square = NUMPY.planes(cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))
    return is_grey(float(colour_left(NUMPY, square, table)), table)


def is_grey(left: float, table: Table) -> bool:
    """Tell whether what `gate.colour_left` measured means a picture without colour."""
    return left < float(table["greyscale"]["max_residual"])


def judge(measured: Mapping[str, float], table: Table, *, greyscale: bool) -> Capture:
    """Hold measurements to the table's limits; absent ones are skipped, and for a greyscale photo those of colour.

    A photo is accepted unless a check fails whose severity is `"refuse"`.
    """
    checks = []
    for row in table["gate"]:
        if row["name"] not in measured or (greyscale and row["colour"]):
            continue
        value, threshold = measured[row["name"]], float(row["threshold"])
        passed = {"min": value >= threshold, "max": value <= threshold, "abs": abs(value) <= threshold}[row["limit"]]
        advice = {} if passed else dict(row["advice"])
        checks.append(Check(row["name"], value, row["unit"], threshold, passed, advice, row["severity"]))
    return Capture(all(check.passed or check.severity != "refuse" for check in checks), tuple(checks))
