"""The ways to make a model file smaller, one row each, with what each may cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from makeup_ai.export.onnx import OnnxSource
from makeup_ai.export.parity import Tolerance
from makeup_ai.export.tflite import TFLiteSource

FORMATS: Mapping[str, Callable[..., Any]] = {"tflite": TFLiteSource, "onnx": OnnxSource}
"""Format, which is also the file's suffix -> what converts a Keras model to it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to store and compute a model.

    Args:
        name: Also part of the file's name.
        meaning: One line for `--help`.
        tolerance: How far from Keras a file of this recipe may be; measured first, then set with some room.
        tflite: What makes the TFLite file.
        onnx: What makes the ONNX file.
        calibrated: Whether it reads texts, which then must not judge the file.
    """

    name: str
    meaning: str
    tolerance: Tolerance
    tflite: Callable[[TFLiteSource], bytes]
    onnx: Callable[[OnnxSource], bytes]
    calibrated: bool = False


EXACT = Tolerance(difference=1e-4, agreement=0.999, cosine=0.9999)
WIDENED = Tolerance(difference=2e-2, agreement=0.995, cosine=0.9999)
SAME_ANSWERS = Tolerance(difference=None, agreement=0.99, cosine=0.99)

RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("float32", "as trained", EXACT, TFLiteSource.float32, OnnxSource.float32),
        Recipe("float16", "half the size, float32 arithmetic", WIDENED, TFLiteSource.float16, OnnxSource.float16),
        Recipe(
            "dynamic_int8",
            "a quarter of the size, int8 products, activations quantized call by call",
            SAME_ANSWERS,
            TFLiteSource.dynamic_int8,
            OnnxSource.dynamic_int8,
        ),
        Recipe(
            "int8",
            "a quarter of the size, int8 throughout, activations calibrated on real texts",
            SAME_ANSWERS,
            TFLiteSource.int8,
            OnnxSource.int8,
            calibrated=True,
        ),
    )
}
"""Every recipe by name, largest file first."""


def find_recipe(name: str) -> Recipe:
    """Return a recipe by name.

    Raises:
        ValueError: There is none of that name.
    """
    if name not in RECIPES:
        raise ValueError(f"Unknown recipe. Expected one of {sorted(RECIPES)}. Received: recipe={name!r}")
    return RECIPES[name]


def find_format(name: str) -> Callable[..., Any]:
    """Return what converts to a format.

    Raises:
        ValueError: There is none of that name.
    """
    if name not in FORMATS:
        raise ValueError(f"Unknown format. Expected one of {sorted(FORMATS)}. Received: format={name!r}")
    return FORMATS[name]
