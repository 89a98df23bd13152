"""Tasks on pairs of texts, from a file to an exported model that agrees with Keras."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("keras", reason="training needs the pip extra `train`")

from makeup_ai.cli import main
from makeup_ai.training.data.examples import Example, write_examples

KINDS = ("lipstick", "serum", "toner", "primer")
QUICK = ("--preset", "tiny_pairs", "--epochs", "1", "--batch-size", "16", "--vocabulary-size", "200")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    from makeup_ai.training.models import bert, encoders

    monkeypatch.setitem(encoders.PRESETS, "tiny_pairs", ("bert", bert.BertConfig(0, 1, 16, 2, 32, max_length=16)))


@pytest.fixture
def bought(tmp_path: Path) -> Path:
    rows = [
        Example(f"a good {kind} {n}", product=f"{look} {kind}", shelf=kind, language="en")
        for n in range(20)
        for kind in KINDS
        for look in ("red", "light")
    ]
    write_examples(tmp_path / "pairs.jsonl", rows)
    return tmp_path / "pairs.jsonl"


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_match_is_trained_evaluated_and_exported(capsys, bought: Path, tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "export"
    status, said, error = told(capsys, "train", "--task", "match", "--data", bought, "--out", run, *QUICK, "--json")
    assert status == 0, error
    found = json.loads(said)["test"]["bought"]
    assert {"auc", "accuracy", "macro_f1", "mrr", "ndcg_at_10", "p_at_1", "queries"} <= set(found)
    status, said, error = told(capsys, "export", run, "--out", out, "--recipe", "float32")
    assert status == 0, error
    report = json.loads((out / "export.json").read_text())
    assert len(report["files"]) == 2 and not any(file["refused_because"] for file in report["files"])
    signatures = [one for file in report["files"] for one in file["signatures"].values()]
    assert all(set(one["inputs"]) == {"token_ids", "padding_mask"} for one in signatures)
    split = ("--split", run / "split.json", "--json")
    (path,) = out.glob("match.*.tflite")
    status, said, error = told(capsys, "evaluate", path, "--data", bought, *split)
    assert status == 0, error
    again = json.loads(said)["metrics"]["bought"]
    assert again == pytest.approx(found, abs=1e-4)
    status, said, error = told(capsys, "bench", out, "--data", bought, *split, "--repeats", 1, "--texts", 4)
    assert status == 0, error
    assert json.loads(said)["measurements"][0]["scores"]["bought auc"] == pytest.approx(found["auc"], abs=1e-4)


def test_what_only_another_task_takes_is_refused(capsys, bought: Path, tmp_path: Path) -> None:
    common = ("--data", bought, "--out", tmp_path / "run", *QUICK)
    status, _, said = told(capsys, "train", "--task", "match", *common, "--hard-negatives", 2)
    assert status == 2 and said.endswith("Received: task='match'\n")
    status, _, said = told(capsys, "train", "--task", "answers", *common)
    assert status == 2 and "of yes and of no" in said
    run = tmp_path / "match"
    assert told(capsys, "train", "--task", "match", "--data", bought, "--out", run, *QUICK)[0] == 0
    status, _, said = told(capsys, "export", run, "--out", tmp_path / "out", "--saved-model")
    assert status == 2 and "single texts" in said


def test_embed_mines_by_words_and_then_by_its_own_embedding(capsys, bought: Path, tmp_path: Path) -> None:
    train = ("train", "--task", "embed", "--data", bought, *QUICK, "--json")
    status, said, error = told(capsys, *train, "--out", tmp_path / "one", "--hard-negatives", 2)
    assert status == 0, error
    assert set(json.loads(said)["test"]["embedding"]) == {"recall_at_1", "recall_at_10", "mrr", "products"}
    more = ("--hard-negatives", 2, "--hard-negatives-from", tmp_path / "one")
    assert told(capsys, *train, "--out", tmp_path / "two", *more)[0] == 0
