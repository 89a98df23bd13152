"""The whole export: a run folder in, verified model files and their description out.

Conversion runs under TensorFlow in a child process, whatever backend the caller trains on; a crash of a converter costs
one file and is reported like any other refusal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from makeup_ai.errors import ExportError
from makeup_ai.export.convert import ExportedFile, Part, part_path
from makeup_ai.export.recipes import find_format, find_recipe
from makeup_ai.export.samples import Samples
from makeup_ai.files import write_whole
from makeup_ai.runtime.session import open_session

SCHEMA = 1
CHILD = "makeup_ai.export.child"
TIMEOUT = 1800  # seconds that one child may take
VERSIONED = (
    "makeup-ai",
    "tensorflow",
    "keras",
    "keras-hub",
    "tf2onnx",
    "onnx",
    "onnxruntime",
    "ai-edge-litert",
    "numpy",
)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export made and what it refused.

    Args:
        folder: Where the files and `export.json` lie.
        files: In the order asked for.
    """

    folder: Path
    files: tuple[ExportedFile, ...]

    @property
    def shipped(self) -> tuple[ExportedFile, ...]:
        """The files that agree with Keras."""
        return tuple(file for file in self.files if not file.refused_because)

    @property
    def refused(self) -> tuple[ExportedFile, ...]:
        """The parts that could not be made, or were deleted because they disagree with Keras."""
        return tuple(file for file in self.files if file.refused_because)

    def __str__(self) -> str:
        lines = [f"{'file':<40}{'kB':>9}{'seconds':>9}  worst agreement with Keras"]
        for file in self.files:
            if file.refused_because:
                lines.append(f"{file.path.name:<40}{'-':>9}{file.seconds:>9.1f}  refused: {file.refused_because}")
            else:
                lines.append(f"{file.path.name:<40}{file.bytes / 1000:>9.0f}{file.seconds:>9.1f}  {_worst(file)}")
        return "\n".join(lines)


def export_run(
    run: str | Path,
    out: str | Path,
    samples: Samples,
    *,
    name: str = "understanding",
    formats: Sequence[str] = ("tflite", "onnx"),
    recipes: Sequence[str] = ("float32", "dynamic_int8"),
    strict: bool = False,
    progress: Callable[[ExportedFile], None] | None = None,
) -> ExportReport:
    """Convert a trained run to every format and recipe, compare each file with Keras, describe them in `export.json`.

    Args:
        run: Folder of the run.
        out: Folder for the files; made where it is missing.
        samples: Real texts with Keras's answers, from `answer`; their lengths become the file's.
        name: First part of the files' names.
        formats: Of `FORMATS`.
        recipes: Of `RECIPES`.
        strict: Raise when a part was refused, after all were tried.
        progress: Called with each file as soon as it is known.

    Raises:
        ValueError: A format or recipe is unknown, or there is none.
        ExportError: The child could not load the run; or, if `strict`, a part was refused.
    """
    for format_name in formats:
        find_format(format_name)
    for recipe in recipes:
        find_recipe(recipe)
    parts = [Part(format_name, recipe) for format_name in formats for recipe in recipes]
    if not parts:
        raise ValueError("An export needs a format and a recipe. Received: none.")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[ExportedFile] = []
    with tempfile.TemporaryDirectory() as between:
        samples.save(Path(between) / "samples.npz")
        while len(files) < len(parts):  # a second child only after a crash
            left = parts[len(files) :]
            files.extend(_run_child(Path(run).resolve(), folder.resolve(), name, left, Path(between), progress))
    report = ExportReport(folder, tuple(files))
    _describe(report, name, samples)
    if strict and report.refused:
        raise ExportError("\n".join(f"{file.path.name}: {file.refused_because}" for file in report.refused))
    return report


def _run_child(
    run: Path,
    folder: Path,
    name: str,
    parts: Sequence[Part],
    between: Path,
    progress: Callable[[ExportedFile], None] | None,
) -> list[ExportedFile]:
    results, log = between / "results.jsonl", between / "child.log"
    results.write_text("", encoding="utf-8")
    job = {
        "run": str(run),
        "folder": str(folder),
        "name": name,
        "parts": [list(part) for part in parts],
        "samples": str(between / "samples.npz"),
        "results": str(results),
    }
    (between / "job.json").write_text(json.dumps(job), encoding="utf-8")
    # On the CPU: a recurrent layer traced on a GPU becomes an operator that no phone has.
    settings = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", CHILD, str(between / "job.json")]
    with log.open("wb") as stream, results.open(encoding="utf-8") as lines:
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
        )
        files = _follow(process, lines, folder, progress)
    if process.returncode == 0:
        return files
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    if process.returncode > 0:
        raise ExportError(f"The run in {run} could not be exported: {' '.join(said)}. Does it load under TensorFlow?")
    lost = parts[len(files)]
    because = (
        f"The converter took its process down (signal {-process.returncode}). Choose another recipe than "
        f"{lost.recipe!r} for this encoder."
    )
    path = part_path(folder, name, lost)
    path.unlink(missing_ok=True)
    crashed = ExportedFile(path, *lost, refused_because=because)
    if progress is not None:
        progress(crashed)
    return [*files, crashed]


def _follow(
    process: subprocess.Popen[bytes], lines: Any, folder: Path, progress: Callable[[ExportedFile], None] | None
) -> list[ExportedFile]:
    files: list[ExportedFile] = []

    def read() -> None:
        for line in lines:
            files.append(ExportedFile.from_dict(json.loads(line), folder))
            if progress is not None:
                progress(files[-1])

    waited = 0.0
    while process.poll() is None and waited < TIMEOUT:
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            waited += 0.2
        read()
    if process.returncode is None:
        process.kill()
        process.wait()
    read()
    return files


def _describe(report: ExportReport, name: str, samples: Samples) -> None:
    described = []
    for file in report.files:
        signatures = {} if file.refused_because else open_session(file.path).signatures
        described.append({**file.to_dict(), "signatures": {key: _plain(value) for key, value in signatures.items()}})
    content = {
        "schema": SCHEMA,
        "name": name,
        "lengths": list(samples.lengths),
        "files": described,
        "versions": {package: version(package) for package in VERSIONED},
    }
    write_whole(report.folder / "export.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _plain(signature: Any) -> dict[str, Any]:
    def side(tensors: Mapping[str, Any]) -> dict[str, Any]:
        return {name: {"shape": list(tensor.shape), "dtype": tensor.dtype} for name, tensor in sorted(tensors.items())}

    return {"inputs": side(signature.inputs), "outputs": side(signature.outputs)}


def _worst(file: ExportedFile) -> str:
    if file.parity is None:
        return "-"
    heads = file.parity.heads.items()
    shares = [(head.agreement, name) for name, head in heads if head.agreement is not None]
    cosines = [(head.cosine, name) for name, head in heads if head.cosine is not None]
    words = [f"{name}: {share:.2%} same answers" for share, name in sorted(shares)[:1]]
    return ", ".join(words + [f"{name}: cosine {cosine:.4f}" for cosine, name in sorted(cosines)[:1]])
