"""The models that were in use, which one is now, and how that came about.

MODELS/
├── current            number of the version in use, such as 0002; replaced whole
├── history.jsonl      one decision a line, each with the SHA-256 of the line before; what it says counts
├── test.jsonl         the frozen test, held to its SHA-256
├── versions/0001/     a run that can be evaluated and exported; never changed, held to its SHA-256
│   ├── version.json   SHA-256 of each file, and where the model comes from
│   └── data/          train.jsonl, valid.jsonl, shadow.jsonl: what it could learn from, was chosen by, and never saw
└── updates/<key>/     the written record of an update, and what it resumes from
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example, read_examples, write_examples
from makeup_ai.training.data.splits import file_sha256, text_key
from makeup_ai.training.run import RunLayout, write_json

PARTS = ("train", "valid", "shadow")
BEGUN, PROMOTED, REFUSED, ROLLED_BACK = "begun", "promoted", "refused", "rolled back"
_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history.

    Args:
        action: `"begun"`, `"promoted"`, `"refused"` or `"rolled back"`.
        version: In use from then on.
        sha256: Of that version's `version.json`, which holds those of its files.
        test_sha256: Of the frozen test.
        when: In UTC, ISO 8601.
        request: Digest of what an update was asked; empty otherwise.
        update: Folder of its record, relative to the registry; empty otherwise.
        reasons: Why, in sentences.
        previous: SHA-256 of the line before.
    """

    action: str
    version: int
    sha256: str
    test_sha256: str
    when: str
    request: str = ""
    update: str = ""
    reasons: tuple[str, ...] = ()
    previous: str = _FIRST


@dataclass(frozen=True, slots=True)
class Registry:
    """An opened folder of models; open it again to see what has changed."""

    folder: Path
    history: tuple[Entry, ...]

    @property
    def current(self) -> int:
        """The version in use."""
        return self.history[-1].version

    @property
    def newest(self) -> int:
        """The highest version that was ever in use."""
        return max(entry.version for entry in self.history)

    @property
    def test(self) -> Path:
        """The frozen test."""
        return self.folder / "test.jsonl"

    def version(self, number: int) -> Path:
        """Return a version's folder, which is a run folder."""
        return self.folder / "versions" / f"{number:04d}"

    def part(self, number: int, name: str) -> list[Example]:
        """Read one of a version's `PARTS`."""
        path = self.version(number) / "data" / f"{name}.jsonl"
        return read_examples(path) if path.stat().st_size else []

    def origin(self, number: int) -> dict[str, Any]:
        """Return where a version comes from: the first preset of its line, and the version it was updated from."""
        described: dict[str, Any] = json.loads((self.version(number) / "version.json").read_text(encoding="utf-8"))
        return dict(described["origin"])

    def verify(self, number: int) -> None:
        """Hold a version, and the frozen test, to the SHA-256 on record.

        Raises:
            DataError: A file is missing or has been changed.
        """
        entry = next((one for one in self.history if one.version == number), None)
        if entry is None:
            known = sorted({one.version for one in self.history})
            raise DataError(f"Expected a version of {known}. Received: {number}", file=str(self.folder))
        described = self.version(number) / "version.json"
        expected = {described: entry.sha256, self.test: self.history[0].test_sha256}
        if described.is_file() and file_sha256(described) == entry.sha256:
            files = json.loads(described.read_text(encoding="utf-8"))["files"]
            expected |= {self.version(number) / name: sha256 for name, sha256 in files.items()}
        for path, sha256 in expected.items():
            if not path.is_file() or file_sha256(path) != sha256:
                raise DataError(
                    f"Expected the file as it was recorded, with SHA-256 {sha256}. Remedy: bring it back from a backup",
                    file=str(path),
                )

    def decide(self, action: str, version: int, **about: Any) -> Registry:
        """Add a line to the history, move `current`, and return the registry as it then is."""
        previous = hashlib.sha256(_line(self.history[-1])).hexdigest()
        installed = file_sha256(self.version(version) / "version.json")
        entry = Entry(action, version, installed, self.history[0].test_sha256, _now(), previous=previous, **about)
        after = Registry(self.folder, (*self.history, entry))
        after._write()
        return after

    def install(
        self, number: int, run: str | Path, parts: Mapping[str, Sequence[Example]], origin: Mapping[str, Any]
    ) -> Path:
        """Copy a run and its data to a new version's folder, which is there whole or not at all.

        Raises:
            DataError: The version was in use before.
        """
        if number <= self.newest:
            raise DataError(f"Expected a version above {self.newest}. Received: {number}", file=str(self.folder))
        return _install(self.version(number), Path(run), parts, origin)

    def rollback(self, to: int | None = None) -> Registry:
        """Put an earlier version back into use: by default the one before the last promotion of the current one.

        Raises:
            DataError: There is no earlier one, the version is unknown or in use, or its files have been changed.
        """
        before = [entry.version for entry in self.history if entry.version < self.current]
        if to is None and not before:
            raise DataError("Expected a version before the current one. Received: none", file=str(self.folder))
        number = before[-1] if to is None else to
        if number == self.current:
            raise DataError(f"Version {number} is in use already. Expected another", file=str(self.folder))
        self.verify(number)
        return self.decide(ROLLED_BACK, number, reasons=(f"from version {self.current}, by hand",))

    def _write(self) -> None:
        write_whole(self.folder / "history.jsonl", b"".join(map(_line, self.history)))
        write_whole(self.folder / "current", f"{self.current:04d}\n")


