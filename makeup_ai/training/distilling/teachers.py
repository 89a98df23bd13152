"""Who can teach: a trained run of any encoder and tokenizer, or a file of answers made elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.pairs import encode_readings, readings
from makeup_ai.training.distilling.alignment import aligned, aligned_vectors
from makeup_ai.training.distilling.answers import Answers, ordered, read_answers
from makeup_ai.training.distilling.kinds import TAUGHT_KINDS
from makeup_ai.training.evaluation.evaluate import predict_keras
from makeup_ai.training.loop import Progress
from makeup_ai.training.run import Run, RunLayout, load_run
from makeup_ai.training.tasks.heads import Head, Task

Array = NDArray[np.float32]
NGRAMS = "ngrams"
"""Name of the linear teacher."""
CHUNK = 512
"""Texts between two lines of progress."""


class Teacher(Protocol):
    """Someone who answers the texts that a pupil learns from."""

    @property
    def digest(self) -> str:
        """Changes whenever the answers to the same texts would."""

    def answer(
        self, task: Task, examples: Sequence[Example], encodings: Sequence[Encoding], progress: Progress
    ) -> Answers:
        """Answer the texts for every head of the task that the teacher knows, with the pupil's classes.

        Args:
            task: Of the pupil.
            examples: With the texts.
            encodings: Of the texts, by the pupil's tokenizer; answers to pieces are to these.
            progress: Receives one line at a time.

        Raises:
            ValueError: A head's classes are not those of the pupil.
        """


class RunTeacher:
    """A trained run, of any encoder and tokenizer.

    Args:
        folder: Of the run.
        partial: Whether it may know fewer classes than the pupil.

    Raises:
        FileNotFoundError: The folder is no run, or it has no weights yet.
    """

    def __init__(self, folder: str | Path, partial: bool = False):
        layout = RunLayout(Path(folder))
        self._folder, self._partial = layout.folder, partial
        if not layout.weights.is_file():
            raise FileNotFoundError(
                f"Expected a teacher: the folder of a trained run, {NGRAMS!r}, or a file of answers (.npz). "
                f"Received: {str(folder)!r}"
            )
        files = (layout.weights, layout.tokenizer, layout.config)
        self.digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    def answer(
        self, task: Task, examples: Sequence[Example], encodings: Sequence[Encoding], progress: Progress
    ) -> Answers:
        """Answer from the run's own reading of the texts."""
        run = load_run(self._folder)
        taught = {h.name: h for h in run.task.heads if h.kind in TAUGHT_KINDS}
        shared = [(taught[h.name], h) for h in task.heads if h.name in taught and h.kind in TAUGHT_KINDS]
        own = encode_readings(run.tokenizer, readings(examples), run.max_length)
        logits: dict[str, list[Any]] = {head.name: [None] * len(examples) for _, head in shared}
        hidden: Array | None = None
        predict = predict_keras(_with_hidden(run))
        order = sorted(range(len(own)), key=lambda row: len(own[row].token_ids))  # full batches of like lengths
        for start in range(0, len(order), CHUNK):
            rows = order[start : start + CHUNK]
            outputs = predict([own[row] for row in rows], run.max_length)
            for given, wanted in shared:
                found = [_logits(given, o, own[row]) for o, row in zip(outputs[given.name], rows, strict=True)]
                found = ordered(found, given.labels, wanted.labels, wanted.name, partial=self._partial)
                for row, values in zip(rows, found, strict=True):
                    logits[wanted.name][row] = _to_pupil(wanted, values, own[row], encodings[row])
            vectors = np.stack(outputs[_HIDDEN]).astype(np.float16)  # half the disk, and far more than is learned
            hidden = np.empty((len(own), vectors.shape[-1]), np.float16) if hidden is None else hidden
            hidden[rows] = vectors
            progress(f"\rteacher {self._folder.name}  {min(start + CHUNK, len(order))}/{len(order)} texts")
        progress(f"teacher {self._folder.name} answered {len(order)} texts")
        return Answers(logits, {head.name: head.labels for _, head in shared}, hidden)

    def vectors(
        self, examples: Sequence[Example], encodings: Sequence[Encoding], progress: Progress
    ) -> list[NDArray[np.float16]]:
        """Return the run's vectors of pieces, read as those of the pupil's: `(pieces, width)` each.

        They are not kept in a file: ten thousand reviews take half a gigabyte, and are read again in minutes.
        """
        run = load_run(self._folder)
        own = encode_readings(run.tokenizer, readings(examples), run.max_length)
        import keras

        predict = predict_keras(keras.Model(run.model.input, {_HIDDEN: run.network.encoded["sequence"]}))
        found: list[NDArray[np.float16]] = [np.empty((0, 0), np.float16)] * len(own)
        order = sorted(range(len(own)), key=lambda row: len(own[row].token_ids))
        for start in range(0, len(order), CHUNK):
            rows = order[start : start + CHUNK]
            outputs = predict([own[row] for row in rows], run.max_length)[_HIDDEN]
            for row, output in zip(rows, outputs, strict=True):
                pieces = np.asarray(output[: len(own[row].token_ids)], np.float32)
                moved = aligned_vectors(pieces, own[row].offsets, encodings[row].offsets)
                found[row] = moved.astype(np.float16)
            progress(f"\rvectors of {self._folder.name}  {min(start + CHUNK, len(order))}/{len(order)} texts")
        return found


