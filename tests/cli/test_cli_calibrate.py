"""`makeup-ai calibrate`: a run and the file it was split from, to a calibration that `export` carries on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("keras")

from makeup_ai.cli import main
from makeup_ai.export.shipping import export_and_describe
from makeup_ai.training.evaluation.target import open_target


def test_a_run_is_calibrated_and_the_export_carries_it(reviewed_run, capsys, tmp_path: Path) -> None:
    run, data = reviewed_run
    assert main(["calibrate", str(run), "--data", str(data), "--error", "0.5"]) == 0
    said = capsys.readouterr().out
    assert "sentiment: temperature" in said and "wrong at coverage" in said
    assert said.splitlines()[-1].startswith(f"{run}/calibration.png  next: makeup-ai export")
    assert main(["calibrate", str(run), "--data", str(data), "--error", "0.5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fitted_on"] > 0 < told["reported_on"] and told["heads"][0]["head"] == "sentiment"
    assert json.loads((run / "calibration_report.json").read_text("utf-8")) == told

    found = open_target(run).calibration.of("sentiment")
    assert found.temperature == told["heads"][0]["found"]["temperature"]
    export_and_describe(run, tmp_path / "out", formats=["tflite"], recipes=["float32"], progress=lambda line: None)
    assert open_target(next((tmp_path / "out").glob("*.tflite"))).calibration.of("sentiment") == found


def test_what_cannot_be_calibrated_is_told_in_one_line(reviewed_run, capsys, tmp_path: Path) -> None:
    run, data = reviewed_run
    other = tmp_path / "other.csv"
    other.write_text(data.read_text("utf-8") + "\nnew,5,P1", encoding="utf-8")
    for arguments, words in (
        ([run, "--data", other], "file that was split"),
        ([tmp_path, "--data", data], "run folder"),
        ([run, "--data", data, "--error", "0"], "in (0, 1)"),
    ):
        assert main(["calibrate", *map(str, arguments)]) == 2
        err = capsys.readouterr().err
        assert words in err and err.count("\n") == 1
