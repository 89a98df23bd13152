"""Works on a vault in a process of its own, to be traced or killed: `python vault_worker.py VAULT COUNT`."""

from __future__ import annotations

import sys
from itertools import count, islice

from makeup_ai.profile.keys import Passphrase
from makeup_ai.profile.vault import Vault

KEY = Passphrase("correct horse battery", log2_n=10, p=1)
WORDS = ("limonene", "walnut", "pregnancy", "oily", "allergies", "skin_type", "conditions", "history", "recommend")


def work(path: str, turns: int) -> None:
    """Print `n` once the nth purchase is kept; every change that a vault knows comes by."""
    from pathlib import Path

    vault = Vault(path, KEY) if Path(path).exists() else Vault.create(path, KEY)
    vault.set({"skin_type": "oily", "allergies": ["limonene", "walnut"], "conditions": ["pregnancy"]})
    started = len(vault.profile().history)
    for n in islice(count(started), turns):
        vault.set({"history": [{"product_id": f"walnut-oil-{n}", "rating": 1 + n % 5}]}, source="purchase")
        print(n, flush=True)
        if n % 3 == 0:
            vault.view("recommend", "advice", "safety")
        if n % 7 == 0:
            vault.forget("conditions", "pregnancy")
            vault.set({"conditions": ["pregnancy"]})
        if n % 11 == 0:
            vault.rotate(KEY, data_key=True)
    vault.close()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]))
