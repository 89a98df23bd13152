"""How well a pre-trained network knows the language: perplexity and accuracy on a part held out.

Masked words are measured under one masking that the held-out text alone decides; their perplexity is a
pseudo-perplexity, to be compared only under the same tokenizer and masking. That of next words is exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.distributing import answer
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.pretraining.masking import Masking
from makeup_ai.training.pretraining.objectives import FOLLOWS, OBJECTIVES, Asking
from makeup_ai.training.pretraining.pieces import LANGUAGES, Pieces
from makeup_ai.training.pretraining.rows import RowBatches

if TYPE_CHECKING:
    import keras

BATCH = 64
SEED = 0
"""Of the masking that is measured under, and of the pairs."""


class Measure:
    """Measures one network on one part, as often as asked.

    Args:
        network: Of the objective.
        tokenizer: Of both.
        pieces: The part held out.
        objective: A key of `OBJECTIVES`.
        masking: How words are hidden.
        max_length: Pieces of the longest row.
    """

    def __init__(
        self,
        network: keras.Model,
        tokenizer: Tokenizer,
        pieces: Pieces,
        objective: str,
        masking: Masking,
        max_length: int,
    ):
        from makeup_ai.training.pretraining.network import with_answers

        self._objective = OBJECTIVES[objective]
        self._answers = with_answers(network)
        rows = self._objective.rows(pieces, max_length, SEED)
        self._batches = RowBatches(pieces, rows, tokenizer, BATCH, max_length)
        self._ask = Asking(self._objective, tokenizer, masking)

    def __call__(self) -> Metrics:
        """Return what was found, by output and, for words, by language.

        Returns:
            Of words, all and by language (`masked_words.en`): `log_likelihood` (mean, in nats), `perplexity`,
            `accuracy`, `beauty_accuracy` (on the pieces of names of the domain), `baseline` (the accuracy of always
            answering the most frequent piece asked for) and `words`, the pieces asked for. Of pairs: `accuracy`.
        """
        seen: list[tuple[NDArray[Any], ...]] = []
        pairs: list[tuple[NDArray[Any], ...]] = []
        words = self._objective.words
        for step, (length, rows) in enumerate(self._batches.in_order()):
            plain = self._batches.plain(length, _filled(rows))
            asked = self._ask(plain, np.random.default_rng([SEED, step]))
            given = {f"{name}_target": target for name, target in asked.targets.items()}
            found = answer(self._answers, {**asked.inputs, **given})
            real = asked.targets[words] >= 0
            real[len(rows) :] = False
            language = np.broadcast_to(plain.languages[:, None], real.shape)
            kept = asked.targets[words], found[f"{words}_loss"], found[f"{words}_hit"], asked.entity, language
            seen.append(tuple(array[real] for array in kept))
            if self._objective.pairs:
                known = plain.labels[: len(rows)] >= 0
                pairs.append((found[f"{FOLLOWS}_hit"][: len(rows)][known],))
        targets, losses, hits, entity, language = (np.concatenate(arrays) for arrays in zip(*seen, strict=True))
        measured = {words: _figures(targets, losses, hits, entity)}
        for code in np.unique(language):
            of = language == code
            measured[f"{words}.{LANGUAGES[code]}"] = _figures(targets[of], losses[of], hits[of], entity[of])
        if self._objective.pairs:
            right = np.concatenate([hit for (hit,) in pairs])
            measured[FOLLOWS] = {"pairs": float(len(right))} | ({"accuracy": float(right.mean())} if len(right) else {})
        return measured


def _filled(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Repeat rows up to a whole batch, so that shapes stay few."""
    return np.resize(rows, BATCH)


def _figures(targets: NDArray[Any], losses: NDArray[Any], hits: NDArray[Any], entity: NDArray[Any]) -> dict[str, float]:
    """Return the figures of some words; without one, that there are none."""
    if not len(targets):
        return {"words": 0.0, "log_likelihood": -math.inf}
    loss = float(losses.astype(np.float64).mean())
    figures = {
        "log_likelihood": -loss,
        "perplexity": math.exp(min(loss, 700.0)),
        "accuracy": float(hits.mean()),
        "baseline": float(np.bincount(targets).max() / len(targets)),
        "words": float(len(targets)),
    }
    return figures | ({"beauty_accuracy": float(hits[entity].mean())} if entity.any() else {})
