"""Erasing: nothing is left to read, and nothing else is touched."""

from __future__ import annotations

import sqlite3

import pytest

from makeup_ai.errors import VaultBusyError, VaultError
from makeup_ai.profile.erase import erase
from makeup_ai.profile.keys import Passphrase
from makeup_ai.profile.sealing import unseal
from makeup_ai.profile.vault import Vault

from .conftest import QUICK


def rows(path):
    connection = sqlite3.connect(path)
    found = dict(connection.execute("SELECT id, body FROM sealed"))
    connection.close()
    return found


def test_nothing_is_left(vault, path):
    vault.close()
    (path.parent / f".{path.name}.1.part").write_bytes(path.read_bytes())  # of a process that was killed
    (path.parent / f"{path.name}-journal").write_bytes(b"old pages")
    (path.parent / "other.vault").write_bytes(b"of somebody else")
    report = erase(path)
    assert report.proven and report.records == 5 and len(report.files) == 2  # SQLite itself drops such a journal
    assert [p.name for p in path.parent.iterdir()] == ["other.vault"]
    with pytest.raises(FileNotFoundError):
        Vault(path, QUICK)


def test_what_somebody_kept_of_the_records_opens_with_no_key_that_is_left(vault, path):
    """A copy of every record and the passphrase, without the header: the data key was nowhere else."""
    vault.close()
    before = rows(path)
    erase(path)
    with Vault.create(path, QUICK) as fresh:  # the same passphrase, a new data key
        keys = [fresh._records._key, QUICK.key({**fresh._records._header.derivation})]
        for id_, body in before.items():
            assert all(unseal(key, body, fresh._records._bound(id_, 1, "fact/age")) is None for key in keys)
    header, kept = before[0], rows(path)
    connection = sqlite3.connect(path)
    for id_, body in before.items():
        if id_ > 0:
            connection.execute("INSERT OR REPLACE INTO sealed VALUES (?, ?)", (id_, body))
    connection.commit()
    connection.close()
    assert kept[0] != header
    with pytest.raises(VaultError):
        Vault(path, QUICK)


def test_the_proof_fails_where_something_is_left(vault, path, monkeypatch):
    vault.close()
    monkeypatch.setattr("makeup_ai.profile.erase._overwrite", lambda place: (b"", place.read_bytes()))
    report = erase(path)
    assert not report.key_gone and not report.bytes_gone and not report.proven


def test_a_forgotten_passphrase_or_a_damaged_vault_can_still_be_erased(vault, path):
    vault.close()
    damaged = bytearray(path.read_bytes())
    damaged[5000] ^= 1
    damaged[120] ^= 255
    path.write_bytes(damaged)
    assert erase(path).proven
    assert not path.exists()


def test_what_is_no_vault_is_not_touched(path, tmp_path):
    path.write_bytes(b"a photo of my cat" * 100)
    with pytest.raises(ValueError, match="nothing was touched"):
        erase(path)
    assert path.read_bytes() == b"a photo of my cat" * 100
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(ValueError, match="another database"):
        erase(other)
    with pytest.raises(FileNotFoundError):
        erase(tmp_path / "nothing")


def test_a_vault_in_use_is_not_erased(vault, path):
    with vault._database.writing(), pytest.raises(VaultBusyError):
        erase(path, wait=0.1)
    assert vault.profile().skin_type == "oily"


def test_a_forgotten_fact_is_gone_from_the_file(vault, path):
    before = rows(path)
    vault.forget("allergies")
    vault.close()
    left = path.read_bytes()
    gone = [body for id_, body in before.items() if id_ not in rows(path)]
    assert len(gone) == 2
    assert not any(body[start : start + 16] in left for body in gone for start in range(0, len(body) - 16, 16))


def test_keys_are_derived_as_rfc_7914_says():
    """Its test vector: scrypt of 'pleaseletmein' and 'SodiumChloride', N 16384, r 8, p 1."""
    derivation = {"name": "scrypt", "log2_n": 14, "r": 8, "p": 1, "salt": b"SodiumChloride".hex()}
    assert Passphrase("pleaseletmein").key(derivation).hex() == (
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    )
