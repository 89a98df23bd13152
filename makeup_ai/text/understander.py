"""Words to understanding: one pass of the model, and the lexicon beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from makeup_ai.runtime.session import Session
from makeup_ai.schema import Intent, Slot, Understanding
from makeup_ai.text.decoding import bio_spans, softmax
from makeup_ai.text.language import LanguageDetector
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import Encoding, Tokenizer, pad


class Understander:
    """Reads texts with an exported `understanding` model.

    Args:
        session: The model file, open.
        tokenizer: The one it was trained with.
        labels: Class names of `intent`, `slots` and `sentiment`.
        lexicon: Surfaces to canonical values, and the patterns that protect (allergies, pregnancy).
        detect: Text to language.
        max_length: Longest text in pieces.

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
    ):
        missing = {"intent", "slots"} - set(labels)
        if missing:
            raise ValueError(f"Expected labels of 'intent' and 'slots'. Missing: {sorted(missing)}")
        self._session, self._tokenizer, self._labels = session, tokenizer, labels
        self._lexicon, self._detect, self._max_length = lexicon, detect, max_length

    def outputs(self, encoding: Encoding) -> dict[str, NDArray[np.float32]]:
        """Return the model's outputs for one text, without the batch axis and without padding."""
        n = len(encoding.token_ids)
        signature, length = self._session.bucket(n)
        token_ids, padding_mask = pad([encoding], length)
        outputs = self._session.run({"token_ids": token_ids, "padding_mask": padding_mask}, signature)
        found = {name: np.asarray(value[0], np.float32) for name, value in outputs.items()}
        return {**found, "slots": found["slots"][:n]}

    def understand(self, text: str) -> Understanding:
        """Read a text of any length; what lies beyond the model's longest bucket is only seen by the patterns."""
        encoding = self._tokenizer.encode(text, self._max_length)
        outputs = self.outputs(encoding)
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
            tagged.append(Slot(span.slot, surface, value, span.start, span.end, span.confidence))
        return merge_slots(tagged, self._lexicon.find_patterns(text))


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
