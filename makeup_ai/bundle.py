"""The bundle: the one folder that crosses from the workshop to the device.

BUNDLE/
├── manifest.json       schema version, SHA-256 and size of each file, signatures, measured accuracy and parity
├── tokenizer.json
├── models/             understanding.tflite, understanding.onnx, skin.tflite, skin.onnx, the face models
├── tables/             catalogue, domain, labels, needs, masks, phrases, ... and embeddings.bin
├── vectors/            what a device must answer: `makeup-ai bundle selftest` runs them
├── MODEL_CARD.md
└── NOTICE.md
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from makeup_ai.errors import BundleError

SCHEMA_VERSION = 1

TABLES = (
    "catalogue",
    "domain",
    "knowledge",
    "labels",
    "languages",
    "masks",
    "names",
    "needs",
    "phrases",
    "ranking",
    "shades",
    "vision",
)
"""The JSON tables that every bundle holds."""

REQUIRED = (
    "tokenizer.json",
    "models/understanding.tflite",
    *(f"tables/{name}.json" for name in TABLES),
    "tables/embeddings.bin",
    "vectors/consultations.json",
    "vectors/tokens.json",
    "MODEL_CARD.md",
    "NOTICE.md",
)
"""Paths without which a folder is no bundle."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a bundle: its size in bytes and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself.

    Args:
        schema_version: Of the bundle's layout and tables.
        name: Chosen by the brand.
        version: Of the package that wrote it.
        domain: Name of the domain file.
        languages: It reads and writes.
        max_length: Longest text in pieces.
        files: Path -> entry, for every file but the manifest.
        models: Model -> its encoder, formats, recipes, signatures, measured accuracy and parity.
        embedding_dim: Width of the product vectors in `tables/embeddings.bin`.
        data: What it was trained and measured on, in words; synthetic data is called synthetic.
    """

    schema_version: int
    name: str
    version: str
    domain: str
    languages: tuple[str, ...]
    max_length: int
    files: Mapping[str, FileEntry]
    models: Mapping[str, Any]
    embedding_dim: int
    data: str

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values."""
        return {
            "schema_version": self.schema_version,
            "name": self.name,
            "version": self.version,
            "domain": self.domain,
            "languages": list(self.languages),
            "max_length": self.max_length,
            "files": {path: {"bytes": e.bytes, "sha256": e.sha256} for path, e in sorted(self.files.items())},
            "models": dict(self.models),
            "embedding_dim": self.embedding_dim,
            "data": self.data,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Manifest:
        """Rebuild a manifest.

        Raises:
            BundleError: The schema version is unknown, or a field is missing or of another type.
        """
        version = values.get("schema_version")
        if version != SCHEMA_VERSION:
            raise BundleError(
                f"{MANIFEST}: expected schema_version {SCHEMA_VERSION}. Received: {version!r}. "
                "Remedy: a bundle and a makeup_ai of the same generation."
            )
        try:
            return cls(
                schema_version=SCHEMA_VERSION,
                name=str(values["name"]),
                version=str(values["version"]),
                domain=str(values["domain"]),
                languages=tuple(str(language) for language in values["languages"]),
                max_length=int(values["max_length"]),
                files={
                    str(path): FileEntry(int(entry["bytes"]), str(entry["sha256"]))
                    for path, entry in values["files"].items()
                },
                models={str(name): _model(facts) for name, facts in values["models"].items()},
                embedding_dim=int(values["embedding_dim"]),
                data=str(values["data"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(f"{MANIFEST}: a field is missing or of the wrong type ({error!r}).") from error


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was opened and checked."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: str | Path) -> Bundle:
        """Open a bundle and check every file against its manifest.

        Raises:
            BundleError: A required file is missing, a file's size or SHA-256 differs, the schema version is unknown, or
                a path leaves the folder. The message names the file.
        """
        folder = Path(folder)
        path = folder / MANIFEST
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BundleError(f"Expected a bundle: a folder with {MANIFEST}. Received: {str(folder)!r}") from None
        except (OSError, ValueError, RecursionError) as error:
            raise BundleError(f"{MANIFEST}: cannot be read as JSON ({error}).") from error
        if not isinstance(values, dict):
            raise BundleError(f"{MANIFEST}: expected a JSON object. Received: {type(values).__name__}")
        manifest = Manifest.from_dict(values)
        missing = [name for name in REQUIRED if name not in manifest.files]
        if missing:
            raise BundleError(f"{missing[0]}: not listed in {MANIFEST}; a bundle needs all of {list(REQUIRED)}")
        for name, entry in manifest.files.items():
            _check(folder, name, entry)
        return cls(folder, manifest)

    def path(self, name: str) -> Path:
        """Return the path of a file of the bundle.

        Raises:
            BundleError: The bundle has no such file.
        """
        if name not in self.manifest.files:
            raise BundleError(f"{name}: not in this bundle. It holds {sorted(self.manifest.files)}")
        return self.folder / name

    def table(self, name: str) -> Any:
        """Return a JSON table.

        Raises:
            BundleError: The bundle has no such table, or it cannot be read.
        """
        try:
            return json.loads(self.path(f"tables/{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            if isinstance(error, BundleError):
                raise
            raise BundleError(
                f"tables/{name}.json: cannot be read as JSON ({error}). Make the bundle again."
            ) from error

    def has(self, name: str) -> bool:
        """Tell whether the bundle holds a file."""
        return name in self.manifest.files


def _model(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Hold one model's entry to what every reader of a manifest asks of it."""
    for key in ("task", "encoder", "preset"):
        facts[key]
    for file in facts["files"].values():
        dict(file["signatures"])
    return dict(facts)


def describe_files(folder: Path) -> dict[str, FileEntry]:
    """Return the entries of every file under a folder but the manifest, by path with forward slashes."""
    entries = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST:
            entries[name] = FileEntry(path.stat().st_size, _sha256(path))
    return entries


def _check(folder: Path, name: str, entry: FileEntry) -> None:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name:
        raise BundleError(f"{name}: a path in {MANIFEST} leaves the bundle. The bundle is refused.")
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BundleError(f"{name}: a link that leaves the bundle. The bundle is refused.")
        size = path.stat().st_size
        if size != entry.bytes:
            raise BundleError(f"{name}: expected {entry.bytes} bytes. Received: {size}. Copy the bundle again.")
        digest = _sha256(path)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        if isinstance(error, BundleError):
            raise
        raise BundleError(f"{name}: listed in {MANIFEST}, but it cannot be read ({error}).") from error
    if digest != entry.sha256:
        raise BundleError(
            f"{name}: changed since the bundle was made (SHA-256 {digest[:12]}... is not the manifest's)."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
