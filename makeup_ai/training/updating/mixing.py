"""From feedback to parts: what is learned beside the old examples, what is held out, and what is not trusted.

Nothing is lost without a word: every line of the feedback is in one part or among `held_back`, with the reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.splits import bare_text
from makeup_ai.training.tasks.base import Head
from makeup_ai.training.updating.labels import all_said, is_labelled


@dataclass(frozen=True, slots=True)
class MixOptions:
    """How feedback and old examples are mixed.

    Args:
        replay: Share of the old training examples that is kept, so that what is known is not forgotten.
        new_weight: How often a new example stands among the training examples.
        group_cap: Most lines of one `group` (a writer, a product, a campaign), so that one voice cannot decide.
        shadow: Share of the feedback's groups that both models are compared on and that is never trained on.
        valid: Share of the rest that early stopping watches.
    """

    replay: float = 1.0
    new_weight: int = 1
    group_cap: int = 50
    shadow: float = 0.2
    valid: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.replay <= 1 or min(self.new_weight, self.group_cap) < 1:
            raise ValueError(f"Expected replay in [0, 1] and new_weight, group_cap of 1 or more. Received: {self}")
        if not 0 < self.shadow < 1 or not 0 <= self.valid < 1:
            raise ValueError(f"Expected shadow in (0, 1) and valid in [0, 1). Received: {self}")


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record before the feedback is looked at.

    Args:
        train: What the current version learned from.
        valid: What it was chosen by.
        shadow: What was held out of earlier feedback.
        test: The frozen test.
    """

    train: Sequence[Example]
    valid: Sequence[Example]
    shadow: Sequence[Example]
    test: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Mix:
    """The parts of an update.

    Args:
        replayed: Old training examples that are learned again.
        new: Feedback to learn from, each once.
        valid: Old and new ones for early stopping.
        shadow: New ones that are never trained on.
        held_back: Feedback that is in no part, with the reason.
    """

    replayed: list[Example]
    new: list[Example]
    valid: list[Example]
    shadow: list[Example]
    held_back: list[tuple[str, Example]]

    def learned(self, new_weight: int) -> list[Example]:
        """Return what is trained on: each new example as often as it weighs."""
        return [*self.replayed, *(example for example in self.new for _ in range(new_weight))]

    def counts(self) -> dict[str, int]:
        """Return how many examples went where, and why."""
        parts = {"replayed": self.replayed, "new": self.new, "valid": self.valid, "shadow": self.shadow}
        counts = {name: len(examples) for name, examples in parts.items()}
        return counts | Counter(reason for reason, _ in self.held_back)


LEAKED = "text of the frozen test"
UNLABELLED = "no label of the task"
CONFLICTING = "the same text with another label in the feedback"
CONTRADICTING = "the same text with another label on record"
REPEATED = "the same text and label twice in the feedback"
ON_RECORD = "on record already"
CROWDED = "more of one group than the cap"


def mix(feedback: Sequence[Example], known: Known, heads: Sequence[Head], options: MixOptions) -> Mix:
    """Sort feedback, and mix what is trusted with the old examples.

    Two texts are the same where they differ in case, width, blanks or punctuation only. The side of an example follows
    from a hash of its group, or of its text where it has none: it is the same in every update, whatever else comes.
    """
    held_back: list[tuple[str, Example]] = []

    def drop(examples: Iterable[Example], reason: Callable[[Example], str | None]) -> list[Example]:
        kept = []
        for example in examples:
            why = reason(example)
            held_back.append((why, example)) if why else kept.append(example)
        return kept

    test = {text_of(example) for example in known.test}
    kept = drop(feedback, lambda e: LEAKED if text_of(e) in test else None)
    kept = drop(kept, lambda e: None if is_labelled(heads, e) else UNLABELLED)
    kept = drop(kept, _conflicts(kept, heads))
    kept = drop(kept, _on_record(known, heads))
    kept = drop(kept, _repeats())
    kept = drop(kept, _crowds(kept, options.group_cap))
    sides: dict[str, list[Example]] = {"shadow": [], "valid": [], "train": []}
    for example in kept:
        sides[side_of(example, options)].append(example)
    replayed = [example for example in known.train if _share("replay", text_of(example)) < options.replay]
    return Mix(replayed, sides["train"], [*known.valid, *sides["valid"]], sides["shadow"], held_back)


def side_of(example: Example, options: MixOptions) -> str:
    """Return `"shadow"`, `"valid"` or `"train"`."""
    name = f"group\n{example.group}" if example.group else f"text\n{text_of(example)}"
    if _share("shadow", name) < options.shadow:
        return "shadow"
    return "valid" if _share("valid", name) < options.valid else "train"


def text_of(example: Example) -> str:
    """Return what an example is the same by: its bare text, with the second one of a pair."""
    second = getattr(example, "second", None)
    return bare_text(example.text) + (f"\n{bare_text(second)}" if second else "")


def _share(use: str, name: str) -> float:
    """Return a number in [0, 1) that follows from a name alone."""
    return int.from_bytes(hashlib.sha256(f"{use}\n{name}".encode()).digest()[:6], "big") / 2**48


def _conflicts(examples: Sequence[Example], heads: Sequence[Head]) -> Callable[[Example], str | None]:
    found: defaultdict[str, set[Any]] = defaultdict(set)
    for example in examples:
        found[text_of(example)].add(all_said(heads, example))
    return lambda e: CONFLICTING if len(found[text_of(e)]) > 1 else None


def _on_record(known: Known, heads: Sequence[Head]) -> Callable[[Example], str | None]:
    record: Mapping[str, Any] = {
        text_of(example): all_said(heads, example) for example in (*known.train, *known.valid, *known.shadow)
    }

    def reason(example: Example) -> str | None:
        before = record.get(text_of(example))
        if before is None:
            return None
        return ON_RECORD if before == all_said(heads, example) else CONTRADICTING

    return reason


def _repeats() -> Callable[[Example], str | None]:
    seen: set[str] = set()

    def reason(example: Example) -> str | None:
        name = text_of(example)
        if name in seen:
            return REPEATED
        seen.add(name)
        return None

    return reason


def _crowds(examples: Sequence[Example], cap: int) -> Callable[[Example], str | None]:
    """Keep of each group those whose text has the lowest hashes, whatever order they came in."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.group:
            groups[example.group].append(text_of(example))
    allowed = {g: set(sorted(texts, key=lambda t: _share("cap", t))[:cap]) for g, texts in groups.items()}
    return lambda e: CROWDED if e.group and text_of(e) not in allowed[e.group] else None
