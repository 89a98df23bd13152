"""The vault: what is kept, shown, logged, withdrawn, forgotten, expired and rotated."""

from __future__ import annotations

import os
import sqlite3
import time

import pytest

from makeup_ai.errors import VaultBusyError, VaultError, WrongPassphraseError
from makeup_ai.profile.facts import make_fact
from makeup_ai.profile.keys import Keyring, Passphrase
from makeup_ai.profile.vault import Vault

from .conftest import DAY, NOW, QUICK, WORDS

OTHER = Passphrase("another passphrase", log2_n=10, p=1)


def reopened(path, clock, source=QUICK):
    return Vault(path, source, clock=clock)


def test_what_is_set_is_there_again(vault, path, clock):
    vault.close()
    with reopened(path, clock) as again:
        profile = again.view("recommend", "advice", "safety").profile
    assert (profile.skin_type, profile.budget) == ("oily", 31.5)
    assert profile.allergies == ("limonene", "walnut") and profile.conditions == ("pregnancy",)


def test_the_file_is_for_its_owner_alone(vault, path):
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    vault.close()
    path.chmod(0o644)
    Vault(path, QUICK).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_passphrase_does_not_open_it_and_nothing_is_lost(vault, path, clock):
    vault.close()
    before = path.read_bytes()
    with pytest.raises(WrongPassphraseError, match="Nothing is lost"):
        reopened(path, clock, OTHER)
    assert path.read_bytes() == before


def test_a_passphrase_is_the_same_however_it_is_typed(path, clock):
    Vault.create(path, Passphrase("caf\u00e9 au lait", log2_n=10), clock=clock).close()
    Vault(path, Passphrase("cafe\u0301 au lait"), clock=clock).close()
    assert "caf" not in repr(Passphrase("caf\u00e9 au lait"))


def test_a_new_passphrase_is_not_short(path):
    with pytest.raises(ValueError, match="at least 8"):
        Vault.create(path, Passphrase("short"))
    assert not path.exists()


def test_a_vault_is_not_made_over_a_file(path):
    path.write_text("a letter")
    with pytest.raises(FileExistsError):
        Vault.create(path, QUICK)
    assert path.read_text() == "a letter" and len(list(path.parent.iterdir())) == 1


def test_every_view_is_on_record_without_values(vault):
    vault.view("recommend", "safety")
    vault.view("statistics", "statistics")
    logged = [(a.consumer, a.purposes, a.fields) for a in vault.accesses()]
    assert logged == [
        ("recommend", ("safety",), ("allergies", "conditions")),
        ("statistics", ("statistics",), ()),
    ]


def test_the_log_is_kept_in_order_and_for_a_year(vault, path, clock):
    for _ in range(70):
        clock.now += 1
        vault.view("dialogue", "advice")
    times = [access.time for access in vault.accesses()]
    assert len(times) == 70 and times == sorted(times)
    vault.close()
    clock.now += 366 * DAY
    with reopened(path, clock) as again:
        assert {access.consumer for access in again.accesses()} == {"retention"}  # the pregnancy's date was passed


def test_nothing_is_given_where_the_access_cannot_be_logged(vault, monkeypatch):
    def full(*arguments):
        raise VaultError("disk full")

    monkeypatch.setattr(vault._database, "put", full)
    with pytest.raises(VaultError):
        vault.view("recommend", "safety")


def test_consent_withdrawn_counts_from_the_next_view_on(vault, clock):
    assert vault.view("recommend", "advice").profile.budget == 31.5
    vault.consent("advice", "budget", given=False)
    view = vault.view("recommend", "advice")
    assert view.profile.budget is None and "budget" in view.withheld
    vault.consent("advice", "budget", given=True)
    assert vault.view("recommend", "advice").profile.budget == 31.5
    assert [(d.given, d.wording, d.time) for d in vault.decisions()] == [(False, "1", NOW), (True, "1", NOW)]


def test_a_value_from_a_photo_is_kept_only_with_consent(vault, clock):
    tone = make_fact("tone", (60, 12, 10), "photo", NOW, now=NOW)
    with pytest.raises(PermissionError, match="consent give photo --field tone"):
        vault.add(tone)
    vault.consent("photo", "tone", given=True)
    vault.add(tone)
    assert vault.view("vision", "advice").profile.tone == (60.0, 12.0, 10.0)
    vault.consent("photo", given=False)
    assert vault.view("vision", "advice").profile.tone is None


def test_expired_facts_are_destroyed_on_opening(vault, path, clock):
    vault.close()
    clock.now += 301 * DAY
    with reopened(path, clock) as again:
        assert again.expired == ("conditions",)
        assert "conditions" not in {held.fact.field for held in again.facts()}
        assert again.accesses()[-1].consumer == "retention"
    with reopened(path, clock) as again:
        assert again.expired == ()


def test_forgetting_a_field_a_value_and_a_fact(vault):
    assert vault.forget("allergies", "Walnut") == 1
    assert vault.view("recommend", "safety").profile.allergies == ("limonene",)
    (budget,) = [held.id for held in vault.facts() if held.fact.field == "budget"]
    assert vault.forget("skin_type", id=budget) == 0
    assert vault.forget("budget", id=budget) == 1
    assert vault.forget("allergies") == 1 and vault.forget("allergies") == 0
    with pytest.raises(ValueError, match="Unknown field"):
        vault.forget("shoe_size")


