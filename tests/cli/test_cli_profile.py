"""`makeup-ai profile`: what it prints, asks, keeps and refuses; and consulting from a vault."""

from __future__ import annotations

import json
import sys

import pytest

from makeup_ai.cli import main
from makeup_ai.profile.keys import Passphrase


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """scrypt at its least cost, and a passphrase in the environment."""
    monkeypatch.setattr(Passphrase, "fresh", lambda self: fresh(Passphrase(self.text, log2_n=10, p=1)))
    monkeypatch.setenv("MAKEUP_AI_PASSPHRASE", "correct horse")


fresh = Passphrase.fresh


def told(capsys, *arguments):
    status = main(["profile", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def vault(tmp_path, capsys):
    path = tmp_path / "me.vault"
    values = ["--skin-type", "oily", "--allergy", "limonene", "--allergy", "walnut", "--budget", "30"]
    assert told(capsys, "set", "--vault", path, *values)[0] == 0
    return path


def shown(capsys, vault, *arguments):
    status, out, error = told(capsys, "show", "--vault", vault, "--json", *arguments)
    assert status == 0, error
    return json.loads(out)


def test_everything_that_can_be_set_is_shown(tmp_path, capsys):
    path = tmp_path / "v"
    flags = {
        "--skin-type": "dry", "--concern": "acne", "--allergy": "walnut", "--condition": "pregnancy", "--budget": "20",
        "--own": "P2", "--dislike": "silicone", "--habit": "minimal_routine", "--age": "31", "--locale": "de",
        "--bought": "P1:4.5", "--tone": "60,12,10",
    }  # fmt: skip
    assert told(capsys, "set", "--vault", path, *(word for pair in flags.items() for word in pair))[0] == 0
    assert shown(capsys, path) == {
        "skin_type": "dry",
        "concerns": ["acne"],
        "allergies": ["walnut"],
        "conditions": ["pregnancy"],
        "budget": 20.0,
        "tone": [60.0, 12.0, 10.0],
        "owned": ["P2"],
        "dislikes": ["silicone"],
        "habits": ["minimal_routine"],
        "age": 31,
        "locale": "DE",
        "history": [{"product_id": "P1", "rating": 4.5}],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--allergy", ""],
        ["--allergy", "nu\x07ts"],
        ["--budget", "-3"],
        ["--budget", "nan"],
        ["--age", "200"],
        ["--locale", "Germany"],
        ["--habit", "flies"],
        ["--bought", "P1:9"],
        ["--tone", "light"],
        ["--tone", "60,12"],
        ["--no-longer", "shoes=red"],
        ["--no-longer", "allergies"],
        ["--source", "photo", "--allergy", "walnut"],
        [f"--allergy={i}" for i in range(250)],
    ],
    ids=lambda words: " ".join(words)[:30] or "nothing",
)
def test_wrong_use_is_one_line_and_keeps_nothing(vault, capsys, wrong):
    before = shown(capsys, vault)
    status, out, error = told(capsys, "set", "--vault", vault, *wrong)
    assert (status, out, error.count("\n")) == (2, "", 1)
    assert "Expected" in error or "Received" in error
    assert shown(capsys, vault) == before


def test_a_wrong_passphrase_is_one_line(vault, capsys, monkeypatch):
    monkeypatch.setenv("MAKEUP_AI_PASSPHRASE", "another horse")
    status, out, error = told(capsys, "show", "--vault", vault)
    assert status == 1 and out == "" and error.count("\n") == 1 and "another" not in error


def test_the_passphrase_is_asked_for_or_missed(vault, capsys, monkeypatch):
    monkeypatch.delenv("MAKEUP_AI_PASSPHRASE")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    status, _, error = told(capsys, "show", "--vault", vault)
    assert status == 2 and "MAKEUP_AI_PASSPHRASE" in error
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct horse")
    assert shown(capsys, vault)["skin_type"] == "oily"
    asked = iter(["a new passphrase", "a nwe passphrase"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(asked))
    status, _, error = told(capsys, "set", "--vault", vault.with_name("new"), "--age", "30")
    assert status == 2 and "twice" in error and not vault.with_name("new").exists()


def test_unset_destroys_and_no_longer_takes_away(vault, capsys):
    assert told(capsys, "unset", "--vault", vault, "allergies", "Walnut")[1] == "1 destroyed\n"
    assert shown(capsys, vault)["allergies"] == ["limonene"]
    assert told(capsys, "set", "--vault", vault, "--no-longer", "allergies=limonene")[0] == 0
    assert shown(capsys, vault)["allergies"] == []
    assert told(capsys, "unset", "--vault", vault, "budget")[1] == "1 destroyed\n"
    assert shown(capsys, vault)["budget"] is None


def test_consent_is_shown_given_and_withdrawn(vault, capsys):
    asked = ("--consumer", "statistics", "--purpose", "statistics")
    assert shown(capsys, vault, *asked)["budget"] is None
    status, out, _ = told(capsys, "consent", "give", "statistics", "--vault", vault, "--lang", "zh")
    assert status == 0 and "统计" in out
    assert shown(capsys, vault, *asked)["budget"] == 30
    told(capsys, "consent", "withdraw", "statistics", "--field", "budget", "--vault", vault)
    seen = shown(capsys, vault, *asked)
    assert seen["budget"] is None and seen["skin_type"] == "oily"
    _, out, _ = told(capsys, "consent", "show", "--vault", vault)
    assert "given  statistics  *  wording 1" in out and "withdrawn  statistics  budget" in out
    assert told(capsys, "consent", "give", "--vault", vault)[0] == 2


def test_a_tone_from_a_photo_needs_consent(vault, capsys):
    tone = ("set", "--vault", vault, "--source", "photo", "--tone", "60,12,10")
    status, _, error = told(capsys, *tone)
    assert status == 2 and "consent give photo --field tone" in error
    told(capsys, "consent", "give", "photo", "--field", "tone", "--vault", vault)
    assert told(capsys, *tone)[0] == 0
    assert shown(capsys, vault, "--consumer", "vision")["tone"] == [60.0, 12.0, 10.0]


def test_the_log_names_fields_and_no_values(vault, capsys):
    told(capsys, "show", "--vault", vault, "--consumer", "recommend")
    _, out, _ = told(capsys, "log", "--vault", vault)
    assert "recommend  advice+safety  allergies, budget, skin_type" in out
    assert not any(word in out for word in ("limonene", "walnut", "oily", "30.0"))
    assert json.loads(told(capsys, "log", "--vault", vault, "--json")[1])[0]["consumer"] == "recommend"


def test_an_export_is_whole_and_for_its_owner_alone(vault, capsys, tmp_path):
    told(capsys, "export", "--vault", vault, "--out", tmp_path / "out.json")
    export = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o600
    assert {fact["value"] for fact in export["facts"]} == {"oily", "limonene", "walnut", 30.0}
    assert json.loads(told(capsys, "export", "--vault", vault)[1])["schema"] == 1


def test_rotation(vault, capsys, monkeypatch):
    monkeypatch.setenv("MAKEUP_AI_NEW_PASSPHRASE", "battery staple")
    assert told(capsys, "rotate", "--vault", vault, "--data-key")[0] == 0
    assert told(capsys, "show", "--vault", vault)[0] == 1
    monkeypatch.setenv("MAKEUP_AI_PASSPHRASE", "battery staple")
    assert told(capsys, "rotate", "--vault", vault, "--data-key", "--same-passphrase")[0] == 0
    assert shown(capsys, vault)["skin_type"] == "oily"
    assert told(capsys, "rotate", "--vault", vault, "--same-passphrase")[0] == 2


def test_erase_asks(vault, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert told(capsys, "erase", "--vault", vault)[0] == 2 and vault.exists()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: "no")
    assert told(capsys, "erase", "--vault", vault)[:2] == (0, "Nothing was erased.\n") and vault.exists()
    status, out, _ = told(capsys, "erase", "--vault", vault, "--yes", "--json")
    assert status == 0 and json.loads(out)["proven"] is True and not vault.exists()
    assert told(capsys, "show", "--vault", vault)[0] == 2


def test_anonymous_rows_and_private_counts(tmp_path, capsys):
    rows, out, ledger = tmp_path / "rows.jsonl", tmp_path / "out.jsonl", tmp_path / "ledger"
    rows.write_text(
        "".join(json.dumps({"age": 20 + i % 40, "locale": "DE", "name": f"N{i}"}) + "\n" for i in range(60))
    )
    status, said, _ = told(capsys, "anonymise", rows, "--k", "5", "--out", out)
    assert status == 0 and json.loads(said)["reached"]["k"] >= 5
    released = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(released) >= 57 and not any("name" in row for row in released)
    count = ("count", rows, "--field", "age", "--epsilon", "0.5", "--ledger", ledger)
    assert told(capsys, *count)[0] == 2  # a new ledger needs a total
    status, said, _ = told(capsys, *count, "--total", "0.6")
    assert status == 0 and json.loads(said)["remaining"] == pytest.approx(0.1)
    status, _, error = told(capsys, *count)
    assert status == 2 and "budget is spent" in error
    assert told(capsys, "anonymise", rows, "--k", "61", "--out", out)[0] == 2


def test_a_contribution_is_coarse_and_needs_a_yes(vault, capsys, tmp_path):
    told(capsys, "set", "--vault", vault, "--age", "31", "--tone", "60,12,10", "--concern", "acne")
    status, out, error = told(capsys, "contribute", "--vault", vault)
    assert (status, out) == (2, "") and "consent" in error
    told(capsys, "consent", "give", "statistics", "--vault", vault)
    status, out, _ = told(capsys, "contribute", "--vault", vault)
    assert status == 0 and json.loads(out) == {
        "age": "30 to under 35",
        "budget": "30 to under 50",
        "tone": "light",
        "skin_type": "oily",
        "locale": "not told",
        "concerns": ["acne"],
        "habits": [],
    }
    (tmp_path / "rows").write_text(out * 8)
    assert told(capsys, "anonymise", tmp_path / "rows", "--out", tmp_path / "released")[0] == 0
    assert json.loads((tmp_path / "released").read_text().splitlines()[0]) == json.loads(out)


def test_values_are_held_to_a_bundle(tiny_bundle, tmp_path, capsys):
    path = tmp_path / "v"
    held = ("set", "--vault", path, "--bundle", tiny_bundle)
    status, _, error = told(capsys, *held, "--skin-type", "scaly")
    assert status == 2 and "oily" in error and not path.exists()
    status, _, error = told(capsys, *held, "--condition", "pregnant", "--allergy", "blorbium", "--own", "nothing-1")
    assert status == 0 and "'blorbium'" in error and "'nothing-1'" in error
    assert shown(capsys, path)["conditions"] == ["pregnancy"]


def test_a_consultation_from_a_vault(tiny_bundle, tmp_path, capsys):
    path = tmp_path / "v"
    told(capsys, "set", "--vault", path, "--allergy", "fragrance", "--budget", "15")
    consult = ["consult", str(tiny_bundle), "--text", "a moisturizer", "--json"]

    def offered():
        assert main([*consult, "--vault", str(path)]) == 0
        said = capsys.readouterr()
        return json.loads(said.out)["recommendations"], said.err

    rows, error = offered()
    assert rows and all(row["price"] <= 15 for row in rows) and error == ""
    told(capsys, "consent", "withdraw", "advice", "--field", "budget", "--vault", path)
    rows, error = offered()
    assert any(row["price"] > 15 for row in rows) and "budget of the profile is not used" in error
    assert "recommend  advice+safety  allergies" in told(capsys, "log", "--vault", path)[1]
    assert main(["recommend", str(tiny_bundle), "--vault", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recommendations"]
    with pytest.raises(SystemExit):
        main([*consult, "--vault", str(path), "--profile", "x"])
