"""A teacher by its name on a command line."""

from __future__ import annotations

from pathlib import Path

from makeup_ai.training.distilling.cross_fitted import DEALT, CrossFitted
from makeup_ai.training.distilling.ngrams import NgramTeacher
from makeup_ai.training.distilling.teachers import NGRAMS, AnswersFile, RunTeacher, Teacher


def open_teacher(name: str, seed: int = 0) -> Teacher:
    """Return the teacher that a name stands for.

    Args:
        name: `"ngrams"`, a file of answers (`.npz`), the folder of a run, or that of cross-fitted runs.
        seed: Of a teacher that is fitted on the spot.

    Raises:
        FileNotFoundError: There is no such run or file.
        ValueError: The file is damaged.
    """
    if name == NGRAMS:
        return NgramTeacher(seed=seed)
    if Path(name).suffix == ".npz":
        return AnswersFile(name)
    return CrossFitted(Path(name)) if (Path(name) / DEALT).is_file() else RunTeacher(name)