_HIDDEN = "teacher_hidden"


def _with_hidden(run: Run) -> Any:
    """Return the run's model with the vector of each text beside its heads, from one pass."""
    import keras

    return keras.Model(run.model.input, {**run.model.output, _HIDDEN: run.network.encoded["pooled"]})


def _logits(head: Head, output: Array, encoding: Encoding) -> Array:
    return TAUGHT_KINDS[head.kind].logits(np.asarray(output, np.float32), len(encoding.token_ids))


def _to_pupil(head: Head, logits: Array, own: Encoding, pupil: Encoding) -> Array:
    """Read the answers to the teacher's pieces as answers to the pupil's."""
    if not TAUGHT_KINDS[head.kind].pieces or np.array_equal(own.offsets, pupil.offsets):
        return logits
    return aligned(logits, own.offsets, pupil.offsets, head.labels)


class AnswersFile:
    """Answers made elsewhere, as of an ensemble that is no network; row for row with the training examples.

    Args:
        path: A file that `answers` describes.
    """

    def __init__(self, path: str | Path):
        self._path = Path(path)
        self._answers = read_answers(path)
        self.digest = hashlib.sha256(self._path.read_bytes()).hexdigest()

    def answer(
        self, task: Task, examples: Sequence[Example], encodings: Sequence[Encoding], progress: Progress
    ) -> Answers:
        """Return the file's answers to the task's heads.

        Raises:
            ValueError: It has another number of rows, classes or pieces.
        """
        logits: dict[str, Sequence[Array]] = {}
        for head in task.heads:
            if head.name not in self._answers.logits or head.kind not in TAUGHT_KINDS:
                continue
            rows = self._answers.logits[head.name]
            shapes = [
                (len(e.token_ids), len(head.labels)) if TAUGHT_KINDS[head.kind].pieces else (len(head.labels),)
                for e in encodings
            ]
            if [row.shape for row in rows] != shapes:
                raise ValueError(
                    f"Expected answers to {len(shapes)} training examples in {len(head.labels)} classes for head "
                    f"{head.name!r}, row for row. Received: {len(rows)} rows of {rows[0].shape if rows else '()'} in "
                    f"{str(self._path)!r}"
                )
            logits[head.name] = ordered(rows, self._answers.labels.get(head.name, head.labels), head.labels, head.name)
        return Answers(logits, {h.name: h.labels for h in task.heads if h.name in logits}, self._answers.hidden)
