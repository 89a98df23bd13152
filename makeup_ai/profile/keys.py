"""Where the key that unlocks a vault comes from: a passphrase, or the system's keyring."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from makeup_ai.errors import VaultError
from makeup_ai.profile.sealing import KEY_BYTES

SHORTEST = 8  # characters of a new passphrase: NIST SP 800-63B, 5.1.1.1
SERVICE = "makeup-ai"
"""Under which the keyring keeps the secrets of vaults."""

SCRYPT_LOG2_N = 15
SCRYPT_R = 8
SCRYPT_P = 3
"""32 MiB and some tenths of a second: one of the OWASP Password Storage Cheat Sheet's equal settings of scrypt."""
BOUNDS = {"log2_n": (10, 20), "r": (1, 16), "p": (1, 16)}
"""What a header may ask for: one that was tampered with must not take the machine's memory."""


class KeySource(Protocol):
    """Gives the key that wraps a vault's data key."""

    noun: str

    def fresh(self) -> dict[str, Any]:
        """Return new parameters of a derivation, which the header carries."""

    def key(self, derivation: Mapping[str, Any]) -> bytes:
        """Return the 32 bytes that unwrap the data key."""


@dataclass(frozen=True)
class Passphrase:
    """A key by scrypt (RFC 7914) from a passphrase in Unicode NFC.

    Args:
        text: Never printed and never written.
        log2_n: Cost of a new vault, in powers of two; each step doubles time and memory.
        p: Parallel lanes of a new vault; each takes as long as the first.
    """

    text: str = field(repr=False)
    log2_n: int = SCRYPT_LOG2_N
    p: int = SCRYPT_P
    noun = "passphrase"

    def fresh(self) -> dict[str, Any]:
        """Return a new salt and the costs.

        Raises:
            ValueError: The passphrase is too short for a new vault.
        """
        if len(self.text) < SHORTEST:
            raise ValueError(
                f"Expected a passphrase of at least {SHORTEST} characters. Received: {len(self.text)} characters"
            )
        return {"name": "scrypt", "log2_n": self.log2_n, "r": SCRYPT_R, "p": self.p, "salt": os.urandom(16).hex()}

    def key(self, derivation: Mapping[str, Any]) -> bytes:
        """Derive the key.

        Raises:
            VaultError: The vault is not unlocked by a passphrase.
        """
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        _expect(derivation, "scrypt", self.noun)
        salt, cost = bytes.fromhex(derivation["salt"]), 1 << derivation["log2_n"]
        scrypt = Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=derivation["r"], p=derivation["p"])
        return scrypt.derive(unicodedata.normalize("NFC", self.text).encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class Keyring:
    """A random key in the system's keyring (pip extra `keyring`), a new entry for each header."""

    noun = "keyring's secret"

    def fresh(self) -> dict[str, Any]:
        """Make a new secret in the keyring and return the name of its entry.

        Raises:
            ImportError: The extra is not installed.
        """
        entry = os.urandom(16).hex()
        _keyring().set_password(SERVICE, entry, os.urandom(KEY_BYTES).hex())
        return {"name": "keyring", "entry": entry}

    def key(self, derivation: Mapping[str, Any]) -> bytes:
        """Return the secret.

        Raises:
            VaultError: The vault is not unlocked by a keyring, or this keyring holds no secret of it.
            ImportError: The extra is not installed.
        """
        _expect(derivation, "keyring", "keyring")
        kept = _keyring().get_password(SERVICE, derivation["entry"])
        try:
            key = bytes.fromhex(kept or "")
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise VaultError(
                f"The system's keyring holds no key of this vault ({SERVICE!r}, {derivation['entry']!r}). "
                "Nothing is lost or changed: open it where it was made, by the same user."
            )
        return key


def forget_secret(derivation: Mapping[str, Any]) -> None:
    """Take the secret that a header names out of the keyring; a passphrase is kept nowhere."""
    if derivation["name"] == "keyring" and (keyring := _keyring()).get_password(SERVICE, derivation["entry"]):
        keyring.delete_password(SERVICE, derivation["entry"])


def check_derivation(derivation: Any) -> dict[str, Any]:
    """Return a header's derivation as it is.

    Raises:
        VaultError: It is unknown, or its cost is out of bounds.
    """
    if isinstance(derivation, Mapping) and set(derivation) == {"name", "entry"} and derivation["name"] == "keyring":
        return dict(derivation)
    costs: dict[str, Any] = {name: derivation.get(name) if isinstance(derivation, Mapping) else None for name in BOUNDS}
    fits = all(isinstance(costs[name], int) and low <= costs[name] <= high for name, (low, high) in BOUNDS.items())
    salted = fits and re.fullmatch("[0-9a-f]{32}", str(derivation.get("salt")))
    if not salted or derivation.get("name") != "scrypt":
        raise VaultError(f"Expected a vault unlocked by scrypt within {BOUNDS}, or by a keyring. Received: {costs}")
    return dict(derivation)


def _expect(derivation: Mapping[str, Any], name: str, noun: str) -> None:
    if derivation["name"] != name:
        raise VaultError(f"This vault is unlocked by {derivation['name']}. Received: a {noun}")


def _keyring() -> Any:
    try:
        import keyring
    except ImportError as error:
        raise ImportError('The system keyring needs a package: pip install "makeup-ai[keyring]"') from error
    return keyring
