"""A teacher by its name on a command line."""

from __future__ import annotations

from pathlib import Path

from makeup_ai.training.distilling.teachers import AnswersFile, RunTeacher, Teacher


def open_teacher(name: str) -> Teacher:
    """Return the teacher that a name stands for.

    Args:
        name: A file of answers (`.npz`), or the folder of a run.

    Raises:
        FileNotFoundError: There is no such run or file.
        ValueError: The file is damaged.
    """
    return AnswersFile(name) if Path(name).suffix == ".npz" else RunTeacher(name)
