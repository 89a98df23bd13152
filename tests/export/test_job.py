import json

import numpy as np
import pytest

from makeup_ai.errors import ExportError
from makeup_ai.export import job
from makeup_ai.export.samples import Samples, answer
from makeup_ai.runtime import open_session

STAND_IN = """
import json, os, signal, sys
job = json.load(open(sys.argv[1]))
for kind, recipe in job["parts"]:
    if recipe == "int8":
        os.kill(os.getpid(), signal.SIGSEGV)
    if recipe == "float16":
        sys.exit("no such run")
    with open(job["results"], "a") as results:
        row = {"file": f"{job['name']}.{recipe}.{kind}", "format": kind, "recipe": recipe, "bytes": 0, "seconds": 0.5}
        results.write(json.dumps({**row, "sha256": "", "parity": None, "refused_because": "only a stand-in"}))
        results.write("\\n")
"""


@pytest.fixture
def samples():
    ids = np.array([[2, 3, 0, 0]], np.int32)
    return Samples({4: {"token_ids": ids, "padding_mask": (ids > 0).astype(np.int32)}}, {4: {"intent": np.eye(1, 3)}})


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    (tmp_path / "stand_in.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(job, "CHILD", "stand_in")


def test_a_crash_costs_one_file_and_the_rest_is_still_made(tmp_path, samples, stand_in):
    seen = []
    recipes = ["float32", "int8", "dynamic_int8"]
    older = tmp_path / "out" / "tiny.int8.onnx"
    older.parent.mkdir()
    older.write_bytes(b"of an earlier run")
    report = job.export_run(
        tmp_path, tmp_path / "out", samples, name="tiny", formats=["onnx"], recipes=recipes, progress=seen.append
    )
    assert [file.recipe for file in report.files] == recipes
    assert "signal 11" in report.files[1].refused_because
    assert not older.exists()
    assert tuple(seen) == report.files
    assert "only a stand-in" in str(report)
    described = json.loads((tmp_path / "out" / "export.json").read_text())
    assert [row["recipe"] for row in described["files"]] == recipes


def test_strict_raises_after_all_were_tried(tmp_path, samples, stand_in):
    with pytest.raises(ExportError, match=r"(?s)float32\.onnx.*dynamic_int8\.onnx"):
        job.export_run(
            tmp_path, tmp_path / "out", samples, formats=["onnx"], recipes=["float32", "dynamic_int8"], strict=True
        )


def test_a_child_that_gives_up_says_why(tmp_path, samples, stand_in):
    with pytest.raises(ExportError, match="no such run"):
        job.export_run(tmp_path, tmp_path / "out", samples, formats=["onnx"], recipes=["float16"])


def test_unknown_choices_are_refused_before_a_process_starts(tmp_path, samples):
    with pytest.raises(ValueError, match="dynamic_int8"):
        job.export_run(tmp_path, tmp_path / "out", samples, recipes=["int4"])
    with pytest.raises(ValueError, match="onnx"):
        job.export_run(tmp_path, tmp_path / "out", samples, formats=["coreml"])
    with pytest.raises(ValueError, match="none"):
        job.export_run(tmp_path, tmp_path / "out", samples, recipes=[])


def test_a_run_becomes_described_files(tmp_path):
    from makeup_ai.training.data.vocabulary import train_tokenizer
    from makeup_ai.training.run import build_run
    from makeup_ai.training.weights import save_weights

    folder = tmp_path / "run"
    folder.mkdir()
    train_tokenizer(["a serum for dry skin", "a red lipstick"], folder / "tokenizer.json", 100)
    heads = [
        {"name": "intent", "kind": "text", "labels": ["recommend", "greeting"]},
        {"name": "slots", "kind": "tokens", "labels": ["O", "B-category"]},
    ]
    config = {
        "schema": 1,
        "task": {"name": "understanding", "heads": heads, "monitor": "intent.macro_f1"},
        "encoder": "lstm",
        "encoder_config": {"vocabulary_size": 100, "embedding_dim": 8, "units": 8, "max_length": 16},
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    run = build_run(folder, config)
    save_weights(run.model, folder / "weights.npz")
    texts = [run.tokenizer.encode(text, 16).token_ids for text in ("a red serum", "dry skin", "lipstick for skin")]
    samples = answer(run.model, [(np.array(ids), np.ones(len(ids))) for ids in texts], (8, 16))

    report = job.export_run(folder, tmp_path / "out", samples, recipes=["float32"], strict=True)
    assert {file.path.name for file in report.shipped} == {
        "understanding.float32.tflite",
        "understanding.float32.onnx",
    }
    described = json.loads((tmp_path / "out" / "export.json").read_text())
    assert described["lengths"] == [8, 16]
    for row, file in zip(described["files"], report.files, strict=True):
        assert row["sha256"] == file.sha256
        signatures = open_session(file.path).signatures
        assert set(row["signatures"]) == set(signatures)
        (shape,) = {tuple(s["outputs"]["intent"]["shape"][1:]) for s in row["signatures"].values()}
        assert shape == (2,)
