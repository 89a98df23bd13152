"""Masked words beside the labels: fine-tuning by `L_task + alpha * L_masked`, so that the language is not forgotten.

As in the auxiliary objective of Radford et al. (2018), with masked words in the place of next ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import SPECIAL_TOKENS, Tokenizer
from makeup_ai.training.data.documents import Document
from makeup_ai.training.pretraining.masking import Masking
from makeup_ai.training.pretraining.objectives import MASKED, OBJECTIVES, Asked, Asking
from makeup_ai.training.pretraining.pairs import NO_PAIR, pack
from makeup_ai.training.pretraining.pieces import LANGUAGES, read_pieces
from makeup_ai.training.pretraining.rows import Plain, RowBatches
from makeup_ai.training.pretraining.units import STARTS, Units

if TYPE_CHECKING:
    from makeup_ai.training.data.examples import Example
    from makeup_ai.training.finetune import Companion
    from makeup_ai.training.run import Run
    from makeup_ai.training.tasks.heads import TrainingModel


def masked_words(
    alpha: float, corpus: Sequence[Document] = (), masking: Masking | None = None, seed: int = 0
) -> Callable[[Run, Sequence[Example]], Companion]:
    """Return what makes the companion of a run, as `train_run(companions=...)` takes it.

    Args:
        alpha: Weight of the loss of masked words beside that of the task.
        corpus: Documents whose words are masked; those of the training texts themselves by default.
        masking: How words are hidden.
        seed: Of what is masked.

    Raises:
        ValueError: The weight is not above zero.
    """
    if alpha <= 0:
        raise ValueError(f"Expected a weight of masked words above 0. Received: alpha={alpha}")
    return lambda run, examples: MaskedWords(run, alpha, corpus, masking or Masking(), seed)


class MaskedWords:
    """The companion of a run: the encoder also reads masked texts and is asked for what is hidden.

    A head that the run's preset was pre-trained with is gone on with.

    Args:
        run: Whose encoder and tokenizer are shared.
        alpha: Weight of the loss.
        corpus: Whose words are masked, as many rows as the batch has; or empty for the texts of the batch, where what
            `noise` has put there counts as theirs.
        masking: How words are hidden.
        seed: Of what is masked.
    """

    def __init__(self, run: Run, alpha: float, corpus: Sequence[Document], masking: Masking, seed: int):
        self.weights = {MASKED: alpha}
        self._kind, self._preset, self._seed = str(run.config["encoder"]), str(run.config["preset"]), seed
        units = Units(run.tokenizer)
        self._ask = Asking(OBJECTIVES["mlm"], run.tokenizer, masking)
        self._plain: Callable[[dict[str, Any], np.random.Generator], Plain] = _OfBatch(run.tokenizer, units)
        digest = ""
        if corpus:
            pieces = read_pieces(corpus, run.tokenizer, units)
            rows = RowBatches(pieces, pack(pieces, run.max_length), run.tokenizer, 1, run.max_length)
            self._plain = lambda inputs, generator: rows.plain(*rows.drawn(len(inputs["token_ids"]), generator))
            digest = pieces.digest
        self.fingerprint = json.dumps(
            {"masked_words": alpha, "corpus": digest, "masking": asdict(masking), "seed": seed}, sort_keys=True
        )

    @property
    def losses(self) -> dict[str, Callable[[Any, Any], Any]]:
        """The loss of masked words."""
        from makeup_ai.training.tasks.losses import masked_cross_entropy

        return {MASKED: masked_cross_entropy()}

    def extend(self, network: TrainingModel) -> TrainingModel:
        """Return the network with inputs `masked_...` and the output `masked_words`, `(batch, M, vocabulary)`."""
        import keras

        from makeup_ai.training.models.encoders import word_table
        from makeup_ai.training.pretraining.network import WordHead, at
        from makeup_ai.training.pretraining.pretrain import head_of

        names = "masked_token_ids", "masked_padding_mask", "masked_positions"
        added = {name: keras.Input((None,), dtype="int32", name=name) for name in names}
        encoded = network.encoder({name: added[f"masked_{name}"] for name in ("token_ids", "padding_mask")})
        head = WordHead(word_table(self._kind, network.encoder), name=MASKED)
        words = head(at(encoded["sequence"], added["masked_positions"]))
        if (known := head_of(self._preset, MASKED)) is not None:
            head.take(known)
        inputs, outputs = {**network.training.input, **added}, {**network.training.output, MASKED: words}
        return replace(network, training=keras.Model(inputs, outputs, name="with_masked_words"))

    def batch(
        self, epoch: int, step: int, rows: NDArray[np.int64], inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the masked inputs of one batch and what is asked for; see `finetune.Companion`."""
        generator = np.random.default_rng([self._seed, 5, epoch, step])
        asked: Asked = self._ask(self._plain(inputs, generator), generator)
        positions = asked.inputs["masked_positions"]
        given = {f"masked_{name}": asked.inputs[name] for name in ("token_ids", "padding_mask")}
        return {**given, "masked_positions": positions}, {MASKED: asked.targets[MASKED]}


class _OfBatch:
    """The texts of a batch as a plain batch."""

    def __init__(self, tokenizer: Tokenizer, units: Units):
        self._units = units
        self._special = np.asarray([tokenizer.token_id(piece) for piece in SPECIAL_TOKENS])

    def __call__(self, inputs: dict[str, Any], generator: np.random.Generator) -> Plain:
        token_ids = np.asarray(inputs["token_ids"], np.int32)
        joins, entity = np.full(token_ids.shape, STARTS, np.int8), np.zeros(token_ids.shape, np.bool_)
        for row, length in enumerate(np.asarray(inputs["padding_mask"]).sum(axis=1).tolist()):
            inner = slice(1, length - 1)
            joins[row, inner], entity[row, inner] = self._units.mark(token_ids[row, inner])
        return Plain(
            token_ids,
            np.asarray(inputs["padding_mask"], np.int32),
            ~np.isin(token_ids, self._special),
            joins,
            entity,
            np.full(len(token_ids), NO_PAIR, np.int32),
            np.full(len(token_ids), LANGUAGES.index("other"), np.int8),
        )
