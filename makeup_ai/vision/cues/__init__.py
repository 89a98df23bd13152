"""Visible cues of the skin, each a plain formula over the canonical frame, as cosmetic observations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from makeup_ai.vision.cues.measured import Measured
from makeup_ai.vision.cues.redness import redness
from makeup_ai.vision.cues.shine import shine
from makeup_ai.vision.frame import Frame

CUES: Mapping[str, Callable[[Frame], Measured]] = {
    "redness": redness,
    "shine": shine,
}
"""Every cue by its name; a new one is a file here and a row in the table's `cues`."""
