"""Opening a vault for a command: the passphrase from the environment or a prompt, never from an argument."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from makeup_ai.profile.database import Database
from makeup_ai.profile.keys import Keyring, KeySource, Passphrase
from makeup_ai.profile.policy import View
from makeup_ai.profile.records import read_header
from makeup_ai.profile.vault import Vault
from makeup_ai.schema import Profile

ENVIRONMENT = "MAKEUP_AI_PASSPHRASE"
NEW_ENVIRONMENT = "MAKEUP_AI_NEW_PASSPHRASE"
"""In its place where a vault gets another one."""
PURPOSES = ("advice", "safety")
"""What a consultation is for."""


def key_of(path: str | Path) -> KeySource:
    """Return the kind of key that a vault's header names; a passphrase is asked for.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: There is nobody to ask for the passphrase.
        VaultError: See `Vault`.
    """
    database = Database(path)
    try:
        by_keyring = read_header(database).derivation["name"] == "keyring"
    finally:
        database.close()
    return Keyring() if by_keyring else ask_passphrase()


def open_vault(path: str | Path, source: KeySource | None = None) -> Vault:
    """Open a vault, and say on stderr what has expired.

    Args:
        path: Of the vault.
        source: Of its key; the one that its header names by default.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: There is nobody to ask for the passphrase.
        VaultError: See `Vault`.
    """
    vault = Vault(path, source or key_of(path))
    if vault.expired:
        print(
            f"makeup-ai: the time of facts was over, and they were destroyed: {', '.join(vault.expired)}. "
            "Set them again if they still hold.",
            file=sys.stderr,
        )
    return vault


def open_or_create(path: str | Path, *, keyring: bool = False) -> Vault:
    """Open a vault, or make one where there is none.

    Args:
        path: Of the vault.
        keyring: Keep the key of a new vault in the system's keyring instead of asking for a passphrase.

    Raises:
        ValueError: See `open_vault`; or the passphrase is too short for a new vault.
        VaultError: See `Vault`.
    """
    if os.path.lexists(path):
        return open_vault(path)
    return Vault.create(path, Keyring() if keyring else ask_passphrase(new=True))


def ask_passphrase(variable: str = ENVIRONMENT, *, new: bool = False) -> KeySource:
    """Return the passphrase in an environment variable, or ask for it without showing it.

    Args:
        variable: Of the environment.
        new: Ask twice.

    Raises:
        ValueError: The variable is not set and there is no terminal, or the two differ.
    """
    given = os.environ.get(variable)
    if given is not None:
        return Passphrase(given)
    if not sys.stdin.isatty():
        raise ValueError(f"Expected the passphrase in {variable}, or a terminal to ask at. Received: neither")
    first = getpass.getpass("New passphrase: " if new else "Passphrase: ")
    if new and getpass.getpass("Once more: ") != first:
        raise ValueError("Expected the same passphrase twice. Received: two that differ; nothing was changed")
    return Passphrase(first)


def view_from_vault(
    path: str | Path, consumer: str = "recommend", *purposes: str, source: KeySource | None = None
) -> Profile:
    """Open a vault, return what the policy lets a consumer see, and say on stderr what is withheld.

    Args:
        path: Of the vault.
        consumer: Of the policy.
        purposes: Of the policy; advice and safety by default.
        source: Of the key; the one that the vault's header names by default.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The consumer or a purpose is unknown, or there is nobody to ask for the passphrase.
        VaultError: See `Vault`.
    """
    with open_vault(path, source) as vault:
        view: View = vault.view(consumer, *(purposes or PURPOSES))
    for field, why in sorted(view.withheld.items()):
        print(f"makeup-ai: {field} of the profile is not used: {why}", file=sys.stderr)
    return view.profile
