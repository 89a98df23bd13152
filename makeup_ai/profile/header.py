"""A vault's header: which vault it is, how its key is unlocked, and the data key, wrapped.

The header is a canonical JSON object and its SHA-256. The hash tells a damaged header from a wrong passphrase; whether
the header is the vault's own is told by the wrapped key, to which every other part of it is bound.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from makeup_ai.errors import VaultError, WrongPassphraseError
from makeup_ai.profile.keys import KeySource, check_derivation
from makeup_ai.profile.sealing import KEY_BYTES, seal, unseal

VERSION = 1
HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Header:
    """What is written of a vault in the clear; none of it is of the person.

    Args:
        version: Of the format.
        vault: 16 random bytes in hexadecimal, of which every record is a part.
        derivation: How the wrapping key is made, with its parameters.
        wrapped: The data key, sealed.
    """

    version: int
    vault: str
    derivation: Mapping[str, Any]
    wrapped: bytes

    def to_bytes(self) -> bytes:
        """Return the header as it is written."""
        text = _canonical({**self._bound(), "wrapped": self.wrapped.hex()})
        return text + hashlib.sha256(text).digest()

    @classmethod
    def from_bytes(cls, written: bytes) -> Header:
        """Read a header.

        Raises:
            VaultError: It is damaged, of another version, or asks for a derivation out of bounds.
        """
        text, digest = written[:-HASH_BYTES], written[-HASH_BYTES:]
        if hashlib.sha256(text).digest() != digest:
            raise VaultError(
                "The vault's header is damaged: its checksum does not fit. Nothing was read or changed. "
                "Remedy: a copy of the vault from before."
            )
        try:
            values = json.loads(text)
            version, vault, derivation = values["version"], values["vault"], values["derivation"]
            wrapped = bytes.fromhex(values["wrapped"])
        except (ValueError, KeyError, TypeError) as error:
            raise VaultError(f"The vault's header is not one that makeup_ai writes ({error!r}).") from error
        if version != VERSION:
            raise VaultError(
                f"Expected a vault of version {VERSION}. Received: {version!r}. Remedy: a newer makeup_ai."
            )
        return cls(version, vault, check_derivation(derivation), wrapped)

    def digest(self) -> bytes:
        """Return the SHA-256 of the whole header, for what is bound to it."""
        return hashlib.sha256(self.to_bytes()).digest()

    def unwrap(self, source: KeySource) -> bytes:
        """Return the data key.

        Raises:
            WrongPassphraseError: The source's key does not open it.
            VaultError: The source is of another kind than the header names.
        """
        key = unseal(source.key(self.derivation), self.wrapped, _canonical(self._bound()))
        if key is None or len(key) != KEY_BYTES:
            raise WrongPassphraseError(
                f"The {source.noun} does not open this vault. Nothing is lost or changed: try again."
            )
        return key

    def _bound(self) -> dict[str, Any]:
        return {"version": self.version, "vault": self.vault, "derivation": dict(self.derivation)}


def wrap(data_key: bytes, source: KeySource, vault: str | None = None) -> Header:
    """Make a header around a data key, with fresh parameters of the source.

    Args:
        data_key: 32 bytes.
        source: Of the wrapping key.
        vault: Id of a vault that is there already; a new one by default.
    """
    vault = vault or os.urandom(16).hex()
    bare = Header(VERSION, vault, source.fresh(), b"")
    sealed = seal(source.key(bare.derivation), data_key, _canonical(bare._bound()))
    return Header(VERSION, vault, bare.derivation, sealed)


def _canonical(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
