"""What was read in a text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Intent:
    """The intent of an utterance and its probability in [0, 1]."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Slot:
    """One span of the text that fills a slot.

    Args:
        slot: Name of the slot (`"skin_type"`).
        text: The span as written.
        value: Canonical value of the domain (`"oily"`), or `None` where the words are not in its lexicon.
        start: First character in the text, in Unicode code points.
        end: One past the last character.
        confidence: Mean probability of the span's labels, in [0, 1]; 1 for a match found by a lexicon pattern.
    """

    slot: str
    text: str
    value: str | None
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one pass of the understanding model and the domain's lexicon read in a text.

    Args:
        language: `"en"`, `"zh"` or `"other"`.
        intent: The most probable intent.
        slots: Spans in the order of the text.
        sentiment: Probability in [0, 1] that the text is favourable, or `None` where the model has no such head.
        embedding: Unit vector for retrieval, or empty.
        truncated: Whether the text was longer than the model reads.
    """

    language: str
    intent: Intent
    slots: tuple[Slot, ...]
    sentiment: float | None = None
    embedding: tuple[float, ...] = field(default=(), repr=False)
    truncated: bool = False
