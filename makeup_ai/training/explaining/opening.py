"""A model on disk to something that can be asked and explained: a run, an exported file, or a bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from makeup_ai.text.explaining.explain import Method, Reader, occlusion
from makeup_ai.training.evaluation.target import open_target
from makeup_ai.training.explaining.gradients import gradient_x_input, integrated_gradients
from makeup_ai.training.run import Run, RunLayout, load_run

REPLACEMENTS = {"mask": True, "remove": False}
"""What occlusion does with a word."""

GRADIENTS: dict[str, Callable[[Run], Method]] = {
    "gradient_x_input": gradient_x_input,
    "integrated_gradients": integrated_gradients,
}
"""Methods that need a network."""

METHODS = ("occlusion", *GRADIENTS)


def open_reader(path: str | Path) -> Reader:
    """Open a run folder, a bundle folder or an exported file; see `open_target` for what it raises."""
    target = open_target(path)

    return Reader(
        name=target.name,
        heads=target.task.heads,
        tokenizer=target.tokenizer,
        max_length=target.max_length,
        answer=lambda encodings: target.predict(encodings, target.max_length),
        calibration=target.calibration,
    )


def open_method(name: str, path: str | Path, reader: Reader, replace: str | None = None) -> Method:
    """Return a method for a model.

    Args:
        name: One of `METHODS`.
        path: Of the model.
        reader: The model, open.
        replace: Of `REPLACEMENTS`, for occlusion; by default what fits the head.

    Raises:
        ValueError: The method or replacement is unknown, or the method needs a run and this is none.
    """
    if name not in METHODS:
        raise ValueError(f"Unknown method. Expected one of {list(METHODS)}. Received: method={name!r}")
    if replace is not None and (replace not in REPLACEMENTS or name != "occlusion"):
        raise ValueError(f"Expected one of {sorted(REPLACEMENTS)}, for occlusion. Received: {replace!r} for {name!r}")
    if name == "occlusion":
        return occlusion(reader, None if replace is None else REPLACEMENTS[replace])
    if not RunLayout(Path(path)).weights.is_file():
        raise ValueError(
            f"Expected a run folder: {name} needs the network's gradients. Received: {str(path)!r}. "
            "Remedy: --method occlusion"
        )
    return GRADIENTS[name](load_run(path))