def begin(
    folder: str | Path,
    run: str | Path,
    train: Sequence[Example],
    valid: Sequence[Example],
    test: Sequence[Example],
) -> Registry:
    """Make a registry whose first version is a run.

    Args:
        folder: Made where it is missing.
        run: A finished run's folder, which is copied.
        train: What it learned from, to be replayed.
        valid: What it was chosen by.
        test: What every later version is compared on; frozen from now on.

    Raises:
        DataError: The folder is a registry already, or the run has no weights.
        ValueError: A part is empty, or the test holds a text that was trained on.
    """
    folder, layout = Path(folder), RunLayout(Path(run))
    if (folder / "history.jsonl").is_file():
        raise DataError("Expected a new folder. Received: one that holds models already", file=str(folder))
    if not layout.weights.is_file() or not layout.config.is_file():
        raise DataError("Expected the folder of a finished run; `makeup-ai train` makes one", file=str(run))
    if not train or not valid or not test:
        raise ValueError(f"Expected examples in every part. Received: {len(train)}, {len(valid)}, {len(test)}")
    frozen = {text_key(example.text) for example in test}
    if leaked := sum(text_key(example.text) in frozen for example in (*train, *valid)):
        raise ValueError(
            f"Expected a test whose texts were never trained on. Received: {leaked} training or validation examples "
            "with a text of it. Remedy: another test, or a run whose split keeps texts together"
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_examples(folder / "test.jsonl", test)
    preset = json.loads(layout.config.read_text(encoding="utf-8"))["preset"]
    parts = {"train": train, "valid": valid, "shadow": ()}
    first = _install(folder / "versions" / "0001", layout.folder, parts, {"preset": preset, "version": None})
    installed = file_sha256(first / "version.json")
    registry = Registry(folder, (Entry(BEGUN, 1, installed, file_sha256(folder / "test.jsonl"), _now()),))
    registry._write()
    return registry


def open_registry(folder: str | Path) -> Registry:
    """Open a registry, and finish a decision that was interrupted between the history and `current`.

    Raises:
        DataError: The folder is none, or its history has been changed.
    """
    path = Path(folder) / "history.jsonl"
    if not path.is_file():
        raise DataError("Expected a folder of models; `makeup-ai update begin` makes one", file=str(folder))
    entries: list[Entry] = []
    previous = _FIRST
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        try:
            value = json.loads(line)
            entry = Entry(**{**value, "reasons": tuple(value["reasons"])})
        except (ValueError, KeyError, TypeError) as error:
            raise DataError("Expected a decision as JSON", file=str(path), row=number) from error
        if entry.previous != previous or _line(entry) != line:
            raise DataError("Expected the history as it was written; it has been changed", file=str(path), row=number)
        previous = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    if not entries:
        raise DataError("Expected at least one decision. Received: none", file=str(path))
    registry = Registry(Path(folder), tuple(entries))
    pointer = registry.folder / "current"
    if not pointer.is_file() or pointer.read_text(encoding="utf-8") != f"{registry.current:04d}\n":
        write_whole(pointer, f"{registry.current:04d}\n")
    return registry


@contextmanager
def alone(folder: str | Path) -> Iterator[None]:
    """Keep other updates of a registry out, where the system has file locks.

    Raises:
        DataError: Another process is updating it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (Path(folder) / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataError("Another process is updating these models. Remedy: wait", file=str(folder)) from error
        yield


def _install(target: Path, run: Path, parts: Mapping[str, Sequence[Example]], origin: Mapping[str, Any]) -> Path:
    """Copy what a run needs to be loaded, evaluated and exported; what it would resume from stays behind."""
    staged = target.with_name(f".{target.name}.part")
    for left in (staged, target):  # of a killed attempt: the history does not know it
        shutil.rmtree(left, ignore_errors=True)
    (staged / "data").mkdir(parents=True)
    for path in sorted(run.iterdir()):
        if path.is_file() and path.name not in {RunLayout(run).checkpoint.name, "version.json"}:
            write_whole(staged / path.name, path.read_bytes())
    for name in PARTS:
        write_examples(staged / "data" / f"{name}.jsonl", parts[name])
    files = {p.relative_to(staged).as_posix(): file_sha256(p) for p in sorted(staged.rglob("*")) if p.is_file()}
    write_json(staged / "version.json", {"origin": dict(origin), "files": files})
    return staged.rename(target)


def _line(entry: Entry) -> bytes:
    return (json.dumps(asdict(entry), ensure_ascii=False) + "\n").encode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
