"""Real texts as a model takes them, and what Keras answers to them: calibration and parity both read these."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makeup_ai.files import write_whole
from makeup_ai.runtime.signature import LENGTHS, Array, choose_length, padded

TOP_UP = 8
"""Texts that a bucket is filled up to where fewer are of its length."""

Utterance = tuple[Array, Array]
"""`token_ids` and `padding_mask` of one text, both `(tokens,)` int32."""


@dataclass(frozen=True)
class Samples:
    """Texts by padded length, with Keras's answers.

    Args:
        inputs: Length -> `token_ids` and `padding_mask`, both `(texts, length)` int32, right-padded.
        outputs: Length -> output name -> `(texts, ...)` float32, in the same order.
    """

    inputs: Mapping[int, Mapping[str, Array]]
    outputs: Mapping[int, Mapping[str, Array]]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Padded lengths, shortest first."""
        return tuple(sorted(self.inputs))

    def halves(self) -> tuple[Samples, Samples]:
        """Deal the texts of each length out in turns: one half to calibrate on, one half to judge by.

        A length with a single text has it in both.
        """

        def half(side: Mapping[int, Mapping[str, Array]], first: int) -> dict[int, dict[str, Array]]:
            return {
                length: {name: rows[first::2] if len(rows) > 1 else rows for name, rows in named.items()}
                for length, named in side.items()
            }

        return (
            Samples(half(self.inputs, 0), half(self.outputs, 0)),
            Samples(half(self.inputs, 1), half(self.outputs, 1)),
        )

    def save(self, path: Path) -> None:
        """Write everything to one `.npz` file."""
        arrays = {
            f"{side}/{length}/{name}": array
            for side, table in (("inputs", self.inputs), ("outputs", self.outputs))
            for length, named in table.items()
            for name, array in named.items()
        }
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **arrays)
        write_whole(path, content.getvalue())

    @classmethod
    def load(cls, path: Path) -> Samples:
        """Read what `save` wrote."""
        sides: dict[str, dict[int, dict[str, Array]]] = {"inputs": {}, "outputs": {}}
        with np.load(path, allow_pickle=False) as file:
            for key in file.files:
                side, length, name = key.split("/", 2)
                sides[side].setdefault(int(length), {})[name] = file[key]
        return cls(inputs=sides["inputs"], outputs=sides["outputs"])


def fill_buckets(utterances: Sequence[Utterance], lengths: Sequence[int] = LENGTHS) -> dict[int, dict[str, Array]]:
    """Put every text into the smallest bucket that holds it, and see that no bucket stays empty.

    Texts longer than the longest bucket are cut to it. A bucket with fewer than `TOP_UP` texts gets others, the
    longest first, padded or cut to its length.

    Raises:
        ValueError: There is no text, or one without a real token.
    """
    rows = [np.asarray(ids, np.int32)[np.asarray(mask) > 0] for ids, mask in utterances]
    if not rows or not all(len(row) for row in rows):
        raise ValueError(
            f"Parity and calibration need real texts, each of one token or more. Received: {len(rows)} texts, "
            f"{sum(not len(row) for row in rows)} of them empty. Pass some of the validation split."
        )
    longest = max(lengths)
    rows = [row[:longest] for row in rows]
    by_length = sorted(rows, key=len, reverse=True)
    filled = {}
    for length in sorted(lengths):
        chosen = [row for row in rows if choose_length(lengths, len(row)) == length]
        others = [row[:length] for row in by_length if choose_length(lengths, len(row)) != length]
        texts = [padded(row, length) for row in chosen + others[: max(0, TOP_UP - len(chosen))]]
        filled[length] = {name: np.concatenate([text[name] for text in texts]) for name in texts[0]}
    return filled


def answer(model: Any, utterances: Sequence[Utterance], lengths: Sequence[int] = LENGTHS) -> Samples:
    """Let a Keras model answer real texts, padded as a phone pads them.

    Args:
        model: Takes `token_ids` and `padding_mask`, gives a dict of outputs; on any backend.
        utterances: Real texts; a hundred or more make percentages mean something.
        lengths: Of the buckets.

    Raises:
        ValueError: There is no text, or one without a real token.
    """
    from keras import ops

    inputs = fill_buckets(utterances, lengths)
    outputs = {}
    for length, arrays in inputs.items():
        named = model({name: ops.convert_to_tensor(array) for name, array in arrays.items()}, training=False)
        outputs[length] = {name: np.asarray(ops.convert_to_numpy(value), np.float32) for name, value in named.items()}
    return Samples(inputs=inputs, outputs=outputs)
