"""Whether a converted file answers as its Keras model does: measured head by head on real texts, then judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from makeup_ai.errors import ParityError
from makeup_ai.export.samples import Samples
from makeup_ai.runtime.session import Session
from makeup_ai.runtime.signature import Array
from makeup_ai.schema import to_dict


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a file may be from Keras.

    Args:
        difference: Largest absolute difference of any logit, or `None` where only answers count.
        agreement: Smallest share, of every head's top answers that are Keras's, in [0, 1].
        cosine: Smallest mean cosine between an embedding and Keras's.
    """

    difference: float | None
    agreement: float
    cosine: float


@dataclass(frozen=True, slots=True)
class HeadParity:
    """One output against Keras's, over all texts of all lengths; padding does not count.

    Args:
        answers: Top answers compared: texts, or real tokens where the output has one answer a token.
        difference: Largest absolute difference.
        agreement: Share of top answers (largest logit) that are the same, or `None` for an embedding.
        cosine: Mean cosine with Keras's embedding, or `None` for logits.
    """

    answers: int
    difference: float
    agreement: float | None
    cosine: float | None


@dataclass(frozen=True, slots=True)
class Parity:
    """A converted file against its Keras model.

    Args:
        texts: Texts by padded length.
        heads: Output name -> what was measured.
    """

    texts: Mapping[int, int]
    heads: Mapping[str, HeadParity]

    def __str__(self) -> str:
        lines = [f"{'head':<14}{'answers':>9}{'max |diff|':>13}{'same answer':>13}{'cosine':>10}"]
        for name, head in self.heads.items():
            same = "-" if head.agreement is None else f"{head.agreement:.2%}"
            cosine = "-" if head.cosine is None else f"{head.cosine:.5f}"
            lines.append(f"{name:<14}{head.answers:>9}{head.difference:>13.2e}{same:>13}{cosine:>10}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Turn into plain JSON types."""
        return {"texts": to_dict(self.texts), "heads": to_dict(self.heads)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Parity:
        """Read what `to_dict` gave."""
        return cls(
            texts={int(length): count for length, count in values["texts"].items()},
            heads={name: HeadParity(**head) for name, head in values["heads"].items()},
        )

    def check(self, tolerance: Tolerance, *, recipe: str) -> None:
        """Refuse a file that is too far from Keras.

        Raises:
            ParityError: Naming the head, the number, the limit and what to do.
        """
        remedy = f"Export another recipe than {recipe!r}, or fine-tune the model longer so that its answers are surer."
        for name, head in self.heads.items():
            if not np.isfinite(head.difference):
                raise ParityError(f"Head {name!r} gives numbers that are not finite. {remedy}")
            if tolerance.difference is not None and head.difference > tolerance.difference:
                raise ParityError(
                    f"Head {name!r} is {head.difference:.2e} away from Keras; at most {tolerance.difference:.0e} was "
                    f"expected. {remedy}"
                )
            if head.agreement is not None and head.agreement < tolerance.agreement:
                raise ParityError(
                    f"Head {name!r} gives Keras's answer in {head.agreement:.2%} of {head.answers} cases; at least "
                    f"{tolerance.agreement:.2%} was expected. {remedy}"
                )
            if head.cosine is not None and head.cosine < tolerance.cosine:
                raise ParityError(
                    f"Head {name!r} has a mean cosine of {head.cosine:.4f} with Keras's embedding; at least "
                    f"{tolerance.cosine:.4f} was expected. {remedy}"
                )


def compare(session: Session, samples: Samples) -> Parity:
    """Run every sample through a converted file, one text at a time as a phone does, and measure each head.

    An output with three axes has one answer a token, and perhaps a field's own weights behind them; one with two, whose
    rows in Keras are unit vectors, is an embedding; any other holds logits of one answer a text.

    Raises:
        ParityError: The file lacks an output that Keras has, or gives it another shape.
    """
    real: dict[str, list[Array]] = {}
    wanted: dict[str, list[Array]] = {}
    for length in samples.lengths:
        inputs, outputs = samples.inputs[length], samples.outputs[length]
        for row, mask in enumerate(inputs["padding_mask"]):
            one = {name: array[row : row + 1] for name, array in inputs.items()}
            given = session.run(one, session.bucket(length).signature)
            for name, values in outputs.items():
                expected = values[row : row + 1]
                if name not in given or given[name].shape != expected.shape:
                    shape = given[name].shape if name in given else "nothing"
                    raise ParityError(
                        f"Head {name!r} has the shape {expected.shape} in Keras. Received: {shape}. Export it again."
                    )
                kept = _kept(mask, expected) if expected.ndim == 3 else slice(None)
                real.setdefault(name, []).append(given[name][0, kept] if expected.ndim == 3 else given[name])
                wanted.setdefault(name, []).append(expected[0, kept] if expected.ndim == 3 else expected)
    heads = {name: measure(np.concatenate(real[name]), np.concatenate(wanted[name])) for name in wanted}
    texts = {length: len(samples.inputs[length]["token_ids"]) for length in samples.lengths}
    return Parity(texts=texts, heads=heads)


def _kept(mask: Array, expected: Array) -> Array:
    """Return which rows of a token output count: those of real tokens, and all that stand behind the tokens."""
    behind = np.ones(expected.shape[1] - len(mask), bool)
    return np.concatenate([mask > 0, behind])


def measure(given: Array, expected: Array) -> HeadParity:
    """Compare two tables of logits, or of unit vectors, row by row.

    Args:
        given: `(answers, labels)`.
        expected: `(answers, labels)`, of Keras.

    Examples:
        >>> measure(np.array([[0.0, 2.0], [3.0, 1.0]]), np.array([[0.0, 2.5], [1.0, 3.0]])).agreement
        0.5
    """
    difference = float(np.abs(given - expected).max())
    if not np.isfinite(given).all():
        difference = float("inf")
    unit = np.allclose(np.linalg.norm(expected, axis=-1), 1.0, atol=1e-3)
    if unit:
        norms = np.maximum(np.linalg.norm(given, axis=-1), np.finfo(np.float32).tiny)
        cosine = float(np.mean((given * expected).sum(axis=-1) / norms))
        return HeadParity(len(expected), difference, agreement=None, cosine=cosine)
    agreement = float(np.mean(given.argmax(axis=-1) == expected.argmax(axis=-1)))
    return HeadParity(len(expected), difference, agreement=agreement, cosine=None)
