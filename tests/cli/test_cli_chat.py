"""`makeup-ai chat` on scripted input."""

import io
import json

import pytest

from makeup_ai.cli import main


@pytest.fixture
def chat(tiny_bundle, monkeypatch, capsys):
    def chat(lines, *flags):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        status = main(["chat", str(tiny_bundle), *flags])
        return status, capsys.readouterr().out

    return chat


def test_a_conversation_in_words(chat):
    status, out = chat(["a serum for oily skin", "the second one is too expensive", "/quit", "never read"])
    assert status == 0 and out.count("me: ") == 2 and "* budget: " in out and "   1. " in out


def test_json_is_one_object_a_turn_and_a_state_goes_on(chat, tmp_path):
    kept = tmp_path / "state.json"
    _, out = chat(["a serum"], "--json", "--state", str(kept))
    turn = json.loads(out)
    assert turn["needs"]["filters"] == {"category": ["serum"]} and turn["state"] == json.loads(kept.read_text("utf-8"))
    _, out = chat(["油性皮肤"], "--json", "--state", str(kept))
    turn = json.loads(out)
    assert turn["needs"] | {} and turn["needs"]["needs"] == ["skin_type:oily"]
    assert turn["needs"]["filters"] == {"category": ["serum"]} and turn["state"]["turns"] == 2


def test_a_profile_that_cannot_be_read_is_one_line(chat, tmp_path, capsys):
    path = tmp_path / "profile.json"
    path.write_text("{", encoding="utf-8")
    status, _ = chat([], "--profile", str(path))
    assert status == 2


def test_a_vault_is_read_and_taught_only_when_told_to(chat, tmp_path, monkeypatch):
    from makeup_ai.profile.keys import Passphrase
    from makeup_ai.profile.vault import Vault

    monkeypatch.setenv("MAKEUP_AI_PASSPHRASE", "correct horse battery")
    path = tmp_path / "vault"
    with Vault.create(path, Passphrase("correct horse battery")) as vault:
        vault.set({"skin_type": "oily"})
    said = ["a serum", "the second one is too expensive", "that one broke me out"]
    _, out = chat(said, "--vault", str(path), "--json")
    turns = [json.loads(line) for line in out.splitlines()]
    assert "skin_type:oily" in turns[0]["needs"]["needs"]
    learned = [one for turn in turns for one in turn["learned"]]
    assert {one["field"] for one in learned} >= {"budget", "history"}
    with Vault(path, Passphrase("correct horse battery")) as vault:
        assert [held.fact.field for held in vault.facts()] == ["skin_type"]
        assert [access.consumer for access in vault.accesses()] == ["dialogue"]
    assert chat(said, "--vault", str(path), "--keep")[0] == 0
    with Vault(path, Passphrase("correct horse battery")) as vault:
        kept = {held.fact.field: held.fact for held in vault.facts()}
    assert set(kept) == {"skin_type", *(one["field"] for one in learned)}
    assert kept["history"].source == "feedback" and kept["history"].value.rating == 1
    assert chat(said, "--keep")[0] == 2
