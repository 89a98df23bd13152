"""New proposals into a file that a person is working on: nothing that was edited is lost."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.training.data.annotation.records import Annotation, read_annotations, write_annotations
from makeup_ai.training.data.examples import Example


@dataclass(frozen=True, slots=True)
class Merged:
    """How many lines a file of annotations holds of which kind.

    Args:
        checked: By a person; they are as they were.
        kept: Not checked, and as they were.
        renewed: Not checked, with a new proposal.
        added: Of texts that were not there.
    """

    checked: int
    kept: int
    renewed: int
    added: int

    def __str__(self) -> str:
        return f"{self.added} added, {self.renewed} renewed, {self.kept} kept, {self.checked} checked"


def still_open(path: str | os.PathLike[str], examples: Sequence[Example], renew: bool = False) -> list[Example]:
    """Return the texts that `merge_into` would take a proposal for: those that are not in the file, or may be renewed.

    Raises:
        DataError: The file cannot be read as annotations.
    """
    settled = {one.example.text for one in _there(path) if one.checked or not renew}
    return [example for example in examples if example.text not in settled]


def merge_into(
    path: str | os.PathLike[str], proposed: Sequence[Annotation], renew: bool = False, limit: int | None = None
) -> Merged:
    """Write proposals to a file, behind what it holds already.

    A line that is there stays as it is, since a person may have begun to edit it. With `renew`, lines that are not
    checked and whose text is proposed again get the new proposal, in the new order, behind those that stay. A text that
    is proposed twice is taken once.

    Args:
        path: Of the file, which need not be there.
        proposed: In the order of the work.
        renew: Also propose again for lines that are not checked.
        limit: Lines to add at most.

    Raises:
        DataError: The file cannot be read as annotations; it is left as it is.
    """
    there = _there(path)
    new: dict[str, Annotation] = {}
    for one in proposed:
        new.setdefault(one.example.text, one)
    known = {one.example.text for one in there}
    kept = [one for one in there if one.checked or not renew or one.example.text not in new]
    stays = {one.example.text for one in kept}
    added = [one for text, one in new.items() if text not in known][:limit]
    taken = {one.example.text for one in added} | (known - stays)
    work = [one for text, one in new.items() if text in taken]
    write_annotations(path, [*kept, *work])
    checked = sum(one.checked for one in kept)
    return Merged(checked, len(kept) - checked, len(work) - len(added), len(added))


def _there(path: str | os.PathLike[str]) -> list[Annotation]:
    return read_annotations(path) if Path(path).is_file() and Path(path).stat().st_size else []
