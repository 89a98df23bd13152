"""Convert one Keras model to every format and recipe asked for, and hold each file to Keras's own answers."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from makeup_ai.errors import ExportError, ParityError
from makeup_ai.export.parity import Parity, compare
from makeup_ai.export.recipes import find_format, find_recipe
from makeup_ai.export.samples import Samples
from makeup_ai.runtime.session import open_session


class Part(NamedTuple):
    """One file asked for."""

    format: str
    recipe: str


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """What became of one part.

    Args:
        path: The file; gone where it was refused.
        format: `"tflite"` or `"onnx"`.
        recipe: Name of the recipe.
        bytes: Size of the file; 0 where none was made.
        seconds: Conversion time, without TensorFlow's start.
        sha256: Of the file; empty where it was refused.
        parity: Against Keras, or `None` where nothing could be compared.
        refused_because: Empty for a file that may be shipped.
    """

    path: Path
    format: str
    recipe: str
    bytes: int = 0
    seconds: float = 0.0
    sha256: str = ""
    parity: Parity | None = None
    refused_because: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Turn into plain JSON types; the path becomes the file's name."""
        return {
            "file": self.path.name,
            "format": self.format,
            "recipe": self.recipe,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "sha256": self.sha256,
            "parity": None if self.parity is None else self.parity.to_dict(),
            "refused_because": self.refused_because,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], folder: Path) -> ExportedFile:
        """Read what `to_dict` gave, for a file of `folder`."""
        parity = values["parity"]
        return cls(
            path=folder / values["file"],
            format=values["format"],
            recipe=values["recipe"],
            bytes=values["bytes"],
            seconds=values["seconds"],
            sha256=values["sha256"],
            parity=None if parity is None else Parity.from_dict(parity),
            refused_because=values["refused_because"],
        )


def part_path(folder: Path, name: str, part: Part) -> Path:
    """Return where a part's file lies: `folder/name.recipe.format`."""
    return folder / f"{name}.{part.recipe}.{part.format}"


def convert(model: Any, samples: Samples, parts: Sequence[Part], folder: Path, name: str) -> Iterator[ExportedFile]:
    """Convert, write, compare; one result a part, in the order asked for, as each is done.

    A part that cannot be converted, or whose file disagrees with Keras, is reported and leaves no file.

    Args:
        model: A `keras.Model` on TensorFlow: dict of `token_ids` and `padding_mask`, both `(batch, tokens)` int32, to a
            dict of float32 outputs.
        samples: Real texts and Keras's answers; their lengths become the file's. Where a recipe calibrates, half of
            them do that, and the other half judge.
        parts: Formats and recipes.
        folder: Where the files go; must exist.
        name: First part of their names.

    Raises:
        ValueError: A format or recipe is unknown.
    """
    kinds = {part.format: find_format(part.format) for part in parts}
    recipes = {part.recipe: find_recipe(part.recipe) for part in parts}
    calibration, unseen = samples.halves()
    with tempfile.TemporaryDirectory() as between:
        sources: dict[str, Any] = {}
        for part in parts:
            started = time.perf_counter()
            if part.format not in sources:
                sources[part.format] = kinds[part.format](model, samples.lengths, calibration.inputs, Path(between))
            recipe = recipes[part.recipe]
            made = ExportedFile(part_path(folder, name, part), *part)
            made.path.unlink(missing_ok=True)  # A file of an earlier run would pass for this one's.
            try:
                content = getattr(recipe, part.format)(sources[part.format])
                made = replace(made, bytes=len(content), seconds=time.perf_counter() - started)
                yield _keep(made, content, unseen if recipe.calibrated else samples)
            except ExportError as error:
                yield replace(made, seconds=time.perf_counter() - started, refused_because=str(error))


def _keep(made: ExportedFile, content: bytes, samples: Samples) -> ExportedFile:
    temporary = made.path.with_name(f".tmp-{made.path.name}")  # same suffix, so that a session opens it
    try:
        temporary.write_bytes(content)
        parity = compare(open_session(temporary), samples)
        made = replace(made, parity=parity)
        parity.check(find_recipe(made.recipe).tolerance, recipe=made.recipe)
        temporary.replace(made.path)
    except ParityError as error:
        return replace(made, refused_because=str(error))
    finally:
        temporary.unlink(missing_ok=True)
    return replace(made, sha256=hashlib.sha256(content).hexdigest())
