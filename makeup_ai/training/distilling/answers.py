"""A teacher's answers to texts, and their file: one array a head, row for row with the texts.

ANSWERS.npz
├── HEAD            `(texts, classes)` logits, or log-probabilities, of a head that answers texts;
│                   `(all pieces, classes)` of one that answers pieces, text after text
├── HEAD/pieces     `(texts,)` pieces of each text, for the latter
├── HEAD/labels     class names in the order of the columns; the head's own order where it is missing
└── hidden          `(texts, width)` vectors, where there are any

A row of NaN is no answer. The logits of a head of kind `labels` are those of each class for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.weights import read_arrays, write_arrays

Array = NDArray[np.float32]
HIDDEN = "hidden"
NOT_SO = -20.0
"""Logit of a class that a teacher has never met."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a teacher answered, text by text.

    Args:
        logits: Head to one array a text: `(classes,)`, or `(pieces, classes)`; NaN where it gave no answer.
        labels: Head to class names, in the order of the columns.
        hidden: `(texts, width)`, one vector a text; `None` where it has none.
    """

    logits: Mapping[str, Sequence[Array]]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: Array | None = None

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        arrays: dict[str, NDArray[Any]] = {}
        for head, rows in self.logits.items():
            if rows and rows[0].ndim > 1:
                arrays[head] = np.concatenate(list(rows))
                arrays[f"{head}/pieces"] = np.array([len(row) for row in rows], np.int32)
            else:
                arrays[head] = np.stack(rows)
            if head in self.labels:
                arrays[f"{head}/labels"] = np.array(self.labels[head])
        if self.hidden is not None:
            arrays[HIDDEN] = self.hidden
        write_arrays(path, arrays)


def read_answers(path: str | Path) -> Answers:
    """Read a file of answers.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It is damaged, or its arrays do not belong together.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"Expected a file of answers (.npz). Received: {str(path)!r}, which is not a file.")
    arrays = read_arrays(Path(path))
    hidden = arrays.pop(HIDDEN, None)
    logits: dict[str, Sequence[Array]] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for head in [name for name in arrays if "/" not in name]:
        values = arrays[head]
        counts = arrays.get(f"{head}/pieces")
        if values.ndim != 2 or values.dtype.kind not in "fiu" or (counts is not None and counts.sum() != len(values)):
            raise ValueError(
                f"Expected (texts, classes) numbers for head {head!r}, or (all pieces, classes) with "
                f"{head}/pieces. Received: {values.dtype} {values.shape} in {str(path)!r}"
            )
        rows = values.astype(np.float32)
        logits[head] = list(rows) if counts is None else np.split(rows, np.cumsum(counts)[:-1])
        if f"{head}/labels" in arrays:
            labels[head] = tuple(str(label) for label in arrays[f"{head}/labels"])
    return Answers(logits, labels, hidden)


def ordered(
    rows: Sequence[Array], given: Sequence[str], wanted: Sequence[str], head: str, *, partial: bool = False
) -> list[Array]:
    """Return a head's answers with the columns in another order of the same classes.

    Args:
        rows: `(..., classes)` each.
        given: Class names of the columns.
        wanted: Class names as they shall be.
        head: Name for the error.
        partial: Whether classes may be missing, of which the answer is then that they are not so.

    Raises:
        ValueError: The classes are not the same.
    """
    if set(given) - set(wanted) or (set(wanted) - set(given) and not partial):
        raise ValueError(
            f"A teacher answers with the pupil's classes. Expected {list(wanted)} for head {head!r}. "
            f"Received: {list(given)}"
        )
    places = {label: column for column, label in enumerate(given)}
    columns = [places.get(label, len(given)) for label in wanted]
    return [np.concatenate([row, np.full_like(row[..., :1], NOT_SO)], axis=-1)[..., columns] for row in rows]
