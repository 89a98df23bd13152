"""AES-256-GCM over padded content: what a vault writes, and nothing else, goes through here."""

from __future__ import annotations

import os

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, random; one key seals at most 2**32 messages
TAG_BYTES = 16
LENGTH_BYTES = 4
SMALLEST = 256
"""Bytes of the smallest bucket; the next ones are each twice as large."""


def seal(key: bytes, content: bytes, bound: bytes) -> bytes:
    """Encrypt and authenticate content (AES-256-GCM, NIST SP 800-38D) under a fresh random nonce.

    Args:
        key: 32 bytes.
        content: Padded first, so that what is written tells its length only as a power of two.
        bound: What the content belongs to; it is authenticated, not written.

    Returns:
        Nonce (12 bytes), ciphertext, tag (16 bytes).
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # takes longer than all else of the package

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, pad(content), bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    """Decrypt what `seal` returned; `None` where the key, a byte, or what it is bound to is another one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        return None
    try:
        return unpad(AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound))
    except InvalidTag:
        return None


def pad(content: bytes) -> bytes:
    """Put the length before content and zeros behind it, up to a power of two.

    Examples:
        >>> len(pad(b"")), len(pad(bytes(252))), len(pad(bytes(253)))
        (256, 256, 512)
    """
    needed = LENGTH_BYTES + len(content)
    bucket = max(SMALLEST, 1 << (needed - 1).bit_length())
    return len(content).to_bytes(LENGTH_BYTES, "big") + content + bytes(bucket - needed)


def unpad(padded: bytes) -> bytes:
    """Return the content that `pad` was given."""
    return padded[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")]
