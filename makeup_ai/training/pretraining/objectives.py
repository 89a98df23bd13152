"""What pre-training asks of a network: one row an objective, each with its rows, its network, inputs and targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import MASK, Tokenizer
from makeup_ai.training.pretraining.masking import Masking, mask
from makeup_ai.training.pretraining.pairs import Rows, pack, pair
from makeup_ai.training.pretraining.pieces import Pieces
from makeup_ai.training.pretraining.rows import Plain
from makeup_ai.training.pretraining.units import ordinary_ids

if TYPE_CHECKING:
    import keras

    from makeup_ai.training.models.encoders import Config

MASKED, FOLLOWS, NEXT_WORD = "masked_words", "next_sentence", "next_word"
"""Outputs: logits `(batch, M, vocabulary)`, `(batch, 2)` and `(batch, tokens, vocabulary)`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch as a network reads it.

    Args:
        inputs: By name.
        targets: By output, -1 where nothing is asked.
        entity: Of the words output's targets, whether each is of a name.
    """

    inputs: dict[str, NDArray[Any]]
    targets: dict[str, NDArray[np.int32]]
    entity: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Objective:
    """One way of pre-training.

    Args:
        words: The output whose loss is watched.
        pairs: Whether rows may be pairs.
        masks: Whether words are hidden; else the next one is asked for.
    """

    words: str
    pairs: bool
    masks: bool

    def rows(self, pieces: Pieces, max_length: int, seed: int) -> Rows:
        """Return the rows to learn from."""
        return pair(pieces, max_length, seed) if self.pairs else pack(pieces, max_length)

    def network(self, encoder: keras.Model, kind: str, config: Config) -> keras.Model:
        """Build the network on an encoder."""
        from makeup_ai.training.pretraining.network import causal_network, masked_network

        return masked_network(encoder, kind, self.pairs) if self.masks else causal_network(encoder, kind, config)

    def losses(self, pair_weight: float) -> tuple[dict[str, Callable[[Any, Any], Any]], dict[str, float]]:
        """Return the losses and their weights, by output: `L_words + pair_weight * L_pairs`."""
        from makeup_ai.training.tasks.losses import masked_cross_entropy

        weights = {self.words: 1.0} | ({FOLLOWS: pair_weight} if self.pairs else {})
        return {output: masked_cross_entropy() for output in weights}, weights


OBJECTIVES: dict[str, Objective] = {
    "mlm": Objective(MASKED, pairs=False, masks=True),
    "mlm+nsp": Objective(MASKED, pairs=True, masks=True),
    "clm": Objective(NEXT_WORD, pairs=False, masks=False),
}


class Asking:
    """Turns plain batches into what is asked.

    Args:
        objective: Of `OBJECTIVES`.
        tokenizer: Of the corpus.
        masking: How much is masked, and how.
    """

    def __init__(self, objective: Objective, tokenizer: Tokenizer, masking: Masking):
        self._objective, self._masking = objective, masking
        self._mask_id, self._ordinary = tokenizer.token_id(MASK), ordinary_ids(tokenizer)

    def __call__(self, plain: Plain, generator: np.random.Generator) -> Asked:
        """Return inputs and targets.

        Args:
            plain: A batch.
            generator: Of what is masked.
        """
        if not self._objective.masks:
            return _shifted(plain)
        masked = mask(
            plain.token_ids,
            plain.maskable,
            plain.joins,
            plain.entity,
            generator,
            self._masking,
            self._mask_id,
            self._ordinary,
        )
        inputs = {
            "token_ids": masked.token_ids,
            "padding_mask": plain.padding_mask,
            "masked_positions": masked.positions,
        }
        targets = {MASKED: masked.targets} | ({FOLLOWS: plain.labels} if self._objective.pairs else {})
        return Asked(inputs, targets, masked.entity)


def _shifted(plain: Plain) -> Asked:
    """Ask at each piece for the one after it; `[SEP]` ends a text and is asked for too."""
    targets = np.full_like(plain.token_ids, -1)
    targets[:, :-1] = np.where(plain.padding_mask[:, 1:] == 1, plain.token_ids[:, 1:], -1)
    entity = np.zeros_like(plain.entity)
    entity[:, :-1] = plain.entity[:, 1:]
    inputs = {"token_ids": plain.token_ids, "padding_mask": plain.padding_mask}
    return Asked(inputs, {NEXT_WORD: targets}, entity)
