"""A vault that is quick to open: scrypt at its least cost. benchmarks/vault.py times the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from makeup_ai.profile.keys import Passphrase
from makeup_ai.profile.vault import Vault

NOW = 1_800_000_000.0
DAY = 86_400.0
QUICK = Passphrase("correct horse battery", log2_n=10, p=1)
WORDS = {"skin_type": "oily", "allergies": ["limonene", "walnut"], "conditions": ["pregnancy"], "budget": 31.5}


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: float = NOW):
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "me.vault"


@pytest.fixture
def vault(path, clock):
    with Vault.create(path, QUICK, clock=clock) as made:
        made.set(WORDS)
        yield made
