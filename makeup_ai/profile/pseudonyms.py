"""Salted pseudonyms: one name for one person within a release, and no way back without the salt."""

from __future__ import annotations

import hashlib
import hmac
import os

SALT_BYTES = 32
PSEUDONYM_BYTES = 16


class Pseudonyms:
    """HMAC-SHA-256 (RFC 2104) of ids under a salt, cut to 128 bits.

    Args:
        salt: At least 32 bytes; a fresh one by default, which nobody else has, so that releases cannot be joined.

    Raises:
        ValueError: The salt is too short: ids could be tried out.
    """

    def __init__(self, salt: bytes | None = None):
        if salt is not None and len(salt) < SALT_BYTES:
            raise ValueError(f"Expected a salt of at least {SALT_BYTES} bytes. Received: {len(salt)}")
        self._salt = os.urandom(SALT_BYTES) if salt is None else salt

    def of(self, id_: str) -> str:
        """Return the pseudonym of an id, 32 hexadecimal digits."""
        return hmac.new(self._salt, id_.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[
            : 2 * PSEUDONYM_BYTES
        ]
