"""What some examples are, in one short string: equal only for the same examples in the same order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from makeup_ai.training.data.examples import Example


def digest_of(*parts: Sequence[Example]) -> str:
    """Return the SHA-256 of the examples of some parts, in hexadecimal digits.

    Examples:
        >>> digest_of([Example("a")], [Example("b")]) == digest_of([Example("a"), Example("b")], [])
        False
    """
    digest = hashlib.sha256()
    for examples in parts:
        digest.update(f"{len(examples)}\n".encode())
        for example in examples:
            digest.update(repr(example).encode())
    return digest.hexdigest()
