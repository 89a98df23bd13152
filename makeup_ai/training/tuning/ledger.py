"""What a search has found so far: the one file that it resumes from.

DIR/
├── search.json        what is asked for, every finished trial, the best one and the command that repeats it
├── split.json         of the data, where the command line split it
└── trials/0000/…      one run folder a trial
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from makeup_ai.training.run import write_json

SCHEMA = 1


class SearchLayout:
    """Where the files of a search lie."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)

    @property
    def record(self) -> Path:
        """All that was asked for and found."""
        return self.folder / "search.json"

    @property
    def split(self) -> Path:
        """Which rows of the data went where."""
        return self.folder / "split.json"

    @property
    def trials(self) -> Path:
        """One run folder a trial."""
        return self.folder / "trials"


@dataclass(frozen=True, slots=True)
class Trial:
    """One point of the space and what it is worth.

    Args:
        number: From 0, in the order they were tried.
        values: Option -> value, of the options that the space names.
        epochs: At most, by the strategy or the space.
        score: The task's monitored figure on the validation part; `None` where training failed.
        metrics: Head -> metric -> value, of the best weights.
        message: Why it failed, or empty.
    """

    number: int
    values: Mapping[str, Any]
    epochs: int
    score: float | None
    metrics: Mapping[str, Mapping[str, float]]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """A search, finished or not.

    Args:
        folder: Where it lies.
        request: What was asked for, as plain JSON values.
        trials: In the order they were tried.
        command: That repeats the best trial; empty where none has succeeded.
        complete: Whether nothing is left to try.
    """

    folder: Path
    request: Mapping[str, Any]
    trials: tuple[Trial, ...] = ()
    command: str = ""
    complete: bool = False

    @property
    def layout(self) -> SearchLayout:
        """Where its files lie."""
        return SearchLayout(self.folder)

    @property
    def best(self) -> Trial | None:
        """The trial with the highest score, of equals the first."""
        done = [trial for trial in self.trials if trial.score is not None]
        return max(done, key=lambda trial: trial.score or 0.0, default=None)

    def run_of(self, trial: Trial | int) -> Path:
        """Return the run folder of a trial."""
        return self.layout.trials / f"{trial if isinstance(trial, int) else trial.number:04d}"

    def to_json(self) -> dict[str, Any]:
        """Return the search as plain JSON values."""
        best = self.best
        return {
            "schema": SCHEMA,
            "request": self.request,
            "complete": self.complete,
            "best": None if best is None else {**asdict(best), "run": str(self.run_of(best))},
            "command": self.command,
            "trials": [asdict(trial) for trial in self.trials],
        }

    def save(self) -> None:
        """Write `search.json`, whole or not at all."""
        write_json(self.layout.record, self.to_json())

    def __str__(self) -> str:
        """Return a table of the trials, best first."""
        names = list(self.trials[0].values) if self.trials else []
        rows = [["trial", "score", "epochs", *names]]
        for trial in sorted(self.trials, key=lambda t: (t.score is None, -(t.score or 0.0), t.number)):
            score = "failed" if trial.score is None else f"{trial.score:.4f}"
            rows.append([f"{trial.number:04d}", score, str(trial.epochs), *(_short(trial.values[n]) for n in names)])
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def open_search(folder: Path, request: Mapping[str, Any]) -> Search:
    """Read a folder's search, or begin one.

    Raises:
        ValueError: The folder holds a search that asked for something else, or its record is damaged.
    """
    path = SearchLayout(folder).record
    if not path.is_file():
        return Search(folder, request)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        trials = tuple(Trial(**trial) for trial in value["trials"])
        before = value["request"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"Expected the record of a search. Received: {str(path)!r}, which is damaged") from error
    if before != json.loads(json.dumps(request)):
        differs = sorted(name for name in {*before, *request} if before.get(name) != request.get(name))
        raise ValueError(
            f"{str(folder)!r} holds another search; it differs in {differs}. "
            "Remedy: another folder, or the same command as before."
        )
    return Search(folder, request, trials)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
