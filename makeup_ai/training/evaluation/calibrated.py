"""The calibration of a run, held to the weights that it was fitted to."""

from __future__ import annotations

from makeup_ai.text.calibration import Calibration, read_calibration
from makeup_ai.training.data.splits import file_sha256
from makeup_ai.training.run import RunLayout


def is_current(found: Calibration, layout: RunLayout) -> bool:
    """Tell whether a calibration was fitted to the weights that a run has now."""
    return layout.weights.is_file() and found.weights == file_sha256(layout.weights)


def current_calibration(layout: RunLayout) -> Calibration:
    """Return a run's calibration, which is empty where nobody calibrated it.

    Raises:
        ValueError: It was fitted to other weights than the run has now, or it is damaged.
    """
    found = read_calibration(layout.calibration)
    if found.heads and not is_current(found, layout):
        raise ValueError(
            f"Expected a calibration of the run's weights. Received: {str(layout.calibration)!r}, which was fitted to "
            "others. Remedy: `makeup-ai calibrate` the run again, or delete that file."
        )
    return found
