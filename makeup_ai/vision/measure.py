"""Everything measured of one face, as one list of numbers: the formulas a graph is made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from makeup_ai.vision.canonical import REGIONS
from makeup_ai.vision.cues import CUES
from makeup_ai.vision.frame import Frame
from makeup_ai.vision.gate import gate_values
from makeup_ai.vision.light import MEASURED as LIGHT
from makeup_ai.vision.patch import SCENE, FacePatch
from makeup_ai.vision.space import NUMPY, Array
from makeup_ai.vision.table import Table, default_table
from makeup_ai.vision.tone import tone_values
from makeup_ai.vision.warp import CROP


def frame_of(xp: Any, crop: Array, points: Array, scene: Array, table: Table) -> Frame:
    """Bring a face to the canonical frame, under white light; arguments as of `FacePatch`."""
    return Frame(xp, table, xp.planes(crop), points, xp.planes(scene))


def values_of(frame: Frame) -> dict[str, Array]:
    """Measure everything, by dotted names such as `gate.blur`, `usable.nose`, `redness.nose`, `colour.lip_colour.l`."""
    values = {f"gate.{name}": value for name, value in gate_values(frame).items()}
    values |= {f"usable.{name}": frame.usable(name) for name in REGIONS}
    values |= {f"light.{name}": getattr(frame.light, name) for name in LIGHT}
    values |= {f"tone.{name}": value for name, value in tone_values(frame).items()}
    for name, formula in CUES.items():
        measured = formula(frame)
        values[name] = measured.value
        values |= {f"{name}.{region}": value for region, value in measured.regions.items()}
        values |= {f"usable.{region}": value for region, value in measured.usable.items()}
        if measured.colour is not None:
            values |= {f"colour.{name}.{axis}": measured.colour[i] for i, axis in enumerate("lab")}
    return values


def vector(xp: Any, crop: Array, points: Array, scene: Array, table: Table) -> Array:
    """Measure everything as one float32 vector, in the order of `value_names`: what a graph computes."""
    values = values_of(frame_of(xp, crop, points, scene, table)).values()
    return xp.concatenate([xp.reshape(value, (1,)) for value in values], axis=0)  # ONNX's Atan2 gives () as (1,)


@cache
def value_names() -> tuple[str, ...]:
    """Name the numbers of `vector`, in order."""
    blank = FacePatch(
        np.zeros((CROP, CROP, 3), np.uint8), np.zeros((478, 3), np.float32), np.zeros((SCENE, SCENE, 3), np.uint8)
    )
    return tuple(values_of(read_patch(blank, default_table())))


def read_patch(patch: FacePatch, table: Table) -> Frame:
    """Bring a patch to the canonical frame in NumPy."""
    return frame_of(NUMPY, patch.crop, patch.points, patch.scene, table)


def measure(patch: FacePatch, table: Table) -> Mapping[str, float]:
    """Measure everything of a patch in NumPy, by the names of `value_names`."""
    return {name: float(value) for name, value in values_of(read_patch(patch, table)).items()}
