"""Words to understanding: one pass of the model, and the lexicon beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from makeup_ai.runtime.session import Session
from makeup_ai.schema import Intent, Slot, Understanding
from makeup_ai.text.calibration import Calibration
from makeup_ai.text.decoding import bio_spans, softmax
from makeup_ai.text.language import LanguageDetector
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import MAX_CHARACTERS, Encoding, Tokenizer, pad


class Understander:
    """Reads texts with an exported `understanding` model.

    Args:
        session: The model file, open.
        tokenizer: The one it was trained with.
        labels: Class names of `intent`, `slots` and `sentiment`.
        lexicon: Surfaces to canonical values, and the patterns that protect (allergies, pregnancy).
        detect: Text to language.
        max_length: Longest text in pieces.
        calibration: Of the model's confidences; none by default.

    Raises:
        ValueError: A label list is missing.
    """

    def __init__(
        self,
        session: Session,
        tokenizer: Tokenizer,
        labels: Mapping[str, Sequence[str]],
        *,
        lexicon: Lexicon,
        detect: LanguageDetector,
        max_length: int,
        calibration: Calibration | None = None,
    ):
        missing = {"intent", "slots"} - set(labels)
        if missing:
            raise ValueError(f"Expected labels of 'intent' and 'slots'. Missing: {sorted(missing)}")
        self._session, self._tokenizer, self._labels = session, tokenizer, labels
        self._lexicon, self._detect, self._max_length = lexicon, detect, max_length
        self._calibration = calibration or Calibration()

    def outputs(self, encoding: Encoding) -> dict[str, NDArray[np.float32]]:
        """Return the model's outputs for one text, without the batch axis and without padding."""
        n = len(encoding.token_ids)
        signature, length = self._session.bucket(n)
        token_ids, padding_mask = pad([encoding], length)
        outputs = self._session.run({"token_ids": token_ids, "padding_mask": padding_mask}, signature)
        found = {name: np.asarray(value[0], np.float32) for name, value in outputs.items()}
        return {**found, "slots": found["slots"][:n]}

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return the embedding of a text, `(dim,)` float32 of unit length; empty where the model gives none."""
        found = self.outputs(self._tokenizer.encode(text, self._max_length))
        return found.get("embedding", np.empty(0, np.float32))

    def understand(self, text: str) -> Understanding:
        """Read a text of any length; what lies beyond the model's longest bucket is only seen by the patterns."""
        encoding = self._tokenizer.encode(text, self._max_length)
        outputs = self._calibration.cooled(self.outputs(encoding))
        intents = softmax(outputs["intent"])
        best = int(intents.argmax())
        sentiment = softmax(outputs["sentiment"])[1] if "sentiment" in outputs else None
        return Understanding(
            language=self._detect(text),
            intent=Intent(self._labels["intent"][best], float(intents[best])),
            slots=self._slots(text, encoding, outputs["slots"]),
            sentiment=None if sentiment is None else float(sentiment),
            embedding=tuple(float(x) for x in outputs.get("embedding", ())),
            truncated=encoding.truncated,
        )

    def _slots(self, text: str, encoding: Encoding, logits: NDArray[np.float32]) -> tuple[Slot, ...]:
        tagged = []
        for span in bio_spans(logits, self._labels["slots"], encoding.offsets):
            surface = text[span.start : span.end]
            value = self._lexicon.value(span.slot, surface)
            if value is not None or self._lexicon.is_open(span.slot):
                tagged.append(Slot(span.slot, surface, value, span.start, span.end, span.confidence))
        mentions = self._weigh(self._lexicon.mentions(text[:MAX_CHARACTERS]), encoding, softmax(logits))
        tagged = add_mentions(tagged, mentions, protected=self._lexicon.protects)
        return self._lexicon.meant(text, merge_slots(tagged, self._lexicon.find_patterns(text)))

    def _weigh(self, mentions: Sequence[Slot], encoding: Encoding, probabilities: NDArray[np.float32]) -> list[Slot]:
        """Give known words the probability that the model saw for their slot, and keep those with enough of it."""
        kept = []
        labels = list(self._labels["slots"])
        for mention in mentions:
            inside = [
                piece
                for piece, (start, end) in enumerate(encoding.offsets)
                if start < mention.end and end > mention.start and end > start
            ]
            columns = [labels.index(f"{p}-{mention.slot}") for p in "BI" if f"{p}-{mention.slot}" in labels]
            if inside and columns:
                probability = float(probabilities[np.ix_(inside, columns)].sum(axis=1).mean())
                if probability >= self._lexicon.min_mention:
                    kept.append(replace(mention, confidence=probability))
        return kept


def add_mentions(tagged: Sequence[Slot], mentions: Sequence[Slot], protected: Callable[[str], bool]) -> list[Slot]:
    """Add known words that the tagger missed or cut in pieces; the longest first, then the most probable.

    A mention inside a tagged span says nothing new. One that is wider replaces the pieces under it, but never a span of
    a slot that protects.
    """
    kept = list(tagged)
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, -m.confidence, m.start, m.slot)):
        under = [slot for slot in kept if slot.start < mention.end and mention.start < slot.end]
        if any((s.start <= mention.start and mention.end <= s.end) or protected(s.slot) for s in under):
            continue
        kept = [*(slot for slot in kept if slot not in under), mention]
    return kept


def merge_slots(tagged: Sequence[Slot], patterns: Sequence[Slot]) -> tuple[Slot, ...]:
    """Join the tagger's spans and the patterns', in the order of the text.

    A pattern protects: what it finds is kept, and replaces tagged spans that overlap it. A tagged span of the same slot
    whose value the pattern did not find is kept too, so that nothing a person wants to avoid is lost.
    """
    kept = list(patterns)
    for slot in tagged:
        overlapping = [p for p in patterns if slot.start < p.end and p.start < slot.end]
        same = {p.value for p in overlapping if p.slot == slot.slot}
        if not overlapping or (same and slot.value is not None and slot.value not in same):
            kept.append(slot)
    return tuple(sorted(kept, key=lambda slot: (slot.start, slot.end, slot.slot)))
