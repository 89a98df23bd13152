"""The companion of a fine-tuning that teaches a pupil: `L = (1 - a) L_labels + a L_teacher + b L_hidden`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.pairs import encode_readings, readings
from makeup_ai.training.distilling.answers import Answers, read_answers
from makeup_ai.training.distilling.kinds import MEANS, TAUGHT_KINDS
from makeup_ai.training.distilling.losses import (
    UNANSWERED,
    Loss,
    cosine_distance,
    relative_distance,
    squared_distance,
)
from makeup_ai.training.distilling.teachers import RunTeacher, Teacher
from makeup_ai.training.loop import Progress
from makeup_ai.training.run import Run, write_json
from makeup_ai.training.tasks.heads import HEAD_KINDS, Head, Task, TrainingModel

Array = NDArray[np.float32]
Vectors = Sequence[NDArray[np.float16]] | Array
"""One array a text: of each of its pieces, or as the row of one array."""
HIDDEN_LOSSES: dict[str, Loss] = {
    "cosine": cosine_distance,
    "squared": squared_distance,
    "relative": relative_distance,
}
TEXT, PIECES = "text", "pieces"
HIDDEN_OF = {TEXT: "pooled", PIECES: "sequence"}
"""What a teacher's vectors are of, and the output of the encoder that is to meet them."""


@dataclass(frozen=True, slots=True)
class Distillation:
    """How a pupil is taught.

    Args:
        weight: `a`, of the teachers' answers, in [0, 1]; the labels have the rest.
        temperature: What logits are divided by on both sides; above 1, the smaller answers count more.
        hidden_weight: `b`, of the teachers' vectors, which do not share in `a`.
        hidden: A key of `HIDDEN_LOSSES`.
        hidden_of: A key of `HIDDEN_OF`.
        mean: What several teachers' mean is taken of, a key of `MEANS`.
    """

    weight: float = 0.7
    temperature: float = 2.0
    hidden_weight: float = 0.0
    hidden: str = "cosine"
    hidden_of: str = TEXT
    mean: str = "logits"

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1 or self.temperature <= 0 or self.hidden_weight < 0:
            raise ValueError(
                f"Expected a teacher's weight in [0, 1], a temperature > 0 and a hidden weight >= 0. Received: {self}"
            )
        for name, table in (("hidden", HIDDEN_LOSSES), ("hidden_of", HIDDEN_OF), ("mean", MEANS)):
            if getattr(self, name) not in table:
                raise ValueError(f"Unknown {name}. Expected one of {sorted(table)}. Received: {getattr(self, name)!r}")


def distil(
    run: Run,
    examples: Sequence[Example],
    teachers: Sequence[Teacher],
    settings: Distillation,
    progress: Progress = print,
) -> Distilling:
    """Ask the teachers, or read what they answered before, and return what the pupil learns beside its labels.

    Args:
        run: Of the pupil; answers are kept in its folder, so that a run that resumes need not ask again.
        examples: All that it trains on, those without labels too.
        teachers: At least one.
        settings: How it is taught.
        progress: Receives one line at a time.

    Raises:
        ValueError: There is no teacher, or none knows a head of the task.
    """
    if not teachers:
        raise ValueError("Expected at least one teacher. Received: none.")
    encodings = encode_readings(run.tokenizer, readings(examples), run.max_length)
    texts = _digest(run, examples)
    found: list[Answers] = []
    of_pieces: list[Vectors] = []
    for teacher in teachers:
        path = run.folder / "teachers" / f"{hashlib.sha256((teacher.digest + texts).encode()).hexdigest()[:16]}.npz"
        if not path.is_file():
            teacher.answer(run.task, examples, encodings, progress).write(path)
        found.append(read_answers(path))
        if settings.hidden_weight > 0 and settings.hidden_of == PIECES and isinstance(teacher, RunTeacher):
            of_pieces.append(teacher.vectors(examples, encodings, progress))
    if not any(answers.logits for answers in found):
        raise ValueError(
            f"Expected a teacher that answers one of {[h.name for h in run.task.heads]}. Received: none that does."
        )
    known = {"settings": asdict(settings), "teachers": [teacher.digest for teacher in teachers]}
    write_json(run.folder / "teachers" / "taught.json", {**known, "heads": [sorted(each.logits) for each in found]})
    return Distilling(run.task, encodings, found, settings, json.dumps(known, sort_keys=True), of_pieces)


