"""The skin formulas as a model file: what the phone runs, behind the same call as NumPy's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from makeup_ai.runtime.session import open_session
from makeup_ai.runtime.signature import Array
from makeup_ai.vision.measure import measure
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.table import Table

OUTPUT = "values"
"""Name of the graph's one output, `(1, numbers)` float32."""

_POINTS = 0.5  # of a cue's 100 that a graph may be away from NumPy
_SHARE = 0.01  # of a number that is no cue; or this much of its unit where it is small


class SkinGraph:
    """A skin model file, open for calls; the thresholds it was made with are inside it.

    Args:
        path: A `.tflite` or `.onnx` file.
        names: Of its numbers, in order, as the bundle's manifest has them.
        threads: Cores that one call may use.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is no skin graph, or gives another count of numbers than there are names.
    """

    def __init__(self, path: str | Path, names: Sequence[str], threads: int = 1):
        self._session = open_session(path, threads)
        self._names = tuple(names)
        (signature,) = self._session.signatures.values()
        width = signature.outputs[OUTPUT].shape[-1] if OUTPUT in signature.outputs else None
        if width != len(self._names):
            raise ValueError(
                f"Expected a skin graph that gives {len(self._names)} numbers as {OUTPUT!r}. Received: {width} in "
                f"{path}. Export it again from this table."
            )

    def measure(self, patch: FacePatch) -> Mapping[str, float]:
        """Measure everything of a patch, by name; like `measure.measure`."""
        inputs: dict[str, Array] = {"crop": patch.crop[None], "points": patch.points[None], "scene": patch.scene[None]}
        (values,) = self._session.run(inputs)[OUTPUT]
        return dict(zip(self._names, values.tolist(), strict=True))


def disagreement(graph: SkinGraph, table: Table, patches: Iterable[FacePatch]) -> tuple[str, float]:
    """Compare a graph with NumPy.

    Returns:
        The worst number's name, and its difference as a share of what is allowed: half a point of a cue's 100, one
        percent of any other number. A graph agrees where the share is at most 1.
    """
    worst, share = "", 0.0
    for patch in patches:
        given = graph.measure(patch)
        for name, expected in measure(patch, table).items():
            used = abs(given[name] - expected) / _allowed(name, expected, table)
            if not math.isfinite(used):
                return name, math.inf
            worst, share = (name, used) if used >= share else (worst, share)
    return worst, share


def _allowed(name: str, expected: float, table: Table) -> float:
    row = table["cues"].get(name.split(".", maxsplit=1)[0])
    if row is not None:
        return abs(float(row["strong"]) - float(row["none"])) * _POINTS / 100.0
    return _SHARE * max(1.0, abs(expected))
