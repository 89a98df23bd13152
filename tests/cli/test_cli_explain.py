"""`makeup-ai explain`: a text in a terminal, as JSON and as a page; and how faithful that is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("keras")

from makeup_ai.cli import main
from makeup_ai.export.shipping import export_and_describe

TEXT = "lovely <scent>"


def test_a_text_is_explained_in_every_way(reviewed_run, capsys, tmp_path: Path) -> None:
    run, page = str(reviewed_run[0]), tmp_path / "page.html"
    assert main(["explain", run, TEXT, "--html", str(page), "--language", "zh"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("sentiment: ") and "by occlusion" in said and "\x1b" not in said
    assert said.splitlines()[-1].startswith(f"{page}  next: makeup-ai explain")
    assert "&lt;" in page.read_text("utf-8") and 'lang="zh-CN"' in page.read_text("utf-8")
    for method in ("occlusion", "gradient_x_input", "integrated_gradients"):
        options = ["--head", "sentiment", "--label", "negative", "--method", method, "--json"]
        assert main(["explain", run, TEXT, *options]) == 0
        (found,) = json.loads(capsys.readouterr().out)["explanations"]
        assert found["label"] == "negative" and found["method"] == method
        assert [word["text"] for word in found["words"]] == ["lovely", "<", "scent", ">"]


def test_an_exported_file_is_explained_as_its_run_is(reviewed_run, capsys, tmp_path: Path) -> None:
    run = reviewed_run[0]
    export_and_describe(run, tmp_path, formats=["tflite", "onnx"], recipes=["float32"], progress=lambda line: None)
    weights = []
    for model in (run, *sorted(tmp_path.glob("*.tflite")), *sorted(tmp_path.glob("*.onnx"))):
        assert main(["explain", str(model), TEXT, "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)["explanations"]
        weights.append([word["weight"] for word in found["words"]])
    assert len(weights) == 3 and weights[1] == pytest.approx(weights[0], abs=1e-3)
    assert weights[2] == pytest.approx(weights[0], abs=1e-3)


def test_faithfulness_is_measured_on_a_file(reviewed_run, capsys) -> None:
    run, data = map(str, reviewed_run)
    assert main(["explain", run, "--data", data, "--faithful", "--limit", "20"]) == 0
    said = capsys.readouterr().out
    assert "sentiment, 20 answers" in said and "beyond random" in said
    assert main(["explain", run, "--data", data, "--faithful", "--limit", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["comprehensiveness"]["explained"]["mean"] >= found["comprehensiveness"]["inverted"]["mean"]


def test_what_cannot_be_explained_is_told_in_one_line(reviewed_run, capsys, tmp_path: Path) -> None:
    run, data = map(str, reviewed_run)
    for arguments, words in (
        ([run], "Expected a text, or --data"),
        ([run, TEXT, "--faithful", "--data", data], "both"),
        ([run, TEXT, "--head", "intent"], "['sentiment']"),
        ([run, TEXT, "--method", "magic"], "gradient_x_input"),
        ([run, TEXT, "--html", str(tmp_path / "x.html"), "--language", "fr"], "['en', 'zh']"),
        ([str(tmp_path), TEXT], "run folder"),
    ):
        assert main(["explain", *arguments]) == 2
        err = capsys.readouterr().err
        assert words in err and err.count("\n") == 1