class Distilling:
    """What a pupil learns of its teachers' answers; a `Companion` of its fine-tuning. See `distil`.

    Args:
        task: Of the pupil.
        encodings: Of its training texts.
        answers: Of each teacher, to those texts.
        settings: How it is taught.
        fingerprint: Of settings and teachers.
        of_pieces: The vectors of each teacher that has any to the pupil's pieces, text by text.
    """

    def __init__(
        self,
        task: Task,
        encodings: Sequence[Encoding],
        answers: Sequence[Answers],
        settings: Distillation,
        fingerprint: str,
        of_pieces: Sequence[Vectors] = (),
    ):
        self.fingerprint = fingerprint
        self._settings = settings
        self._heads = [head for head in task.heads if any(head.name in each.logits for each in answers)]
        self._targets = {head.name: _targets(head, answers, encodings, settings) for head in self._heads}
        asked = settings.hidden_weight > 0
        of_texts: list[Vectors] = [each.hidden for each in answers if asked and each.hidden is not None]
        self._hidden: Sequence[Vectors] = of_texts if settings.hidden_of == TEXT else of_pieces
        if asked and not self._hidden:
            raise ValueError(
                "Expected a teacher with vectors: the folder of a run. Received: none; leave out the hidden weight."
            )

    @property
    def weights(self) -> dict[str, float]:
        """Weights of the teachers' losses, and of the labels' where a teacher answers beside them."""
        of = self._settings
        shared = {HEAD_KINDS[h.kind].output.format(name=h.name): (1 - of.weight) * h.weight for h in self._heads}
        taught = {_taught(h.name): of.weight * h.weight for h in self._heads}
        hidden = {_hidden(i): of.hidden_weight / len(self._hidden) for i in range(len(self._hidden))}
        return {**shared, **taught, **hidden}

    @property
    def losses(self) -> dict[str, Callable[[Any, Any], Any]]:
        """The loss of each head against the teachers, and of the vectors."""
        taught = {_taught(h.name): TAUGHT_KINDS[h.kind].loss(self._settings.temperature) for h in self._heads}
        return {**taught, **{_hidden(i): HIDDEN_LOSSES[self._settings.hidden] for i in range(len(self._hidden))}}

    def extend(self, network: TrainingModel) -> TrainingModel:
        """Add an output a head, and one a teacher's vector: the pupil's own, through a learned projection."""
        import keras

        outputs = dict(network.training.output)
        for head in self._heads:
            outputs[_taught(head.name)] = keras.layers.Identity(dtype="float32", name=_taught(head.name))(
                outputs[HEAD_KINDS[head.kind].output.format(name=head.name)]
            )
        for i, vectors in enumerate(self._hidden):
            width, own = vectors[0].shape[-1], network.encoded[HIDDEN_OF[self._settings.hidden_of]]
            # a pupil cut from its teacher has vectors of its own width, perhaps with n-grams behind: they begin as such
            alike = own.shape[-1] >= width
            start = keras.initializers.Identity() if alike else keras.initializers.GlorotUniform(seed=i)
            projection = keras.layers.Dense(width, kernel_initializer=start, dtype="float32", name=_hidden(i))
            outputs[_hidden(i)] = projection(own)
        training = keras.Model(network.training.input, outputs, name=f"{network.training.name}_taught")
        training.dtype_policy = network.training.dtype_policy  # by which Keras decides to scale the loss
        return replace(network, training=training)

    def batch(
        self, epoch: int, step: int, rows: NDArray[np.int64], inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the teachers' answers to a batch; no inputs are added."""
        length = inputs["token_ids"].shape[1]
        taught = {
            _taught(name): _stacked([targets[row] for row in rows], length) for name, targets in self._targets.items()
        }
        stack = _stacked_vectors if self._settings.hidden_of == PIECES else _rows
        return {}, {**taught, **{_hidden(i): stack(h, rows, length) for i, h in enumerate(self._hidden)}}


def _targets(
    head: Head, answers: Sequence[Answers], encodings: Sequence[Encoding], settings: Distillation
) -> list[Array]:
    """Return the softened mean of the teachers that answer a head, text by text."""
    kind = TAUGHT_KINDS[head.kind]
    given = [each.logits[head.name] for each in answers if head.name in each.logits]
    return [
        kind.softened(kind.mean([rows[row] for rows in given], settings.mean), settings.temperature)
        for row in range(len(encodings))
    ]


def _stacked(targets: Sequence[Array], length: int) -> Array:
    """Stack `(classes,)` to `(batch, classes)`, and `(pieces, classes)` to `(batch, length, classes)`."""
    if targets[0].ndim == 1:
        return np.stack(targets)
    stacked = np.full((len(targets), length, targets[0].shape[-1]), UNANSWERED, np.float32)
    for row, target in enumerate(targets):
        stacked[row, : len(target)] = target
    return stacked


def _rows(vectors: Vectors, rows: NDArray[np.int64], length: int) -> Array:
    """Stack vectors of texts to `(batch, width)`."""
    return np.stack([vectors[row] for row in rows]).astype(np.float32)


def _stacked_vectors(vectors: Vectors, rows: NDArray[np.int64], length: int) -> Array:
    """Stack vectors of pieces to `(batch, length, width)`, zeros where there is no piece."""
    stacked = np.zeros((len(rows), length, vectors[0].shape[-1]), np.float32)
    for place, row in enumerate(rows):
        stacked[place, : len(vectors[row])] = vectors[row]
    return stacked


def _digest(run: Run, examples: Sequence[Example]) -> str:
    digest = hashlib.sha256(run.tokenizer.path.read_bytes())
    digest.update(f"{run.max_length}\n{run.task.labels}\n".encode())
    for example in examples:
        digest.update(repr(example).encode())
    return digest.hexdigest()


def _taught(head: str) -> str:
    return f"{head}_taught"


def _hidden(teacher: int) -> str:
    return f"hidden_{teacher}"