def test_what_can_never_count_again_is_not_kept(vault, clock):
    clock.now += 1
    vault.set({"skin_type": "dry", "allergies": ["Walnut", "WALNUT"]})
    assert [held.fact.value for held in vault.facts() if held.fact.field == "skin_type"] == ["dry"]
    assert [h.fact.value for h in vault.facts() if h.fact.field == "allergies"] == ["limonene", "WALNUT"]
    vault.add(make_fact("allergies", "walnut", "said", clock.now + 1, now=clock.now, removed=True))
    assert [(h.fact.value, h.fact.removed) for h in vault.facts() if h.fact.field == "allergies"] == [
        ("limonene", False),
        ("walnut", True),
    ]


def test_too_many_values_are_refused_and_none_is_kept(vault):
    before = vault.facts()
    with pytest.raises(ValueError, match="at most 200 values of allergies"):
        vault.set({"allergies": [f"allergen {i}" for i in range(10_000)]})
    assert vault.facts() == before
    for wrong in ({"allergies": "walnut"}, {"shoe_size": 38}, {"budget": [3]}, {"age": 30, "locale": ""}):
        with pytest.raises(ValueError, match="Expected"):
            vault.set(wrong)
    assert vault.facts() == before


def test_the_export_holds_everything(vault, clock):
    vault.consent("statistics", given=True)
    vault.view("recommend", "safety")
    export = vault.export()
    assert {fact["field"] for fact in export["facts"]} == set(WORDS)
    assert all(fact["source"] == "said" and fact["time"] == NOW and fact["counts"] for fact in export["facts"])
    assert export["consents"][0]["purpose"] == "statistics"
    assert [access["consumer"] for access in export["accesses"]] == ["recommend", "person"]


@pytest.mark.parametrize("data_key", [False, True])
def test_rotation_locks_the_old_passphrase_out(vault, path, clock, data_key):
    records = {id_: body for id_, body in rows(vault).items() if id_ >= 2}
    vault.rotate(OTHER, data_key=data_key)
    assert vault.profile().skin_type == "oily"
    vault.close()
    with pytest.raises(WrongPassphraseError):
        reopened(path, clock)
    with reopened(path, clock, OTHER) as again:
        now = rows(again)
        assert again.profile().allergies == ("limonene", "walnut")
    assert all((now[id_] == body) is not data_key for id_, body in records.items())


def test_the_old_wrapped_key_is_not_left_in_the_file(vault, path):
    wrapped = vault._records._header.wrapped
    assert wrapped.hex().encode() in path.read_bytes()
    vault.rotate(OTHER)
    left = path.read_bytes().decode("latin-1")
    assert not any(wrapped.hex()[start : start + 16] in left for start in range(0, 100, 16))


def test_a_closed_vault_is_not_called_damaged(vault):
    vault.close()
    with pytest.raises(sqlite3.ProgrammingError):
        vault.view("recommend", "safety")


def test_a_rotation_that_fails_changes_nothing(vault, path, clock, monkeypatch):
    with pytest.raises(ValueError, match="at least 8"):
        vault.rotate(Passphrase("short"), data_key=True)
    assert vault.profile().skin_type == "oily"
    vault.close()
    assert reopened(path, clock).profile().skin_type == "oily"


def test_a_vault_rotated_elsewhere_has_to_be_opened_again(vault, path, clock):
    with reopened(path, clock) as other:
        other.rotate(OTHER)
    with pytest.raises(VaultError, match="open it again"):
        vault.view("recommend", "safety")


def test_two_processes_see_each_other_and_wait(vault, path, clock):
    with Vault(path, QUICK, wait=0.2, clock=clock) as other:
        other.set({"age": 31})
        assert vault.view("recommend", "advice").profile.age == 31
        vault.set({"age": 32})
        assert other.view("recommend", "advice").profile.age == 32
        with vault._database.writing():
            started = time.monotonic()
            with pytest.raises(VaultBusyError, match="in use by another process"):
                other.set({"age": 33})
            assert 0.1 < time.monotonic() - started < 5
        other.set({"age": 34})
    assert vault.view("recommend", "advice").profile.age == 34


def test_a_file_that_cannot_be_written_is_one_error(vault, path, clock):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    path.chmod(0o400)
    with pytest.raises(VaultError):
        vault.set({"age": 31})


class FakeKeyring:
    def __init__(self):
        self.kept = {}

    def get_password(self, service, name):
        return self.kept.get((service, name))

    def set_password(self, service, name, secret):
        self.kept[service, name] = secret

    def delete_password(self, service, name):
        del self.kept[service, name]


def test_a_keyring_in_place_of_a_passphrase(path, clock, monkeypatch):
    kept = FakeKeyring()
    monkeypatch.setattr("makeup_ai.profile.keys._keyring", lambda: kept)
    with Vault.create(path, Keyring(), clock=clock) as vault:
        vault.set({"age": 31})
        (first,) = kept.kept
        vault.rotate(Keyring())
        assert first not in kept.kept and len(kept.kept) == 1
    with Vault(path, Keyring(), clock=clock) as vault:
        assert vault.profile().age == 31
    with pytest.raises(VaultError, match="unlocked by keyring"):
        Vault(path, QUICK)
    secret = kept.kept.popitem()
    with pytest.raises(VaultError, match="holds no key"):
        Vault(path, Keyring())
    kept.kept[secret[0]] = secret[1]
    with Vault(path, Keyring(), clock=clock) as vault:
        vault.rotate(QUICK)
    assert kept.kept == {}


def rows(vault):
    with vault._database.reading():
        return vault._database.rows()
