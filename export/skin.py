"""The skin formulas as one graph, in TFLite and ONNX, held to the same formulas in NumPy.

The graph takes what a phone cuts out of a photo (the crop, its mesh, the scene in small) and gives every number of
`makeup_ai.vision.measure`. Conversion runs under TensorFlow in a child process, whatever backend the caller trains on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.errors import ExportError, ParityError
from makeup_ai.export import onnx as onnx_format
from makeup_ai.export.tflite import checked, explain
from makeup_ai.vision.drawn import drawn_faces
from makeup_ai.vision.graph import OUTPUT, SkinGraph, disagreement
from makeup_ai.vision.measure import value_names, vector
from makeup_ai.vision.patch import SCENE
from makeup_ai.vision.space import space_of
from makeup_ai.vision.table import Table
from makeup_ai.vision.warp import CROP

SIGNATURE = "skin"
FACES = 24  # drawn faces that a file is held to NumPy on
INPUTS = {
    "crop": ((1, CROP, CROP, 3), "uint8"),
    "points": ((1, 478, 3), "float32"),
    "scene": ((1, SCENE, SCENE, 3), "uint8"),
}
"""Input -> shape and type."""


@dataclass(frozen=True, slots=True)
class SkinFile:
    """One file of the skin graph.

    Args:
        path: The file.
        bytes: Its size.
        worst: Name of the number that is farthest from NumPy's, as a share of what is allowed.
        share: That share; at most 1.
    """

    path: Path
    bytes: int
    worst: str
    share: float

    def to_dict(self) -> dict[str, Any]:
        """Turn into plain JSON types."""
        parity = {"faces": FACES, "worst": self.worst, "share_of_tolerance": round(self.share, 6)}
        return {"file": self.path.name, "bytes": self.bytes, "parity": parity}


def export_skin(out: str | Path, table: Table, formats: Iterable[str] = ("tflite", "onnx")) -> dict[str, SkinFile]:
    """Write `skin.tflite` and `skin.onnx`, each held to NumPy on drawn faces.

    Args:
        out: Folder for the files; made where it is missing.
        table: Thresholds that go into the graph, as of `makeup_ai.vision.table`.
        formats: `"tflite"`, `"onnx"` or both.

    Returns:
        Format -> file.

    Raises:
        ValueError: A format is unknown.
        ExportError: The graph could not be converted.
        ParityError: A file gives other numbers than NumPy; it is not kept.
    """
    chosen = list(formats)
    if not chosen or set(chosen) - {"tflite", "onnx"}:
        raise ValueError(f"Expected formats of ['onnx', 'tflite']. Received: {chosen}")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as between:
        job = Path(between) / "job.json"
        job.write_text(json.dumps({"table": table, "formats": chosen}), encoding="utf-8")
        settings = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        child = subprocess.run(
            [sys.executable, "-m", "makeup_ai.export.skin", str(job)],
            env={**os.environ, **settings},
            capture_output=True,
            check=False,
        )
        if child.returncode:
            lines = child.stderr.decode(errors="replace").splitlines()
            said = [line for line in lines if "Error" in line.split(":")[0] and not line.startswith(" ")]
            raise ExportError(f"The skin graph could not be converted: {' '.join((said or lines)[-1:])}")
        made = {}
        for kind in chosen:
            inside = Path(between) / f"skin.{kind}"
            worst, share = disagreement(SkinGraph(inside, value_names()), table, drawn_faces(FACES))
            if not share <= 1.0:
                raise ParityError(
                    f"skin.{kind} gives {worst!r} {share:.1f} times as far from NumPy as allowed. "
                    "Write that formula with soft thresholds, or with operations that both round alike."
                )
            inside.replace(folder / inside.name)
            made[kind] = SkinFile(folder / inside.name, (folder / inside.name).stat().st_size, worst, share)
    return made


def skin_model(table: Table) -> Any:
    """Build the Keras model of the graph: inputs as of `INPUTS`, output `values`, `(1, numbers)` float32."""
    import keras

    class Skin(keras.layers.Layer):  # type: ignore[misc]
        def call(self, crop: Any, points: Any, scene: Any) -> Any:
            ops = keras.ops
            return vector(space_of(ops), crop[0], points[0], scene[0], table)[None]

    inputs = {
        name: keras.Input(shape[1:], batch_size=1, dtype=kind, name=name) for name, (shape, kind) in INPUTS.items()
    }
    return keras.Model(inputs, {OUTPUT: Skin()(**inputs)})


def _tflite(model: Any, folder: Path) -> bytes:
    import keras
    import tensorflow as tf

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(SIGNATURE, model, input_signature=[_specs()])
    archive.write_out(str(folder / "saved_model"), verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved_model"), signature_keys=[SIGNATURE])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    try:
        return checked(bytes(converter.convert()))
    except Exception as error:  # the converter's own error has no public name
        raise ExportError(explain(str(error))) from error


def _onnx(model: Any, folder: Path) -> bytes:
    import tensorflow as tf
    import tf2onnx

    spec = _specs()
    function = tf.function(model, input_signature=(spec,))
    with onnx_format.quiet("tf2onnx"):
        converted, _ = tf2onnx.convert.from_function(function, input_signature=(spec,), opset=onnx_format.OPSET)
    return onnx_format.checked(onnx_format.fold(converted, folder))


_CONVERTERS = {"tflite": _tflite, "onnx": _onnx}


def _specs() -> dict[str, Any]:
    import tensorflow as tf

    return {name: tf.TensorSpec(shape, kind, name=name) for name, (shape, kind) in INPUTS.items()}


def main(path: Path) -> None:
    """Convert what a job file asks for, into its folder."""
    job: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    model = skin_model(job["table"])
    for kind in job["formats"]:
        (path.parent / f"skin.{kind}").write_bytes(_CONVERTERS[kind](model, path.parent))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
