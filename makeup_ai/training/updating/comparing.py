"""Comparing a candidate with the version in use: on the frozen test, and in the shadow on new feedback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation.ranking import paired
from makeup_ai.training.run import Run, RunLayout
from makeup_ai.training.updating.answers import Answers, answers_of, scores
from makeup_ai.training.updating.labels import labelled_heads, said

TEST, SHADOW = "test", "shadow"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Gates:
    """What a candidate must hold to be promoted.

    Args:
        margin: On the frozen test, the lower end of the interval of the difference is not below minus this.
        slice_margin: A language or class of the test is not worse by more than this, unless that may be chance.
        shadow_margin: In the shadow, the difference is 0 or above, and the lower end not below minus this: feedback
            that nothing can be learned from is not promoted on a lucky draw.
        smallest_slice: Examples, for a slice to be looked at.
        smallest_shadow: Examples, for the shadow to say anything.
        max_bytes: Of the weights' file, or `None`.
    """

    margin: float = 0.02
    slice_margin: float = 0.05
    shadow_margin: float = 0.05
    smallest_slice: int = 20
    smallest_shadow: int = 20
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        if (
            min(self.margin, self.slice_margin, self.shadow_margin) < 0
            or min(self.smallest_slice, self.smallest_shadow) < 1
        ):
            raise ValueError(f"Expected margins of 0 or more and sizes of 1 or more. Received: {self}")


@dataclass(frozen=True, slots=True)
class Compared:
    """One head on one set of examples: mean scores, see `answers.scores`, and their paired difference.

    Args:
        part: `"test"` or `"shadow"`.
        head: Of the task.
        of: `"all"`, `"language en"`, `"label positive"`.
        examples: How many carry the label.
        before: Of the version in use.
        after: Of the candidate.
        low: Of the 95 % interval of the difference, by a paired bootstrap.
        high: The same.
        failed: Why this speaks against the candidate, or empty.
    """

    part: str
    head: str
    of: str
    examples: int
    before: float
    after: float
    low: float
    high: float
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared, and what speaks against the candidate.

    Args:
        rows: Of test and shadow, slices behind their whole.
        weights_bytes: Sizes of the files before and after.
        reasons: One sentence a gate that does not hold; none promotes the candidate.
    """

    rows: tuple[Compared, ...]
    weights_bytes: tuple[int, int]
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "rows": [asdict(row) for row in self.rows]}


def comparison_from(values: dict[str, Any]) -> Comparison:
    """Rebuild what `Comparison.to_json` gave."""
    before, after = values["weights_bytes"]
    return Comparison(tuple(Compared(**row) for row in values["rows"]), (before, after), tuple(values["reasons"]))


def compare(
    current: Run, candidate: Run, test: Sequence[Example], shadow: Sequence[Example], gates: Gates, seed: int = 0
) -> Comparison:
    """Compare two runs of one task on the same examples.

    Args:
        current: The version in use.
        candidate: What may replace it.
        test: The frozen test.
        shadow: Held-out feedback.
        gates: What must hold.
        seed: Of the bootstrap.
    """
    rows = [
        *_rows(TEST, current, candidate, test, gates, seed),
        *_rows(SHADOW, current, candidate, shadow, gates, seed),
    ]
    before, after = (RunLayout(run.folder).weights.stat().st_size for run in (current, candidate))
    reasons = [row.failed for row in rows if row.failed]
    if not any(row.part == SHADOW for row in rows):
        reasons.append(f"fewer than {gates.smallest_shadow} labelled examples in the shadow: too little to judge by")
    if gates.max_bytes is not None and after > gates.max_bytes:
        reasons.append(f"the weights take {after} bytes, more than {gates.max_bytes}")
    return Comparison(tuple(rows), (before, after), tuple(reasons))


def _rows(
    part: str, current: Run, candidate: Run, examples: Sequence[Example], gates: Gates, seed: int
) -> Iterator[Compared]:
    if not examples:
        return
    both = [answers_of(run, examples) for run in (current, candidate)]
    for head in labelled_heads(candidate.task):
        before, after = (scores(answers, head.name) for answers in both)
        for of, where in _slices(both[1], head.name, ~np.isnan(after)):
            count = int(where.sum())
            whole = of == ALL
            least = (1 if part == TEST else gates.smallest_shadow) if whole else gates.smallest_slice
            if count < least:
                continue
            found = paired(after[where], before[where], seed)
            row = Compared(
                part,
                head.name,
                of,
                count,
                float(before[where].mean()),
                float(after[where].mean()),
                found.low,
                found.high,
            )
            yield _judged(row, gates)


def _slices(answers: Answers, head_name: str, labelled: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    head = next(h for h in answers.run.task.heads if h.name == head_name)
    yield ALL, labelled
    languages = np.array([example.language for example in answers.examples])
    for language in sorted({*languages} - {""}):
        yield f"language {language}", labelled & (languages == language)
    carried = [said(head, example) or () for example in answers.examples]
    for label in sorted({label for labels in carried for label in labels}):
        yield f"label {label}", labelled & np.array([label in labels for labels in carried])


def _judged(row: Compared, gates: Gates) -> Compared:
    """Return a row with the reason why it speaks against the candidate, where it does."""
    difference = row.after - row.before
    what = f"{row.head} on the {row.part}" + ("" if row.of == ALL else f", {row.of}")
    figures = f"{row.before:.4f} to {row.after:.4f}, difference in [{row.low:.4f}, {row.high:.4f}]"
    failed = ""
    if row.part == TEST and row.of == ALL and row.low < -gates.margin:
        failed = f"{what} may be worse by more than {gates.margin}: {figures}"
    elif row.part == TEST and row.of != ALL and difference < -gates.slice_margin and row.high < 0:
        failed = f"{what} is worse by more than {gates.slice_margin}: {figures}"
    elif row.part == SHADOW and row.of == ALL and difference < 0:
        failed = f"{what} is worse: {figures}"
    elif row.part == SHADOW and row.of == ALL and row.low < -gates.shadow_margin:
        failed = f"{what} may be worse by more than {gates.shadow_margin}: {figures}"
    return Compared(**{**asdict(row), "failed": failed})
