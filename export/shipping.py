"""From a run to a folder of verified files with what reads them: the library call behind `makeup-ai export`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from makeup_ai.export.job import ExportReport, export_run
from makeup_ai.export.samples import answer
from makeup_ai.export.saved_model import save_string_model
from makeup_ai.runtime.signature import LENGTHS
from makeup_ai.training.data.pairs import Reading, encode_readings
from makeup_ai.training.evaluation.calibrated import current_calibration
from makeup_ai.training.run import Run, RunLayout, load_run, write_json

PARITY_TEXTS = 1_000
"""Texts that a file is compared on; a recipe that calibrates does that on half of them, and is compared on the rest."""


def export_and_describe(
    run_folder: str | Path,
    out: str | Path,
    *,
    texts: Sequence[Reading] | None = None,
    formats: Sequence[str] = ("tflite", "onnx"),
    recipes: Sequence[str] = ("float32", "dynamic_int8"),
    saved_model: bool = False,
    strict: bool = False,
    progress: Callable[[str], None] = print,
) -> ExportReport:
    """Export a run, and put its tokenizer and configuration beside the files.

    Args:
        run_folder: Of a trained run.
        out: Folder for the files.
        texts: Real texts, or pairs, to calibrate and compare on; by default those the run kept in `texts.json`.
        formats: Of `FORMATS`.
        recipes: Of `RECIPES`.
        saved_model: Whether to write a TensorFlow SavedModel that takes strings, too.
        strict: Whether a refused file is an error.
        progress: Receives one line a file.

    Raises:
        ValueError: A format or recipe is unknown, there are no texts, or a SavedModel is asked of a task of pairs.
        ExportError: The run could not be converted; or, if `strict`, a file was refused.
    """
    run = load_run(run_folder)
    if saved_model and any(head.kind == "pair" for head in run.task.heads):
        raise ValueError(
            f"A SavedModel takes single texts. Received: a run of {run.task.name!r}, which reads pairs. "
            "Remedy: TFLite or ONNX, fed by `Tokenizer.encode_pairs`."
        )
    calibration = current_calibration(RunLayout(run.folder))
    chosen = list(texts) if texts is not None else kept_texts(run)
    lengths = lengths_of(run)
    encodings = encode_readings(run.tokenizer, chosen[:PARITY_TEXTS], min(run.max_length, max(lengths)))
    utterances = [(e.token_ids, (e.token_ids >= 0).astype("int32")) for e in encodings]
    samples = answer(run.model, utterances, lengths)
    report = export_run(
        run_folder,
        out,
        samples,
        name=f"{run.task.name}.{run.config['encoder']}",
        formats=formats,
        recipes=recipes,
        strict=strict,
        progress=lambda file: progress(f"{file.path.name}: {file.refused_because or 'agrees with Keras'}"),
    )
    layout, target = RunLayout(run.folder), RunLayout(Path(out))
    shutil.copyfile(layout.config, target.config)
    shutil.copyfile(layout.tokenizer, target.tokenizer)
    target.calibration.unlink(missing_ok=True)
    if calibration.heads:
        write_json(target.calibration, calibration.to_dict())
    if saved_model:
        save_string_model(run, Path(out) / "saved_model")
        progress("saved_model: takes strings")
    return report


def lengths_of(run: Run) -> tuple[int, ...]:
    """Return the buckets of a run's files: the usual lengths up to the first that holds its longest text."""
    return tuple(n for i, n in enumerate(LENGTHS) if i == 0 or LENGTHS[i - 1] < run.max_length)


def kept_texts(run: Run) -> list[Reading]:
    """Return the texts, or pairs of them, that a run kept for parity and calibration.

    Raises:
        ValueError: It kept none.
    """
    path = RunLayout(run.folder).texts
    if not path.is_file():
        raise ValueError(f"Expected texts to compare on. {str(run.folder)!r} kept none; pass --data FILE.")
    return [one if isinstance(one, str) else tuple(one) for one in json.loads(path.read_text(encoding="utf-8"))]
