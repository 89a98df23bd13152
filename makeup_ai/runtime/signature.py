"""What a model file takes and gives: names, shapes and types of one signature, and the lengths a text model reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LENGTHS = (16, 32, 64, 128)
"""Tokens that a text model is padded to, shortest first; every format uses the same, so that results agree."""

PADDING_ID = 0
"""Id of `[PAD]` in every tokenizer of this project."""


class Tensor(NamedTuple):
    """Shape and type of one input or output; a dimension that may vary is `None`.

    Examples:
        >>> Tensor((1, 16), "int32").fits((1, 16))
        True
    """

    shape: tuple[int | None, ...]
    dtype: str

    def fits(self, shape: Sequence[int]) -> bool:
        """Tell whether an array of `shape` is one of these."""
        return len(shape) == len(self.shape) and all(
            want in (None, got) for want, got in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """Inputs and outputs of one way to call a model, by name."""

    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]


class Bucket(NamedTuple):
    """Where a text of some length goes: the signature to call, and the length to pad to, in tokens."""

    signature: str
    length: int


def check_inputs(expected: Mapping[str, Tensor], received: Mapping[str, Array], *, signature: str) -> None:
    """Hold arrays to a signature before a runtime sees them.

    Raises:
        ValueError: A name is missing or unknown, or a shape or type differs.
    """
    if set(received) != set(expected):
        raise ValueError(
            f"Signature {signature!r} takes the inputs {sorted(expected)}. Received: {sorted(received)}. "
            "Pass one array for each name."
        )
    for name, tensor in expected.items():
        array = received[name]
        if not isinstance(array, np.ndarray) or array.dtype != np.dtype(tensor.dtype):
            kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise ValueError(
                f"Input {name!r} of signature {signature!r} is an array of {tensor.dtype}. Received: {kind}. "
                f"Convert it with numpy.asarray(..., dtype={tensor.dtype!r})."
            )
        if not tensor.fits(array.shape):
            raise ValueError(
                f"Input {name!r} of signature {signature!r} has the shape {tensor.shape}. Received: {array.shape}. "
                "Pad token ids to the length that `Session.bucket` names."
            )


def choose_signature(names: Iterable[str], signature: str | None) -> str:
    """Return the signature to call: the one named, or the only one there is.

    Raises:
        ValueError: It is unknown, or none was named where there are several.
    """
    choices = sorted(names)
    if signature is None and len(choices) == 1:
        return choices[0]
    if signature not in choices:
        raise ValueError(f"Unknown signature. Expected one of {choices}. Received: signature={signature!r}")
    return signature


def choose_length(lengths: Sequence[int], length: int) -> int:
    """Return the smallest of `lengths` that holds `length` tokens.

    Raises:
        ValueError: The model reads no texts, or none as long.

    Examples:
        >>> choose_length(LENGTHS, 17)
        32
    """
    if not lengths:
        raise ValueError("Only a text model has lengths. Received: a model without the input 'token_ids'.")
    fitting = [n for n in lengths if n >= length]
    if not fitting:
        raise ValueError(
            f"This model reads at most {max(lengths)} tokens. Received: {length}. Truncate the text to that many first."
        )
    return min(fitting)


def padded(token_ids: Sequence[int] | Array, length: int) -> dict[str, Array]:
    """Right-pad one text to `length` tokens, as a text model takes it.

    Args:
        token_ids: Real tokens only, at most `length`.
        length: Of the bucket.

    Returns:
        `token_ids` and `padding_mask` (1 on real tokens), both `(1, length)` int32.

    Raises:
        ValueError: The text is longer than `length`.

    Examples:
        >>> padded([2, 7, 3], 4)["padding_mask"].tolist()
        [[1, 1, 1, 0]]
    """
    count = len(token_ids)
    if count > length:
        raise ValueError(f"A text of at most {length} tokens was expected. Received: {count}. Truncate it first.")
    ids = np.full((1, length), PADDING_ID, np.int32)
    mask = np.zeros((1, length), np.int32)
    ids[0, :count] = token_ids
    mask[0, :count] = 1
    return {"token_ids": ids, "padding_mask": mask}
