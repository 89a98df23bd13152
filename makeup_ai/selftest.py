"""Does this device answer as the bundle's maker saw it answer? Vectors written with the bundle, run anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from makeup_ai.assistant import Assistant
from makeup_ai.errors import BundleError

CONFIDENCE_TOLERANCE = 0.02
"""Runtimes add int8 products in different orders; a probability may move by this much, an answer may not."""

SKIN_FACES = 3
"""Drawn faces that the skin graph and NumPy both measure."""

SCORE_TOLERANCE = 0.002
"""By which a score may move for the same reason, in score points."""


@dataclass(frozen=True, slots=True)
class SelftestReport:
    """How many vectors were run, and what differed; empty when all agreed."""

    tokens: int
    consultations: int
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every answer agreed and there was something to compare."""
        return not self.differences and self.tokens > 0 and self.consultations > 0

    def __str__(self) -> str:
        head = f"{self.tokens} token vectors, {self.consultations} consultations: "
        return head + ("all agree" if self.passed else f"{len(self.differences)} differences")


def token_vector(assistant: Assistant, text: str) -> dict[str, Any]:
    """Return what the tokenizer makes of a text."""
    encoding = assistant.tokenizer.encode(text, assistant.bundle.manifest.max_length)
    return {"text": text, "token_ids": encoding.token_ids.tolist(), "offsets": encoding.offsets.tolist()}


def consultation_vector(assistant: Assistant, text: str) -> dict[str, Any]:
    """Return the parts of an advice that every device must reproduce."""
    advice = assistant.consult(text)
    return {
        "text": text,
        "language": advice.understanding.language,
        "intent": advice.understanding.intent.label,
        "confidence": round(advice.understanding.intent.confidence, 4),
        "slots": [[slot.slot, slot.value, slot.start, slot.end] for slot in advice.understanding.slots],
        "products": [offered.product_id for offered in advice.recommendations],
        "scores": [offered.score for offered in advice.recommendations],
        "answer": advice.answer,
    }


def selftest(assistant: Assistant) -> SelftestReport:
    """Run a bundle's vectors on this device.

    Raises:
        BundleError: The vectors cannot be read.
    """
    try:
        tokens = _vectors(assistant, "vectors/tokens.json")
        consultations = _vectors(assistant, "vectors/consultations.json")
        differences = [
            f"tokens of {expected['text']!r} differ"
            for expected in tokens
            if token_vector(assistant, expected["text"]) != expected
        ]
        for expected in consultations:
            differences += _compare(expected, consultation_vector(assistant, expected["text"]))
        differences += _skin_differences(assistant)
    except (KeyError, TypeError) as error:
        raise BundleError(f"vectors: not written by this generation of makeup_ai ({error!r}).") from error
    return SelftestReport(len(tokens), len(consultations), tuple(differences))


def _skin_differences(assistant: Assistant) -> list[str]:
    """Hold the bundle's skin graphs to NumPy on faces drawn by code."""
    entry = assistant.bundle.manifest.models.get("skin")
    if entry is None:
        return []
    from makeup_ai.vision.drawn import drawn_faces
    from makeup_ai.vision.graph import SkinGraph, disagreement

    table, found = assistant.bundle.table("vision"), []
    for name in entry["files"]:
        graph = SkinGraph(assistant.bundle.path(name), entry["task"]["values"])
        worst, share = disagreement(graph, table, drawn_faces(SKIN_FACES))
        if not share <= 1.0:
            found.append(f"{name}: {worst} is {share:.1f} times as far from NumPy as allowed")
    return found


def _vectors(assistant: Assistant, name: str) -> list[Any]:
    found: list[Any] = json.loads(assistant.bundle.path(name).read_text(encoding="utf-8"))
    return found


def _compare(expected: dict[str, Any], received: dict[str, Any]) -> list[str]:
    text = expected["text"]
    found = [
        f"{field} of {text!r}: expected {expected[field]}, received {received[field]}"
        for field in ("language", "intent", "slots", "products")
        if received[field] != expected[field]
    ]
    if abs(received["confidence"] - expected["confidence"]) > CONFIDENCE_TOLERANCE:
        found.append(f"confidence of {text!r}: expected {expected['confidence']}, received {received['confidence']}")
    if not _close(expected["scores"], received["scores"]):
        found.append(f"scores of {text!r}: expected {expected['scores']}, received {received['scores']}")
    return found


def _close(expected: Sequence[float], received: Sequence[float]) -> bool:
    return len(expected) == len(received) and all(
        abs(a - b) <= SCORE_TOLERANCE for a, b in zip(expected, received, strict=True)
    )
