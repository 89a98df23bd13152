"""Teachers that answer only what they have not seen: one run a fold, each trained without it.

TEACHERS/
├── folds.json          how the groups were dealt
└── fold_0/ ...         runs
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.distilling.answers import Answers
from makeup_ai.training.distilling.folds import deal_folds, fold_key
from makeup_ai.training.distilling.teachers import RunTeacher
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.loop import Progress
from makeup_ai.training.run import write_json
from makeup_ai.training.tasks.heads import Task

Array = NDArray[np.float32]
DEALT = "folds.json"


def train_folds(
    folder: str | Path,
    examples: Sequence[Example],
    folds: int,
    seed: int,
    train: Callable[[Path, Sequence[Example]], Metrics],
) -> list[Metrics]:
    """Train a run a fold, or go on where a killed one stopped.

    Args:
        folder: Made where it is missing.
        examples: All that teachers learn from.
        folds: How many.
        seed: Of the dealing.
        train: Trains, or goes on with, the run in a folder on the examples it is given; see `job.train_run`.

    Returns:
        What each training returned.

    Raises:
        ValueError: There are fewer groups than folds, or the folder was dealt otherwise.
    """
    folder = Path(folder)
    dealt = deal_folds(examples, folds, seed)
    keys = {_key(example): int(fold) for example, fold in zip(examples, dealt, strict=True)}
    known = {"folds": folds, "keys": keys}
    path = folder / DEALT
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != known:
        raise ValueError(f"{str(folder)!r} holds teachers of other folds or examples. Remedy: another folder.")
    write_json(path, known)
    return [
        train(_fold(folder, fold), [e for e, turn in zip(examples, dealt, strict=True) if turn != fold])
        for fold in range(folds)
    ]


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """The teachers that `train_folds` leaves: a text is answered by the run that was trained without its group.

    Texts of no group that any of them saw are answered by all, and the logits averaged.

    Args:
        folder: Theirs.

    Raises:
        FileNotFoundError: One of the runs is missing, or has no weights yet.
    """

    folder: Path
    _keys: dict[str, int] = field(init=False)
    _teachers: list[RunTeacher] = field(init=False)

    def __post_init__(self) -> None:
        known = json.loads((self.folder / DEALT).read_text(encoding="utf-8"))
        object.__setattr__(self, "_keys", known["keys"])
        object.__setattr__(
            self, "_teachers", [RunTeacher(_fold(self.folder, i), partial=True) for i in range(known["folds"])]
        )

    @property
    def digest(self) -> str:
        """Of all runs and how the folds were dealt."""
        parts = [*(teacher.digest for teacher in self._teachers), json.dumps(self._keys, sort_keys=True)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def answer(
        self, task: Task, examples: Sequence[Example], encodings: Sequence[Encoding], progress: Progress
    ) -> Answers:
        """Answer each text by whom has not seen it; vectors of different runs do not compare and are left out."""
        folds = [self._keys.get(_key(example)) for example in examples]
        rows: dict[str, list[Array | None]] = {}
        labels: dict[str, tuple[str, ...]] = {}
        for number, teacher in enumerate(self._teachers):
            asked = [row for row, fold in enumerate(folds) if fold is None or fold == number]
            if not asked:
                continue
            found = teacher.answer(task, [examples[i] for i in asked], [encodings[i] for i in asked], progress)
            labels |= found.labels
            for head, answers in found.logits.items():
                kept = rows.setdefault(head, [None] * len(examples))
                for row, answer in zip(asked, answers, strict=True):
                    before = kept[row]
                    share = answer * np.float32(1.0 if folds[row] is not None else 1 / len(self._teachers))
                    kept[row] = share if before is None else np.add(before, share)
        return Answers({head: [row for row in kept if row is not None] for head, kept in rows.items()}, labels)


def _fold(folder: Path, number: int) -> Path:
    return folder / f"fold_{number}"


def _key(example: Example) -> str:
    """Return a short name of what is never divided, so that no text is written down twice."""
    return hashlib.sha256(fold_key(example).encode()).hexdigest()[:16]
