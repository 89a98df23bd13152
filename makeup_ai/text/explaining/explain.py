"""An answer and the words it rests on, for any model that can be asked: occlusion needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.calibration import Calibration
from makeup_ai.text.explaining.aims import AIMS, Aim, HeadOf, labels_of
from makeup_ai.text.explaining.words import Word, without, words_of
from makeup_ai.text.tokenizer import MASK, Encoding, Tokenizer

SILENT = 0.05
"""Share of the strongest weight below which a word is shown as any other."""

Answer = Callable[[Sequence[Encoding]], Mapping[str, Sequence[NDArray[np.float32]]]]
"""Encodings of single texts to one array each, by head."""

Weights = NDArray[np.float64]

Method = Callable[[Encoding, Sequence[Word], Aim], Weights]
"""Gives each word its weight in an aim's log-odds, `(words,)`: above 0 where it speaks for it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A model that can be asked.

    Args:
        name: Shown.
        heads: Of its answers.
        tokenizer: The one it was trained with.
        max_length: Longest text in pieces.
        answer: Asks it.
        calibration: Of its probabilities.
    """

    name: str
    heads: Sequence[HeadOf]
    tokenizer: Tokenizer
    max_length: int
    answer: Answer
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Explanation:
    """One answer, and what each word adds to it or takes from it.

    Args:
        text: That was read.
        head: Of the answer.
        label: The answer.
        probability: The model's, calibrated where it was.
        score: Its log-odds, nats.
        method: How the weights were found.
        span: What the label is of, start and end in code points, or `None` for the whole text.
        words: Of the text, in order.
        weights: `(words,)`, in nats of log-odds; above 0 where a word speaks for the answer.
    """

    text: str
    head: str
    label: str
    probability: float
    score: float
    method: str
    span: tuple[int, int] | None
    words: tuple[Word, ...]
    weights: tuple[float, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Each weight over the strongest, in [-1, 1]; 0 for words too weak to be shown."""
        strongest = max(map(abs, self.weights), default=0.0)
        return tuple(w / strongest if abs(w) > SILENT * strongest else 0.0 for w in self.weights)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, with the weight beside each word."""
        values = {name: value for name, value in asdict(self).items() if name not in {"words", "weights"}}
        rows = [
            {"text": word.text, "start": word.start, "end": word.end, "weight": round(weight, 6)}
            for word, weight in zip(self.words, self.weights, strict=True)
        ]
        return {**values, "words": rows}


def occlusion(reader: Reader, mask: bool | None = None) -> Method:
    """Return the method that takes each word away and asks again (Zeiler & Fergus, 2014, arXiv:1311.2901).

    Args:
        reader: The model.
        mask: Whether `[MASK]` takes a word's place, which a model without pre-training has never met, rather than
            nothing; by default only for labels of pieces, whose places must stay.
    """
    mask_id = reader.tokenizer.token_id(MASK)

    def weigh(encoding: Encoding, words: Sequence[Word], aim: Aim) -> Weights:
        masked = bool(aim.pieces) if mask is None else mask
        if aim.pieces and not masked:
            raise ValueError(
                f"Expected --replace mask for {aim.head!r}, whose labels are of places in the text. Received: remove"
            )
        taken = [without(encoding, word.pieces, mask_id if masked else None) for word in words]
        outputs = reader.answer([encoding, *taken])[aim.head]
        scores = np.array([aim.score(output) for output in outputs])
        return np.asarray(scores[0] - scores[1:])

    return weigh


def explain(
    reader: Reader, text: str, name: str, method: Method, *, head: str | None = None, label: str | None = None
) -> list[Explanation]:
    """Explain what a model says of a text.

    Args:
        reader: The model.
        text: Of any length; what lies beyond the longest that the model reads has no words.
        name: Of the method, as it is shown.
        method: Gives the weights.
        head: Only this one; all that can be explained by default.
        label: This class or slot, said or not, rather than what is said; needs `head`. Of spans, those of this slot.

    Returns:
        An explanation for each class or span that is said, in the order of the heads.

    Raises:
        ValueError: The head or label is unknown.
    """
    chosen = _heads(reader, head, label)
    encoding = reader.tokenizer.encode(text, reader.max_length)
    outputs, words = reader.answer([encoding]), words_of(text, encoding)
    found = []
    for one in chosen:
        output = outputs[one.name][0]
        for aim in AIMS[one.kind](one, output, encoding.offsets, reader.calibration.of(one.name), label):
            weights = method(encoding, words, aim) if words else np.empty(0)
            found.append(
                Explanation(
                    text=text,
                    head=aim.head,
                    label=aim.label,
                    probability=aim.probability(output),
                    score=aim.score(output),
                    method=name,
                    span=aim.span,
                    words=tuple(words),
                    weights=tuple(float(weight) for weight in weights),
                )
            )
    return found


def _heads(reader: Reader, head: str | None, label: str | None) -> list[HeadOf]:
    known = {one.name: one for one in reader.heads if one.kind in AIMS}
    if not known or (head is not None and head not in known):
        raise ValueError(f"Expected a head that can be explained, one of {sorted(known)}. Received: head={head!r}")
    if label is not None and head is None:
        raise ValueError(f"Expected --head with a label. Received: label={label!r}")
    chosen = list(known.values()) if head is None else [known[head]]
    if label is not None and label not in labels_of(chosen[0]):
        raise ValueError(f"Unknown label of {head!r}. Expected one of {labels_of(chosen[0])}. Received: {label!r}")
    return chosen
