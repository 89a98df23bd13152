"""Visible cues of the skin, each a plain formula over the canonical frame, as cosmetic observations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from makeup_ai.vision.cues.dark_circles import dark_circles
from makeup_ai.vision.cues.dryness import dryness
from makeup_ai.vision.cues.evenness import radiance, uneven_tone
from makeup_ai.vision.cues.eye_bags import eye_bags
from makeup_ai.vision.cues.iris_colour import iris_colour
from makeup_ai.vision.cues.lines import crows_feet, forehead_lines, frown_lines, nasolabial_folds, under_eye_lines
from makeup_ai.vision.cues.lip_colour import lip_colour
from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.cues.pores import pores
from makeup_ai.vision.cues.redness import redness
from makeup_ai.vision.cues.shine import shine
from makeup_ai.vision.cues.spots import blemishes, dark_spots
from makeup_ai.vision.cues.texture import texture
from makeup_ai.vision.frame import Frame

CUES: Mapping[str, Callable[[Frame], Measured]] = {
    "redness": redness,
    "shine": shine,
    "uneven_tone": uneven_tone,
    "dark_spots": dark_spots,
    "blemishes": blemishes,
    "dark_circles": dark_circles,
    "eye_bags": eye_bags,
    "pores": pores,
    "texture": texture,
    "forehead_lines": forehead_lines,
    "frown_lines": frown_lines,
    "crows_feet": crows_feet,
    "nasolabial_folds": nasolabial_folds,
    "under_eye_lines": under_eye_lines,
    "dryness": dryness,
    "radiance": radiance,
    "lip_colour": lip_colour,
    "iris_colour": iris_colour,
}
"""Every cue by its name; a new one is a file here and a row in the table's `cues`."""
