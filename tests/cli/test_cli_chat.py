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
