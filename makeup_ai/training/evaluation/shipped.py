"""What a device understands: the exported file with the lexicon beside it, measured as one."""

from __future__ import annotations

from collections.abc import Sequence

from makeup_ai.text.understander import Understander
from makeup_ai.training.data.corpus import Utterance


def evaluate_understander(understander: Understander, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Return intent accuracy, F1 of exact slot spans, and F1 of slot values whatever their span.

    Values are what the advice depends on: `skin_type:oily` is the same need wherever the words begin and end.
    """
    right, spans, values = 0, [0, 0, 0], [0, 0, 0]
    for utterance in utterances:
        read = understander.understand(utterance.text)
        right += read.intent.label == utterance.intent
        _count(
            spans,
            {(start, end, slot) for start, end, slot, _ in utterance.slots},
            {(s.start, s.end, s.slot) for s in read.slots},
        )
        _count(
            values,
            {(slot, value) for _, _, slot, value in utterance.slots if value is not None and slot != "budget"},
            {(s.slot, s.value) for s in read.slots if s.value is not None and s.slot != "budget"},
        )
    return {"intent accuracy": right / len(utterances), "slot span F1": _f1(spans), "slot value F1": _f1(values)}


def _count(counts: list[int], gold: set[tuple[object, ...]], found: set[tuple[object, ...]]) -> None:
    for place, number in enumerate((len(gold & found), len(gold), len(found))):
        counts[place] += number


def _f1(counts: Sequence[int]) -> float:
    right, gold, found = counts
    return 2 * right / (gold + found) if gold + found else 1.0
