"""Trainings across processes, backends and presets."""

import ast
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import makeup_ai.training  # noqa: E402
from makeup_ai.training.data.examples import read_examples, write_examples  # noqa: E402
from makeup_ai.training.job import train_run  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.run import RunLayout, build_run, load_run  # noqa: E402

OPTIONS = {"epochs": 3, "batch_size": 1, "learning_rate": 0.01, "patience": 3, "noise": 0.2, "checkpoint_seconds": 0.0}

CHILD = """
import json, os, signal, sys
folder, data, options, kill_at = sys.argv[1:]
from makeup_ai.training.data.examples import read_examples
from makeup_ai.training.job import train_run
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.models import bert, encoders
encoders.PRESETS["tiny_bert"] = ("bert", bert.BertConfig(0, 1, 16, 2, 32, max_length=16))
def progress(line):
    if kill_at and line.startswith(kill_at):
        os.kill(os.getpid(), signal.SIGKILL)
rows = read_examples(data)
found = train_run(folder, "understanding", "tiny_bert", rows, rows[:8], TrainOptions(**json.loads(options)),
                  vocabulary_size=150, progress=progress)
import keras
print(json.dumps({"backend": keras.backend.backend(), "found": found, "tensorflow": "tensorflow" in sys.modules}))
"""


@pytest.fixture
def data(eight, tmp_path: Path) -> Path:
    write_examples(tmp_path / "data.jsonl", eight * 3)
    return tmp_path / "data.jsonl"


def child(folder: Path, data: Path, options: dict, kill_at: str = "", **environment: str):
    command = [sys.executable, "-c", CHILD, str(folder), str(data), json.dumps(options), kill_at]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, **environment}, timeout=180
    )


def log_of(folder: Path) -> list[dict]:
    lines = [json.loads(line) for line in RunLayout(folder).log.read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(presets, data: Path, tmp_path: Path) -> None:
    def here(name: str) -> None:
        rows, options = read_examples(data), TrainOptions(**OPTIONS)
        said: list[str] = []
        train_run(
            tmp_path / name, "understanding", "tiny_bert", rows, rows[:8], options,
            vocabulary_size=150, progress=said.append,
        )  # fmt: skip
        if name == "killed":
            assert said[0] == "resuming at epoch 2, step 19"  # the log already held step 20

    killed = child(tmp_path / "killed", data, OPTIONS, kill_at="\repoch 2/3  20/24")
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2_000:]
    assert [line["step"] for line in log_of(tmp_path / "killed") if "step" in line] == [20, 24, 44]
    assert not RunLayout(tmp_path / "killed").metrics.exists()
    here("killed")
    here("unbroken")
    for name in ("weights.npz", "checkpoint.npz"):
        with np.load(tmp_path / "killed" / name) as a, np.load(tmp_path / "unbroken" / name) as b:
            assert a.files == b.files
            assert [key for key in a.files if key != "state" and not np.array_equal(a[key], b[key])] == []
    assert log_of(tmp_path / "killed") == log_of(tmp_path / "unbroken")
    assert [line["step"] for line in log_of(tmp_path / "killed") if "step" in line] == [20, 24, 44, 48, 68, 72]


def test_the_same_training_runs_on_another_backend(data: Path, tmp_path: Path) -> None:
    backend = next((name for name in ("jax", "torch") if find_spec(name)), None)
    if backend is None:
        pytest.skip("needs jax or torch beside TensorFlow")
    done = child(tmp_path / "run", data, {**OPTIONS, "epochs": 1}, KERAS_BACKEND=backend)
    assert done.returncode == 0, done.stderr[-2_000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["backend"] == backend
    assert set(said["found"]) == {"intent", "slots", "sentiment", "embedding"}


def test_only_the_adapters_import_tensorflow() -> None:
    folder = Path(makeup_ai.training.__file__).parent
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in {"tensorflow", "tensorflow_text", "jax", "torch"} for name in names):
                found.add(path.relative_to(folder).as_posix())
    assert found == {"adversarial.py", "data/vocabulary.py", "determinism.py", "explaining/adapters.py"}


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory, eight) -> Path:
    """Return a folder with a random KerasHub BERT, saved as their own presets are."""
    models = pytest.importorskip("keras_hub").models
    folder = tmp_path_factory.mktemp("preset") / "bert_random"
    characters = sorted(set("".join(example.text for example in eight)) - {" "})
    pieces = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{c}" for c in characters)]
    backbone = models.BertBackbone(len(pieces), 1, 2, 16, 32, max_sequence_length=40, num_segments=2)
    backbone.save_to_preset(str(folder))
    models.BertTokenizer(vocabulary=pieces, lowercase=True).save_to_preset(str(folder))
    return folder


def test_a_keras_hub_preset_folder_is_trained_and_then_no_longer_needed(eight, preset: Path, tmp_path: Path) -> None:
    import keras_hub

    options = TrainOptions(epochs=1, batch_size=4, learning_rate=1e-9, weight_decay=0)  # leaves its weights as they are
    found = train_run(tmp_path / "run", "intent", str(preset), eight, eight, options, progress=lambda line: None)
    config = json.loads(RunLayout(tmp_path / "run").config.read_text(encoding="utf-8"))
    assert config["preset"] == str(preset) and "source" not in config["encoder_config"]
    assert config["encoder_config"]["max_length"] == 40

    theirs = keras_hub.models.BertBackbone.from_preset(str(preset))
    away = preset.rename(preset.with_name("moved"))
    try:
        run = load_run(tmp_path / "run")
    finally:
        away.rename(preset)
    assert run.tokenizer.encode("hi", 8).token_ids[0] == 3  # the preset's own [CLS]
    blocks = run.model.get_layer("bert").get_layer("blocks")
    table = keras.ops.convert_to_numpy(theirs.get_layer("token_embedding").embeddings)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(blocks.weights[0]), table, atol=1e-6)
    assert set(found) == {"intent"}


def test_a_preset_trains_in_the_precision_that_was_asked_for(eight, preset: Path, tmp_path: Path, float32) -> None:
    from makeup_ai.training.models import encoders

    keras.config.set_dtype_policy("mixed_bfloat16")
    encoder = encoders.build_encoder(*encoders.resolve(str(preset), 0, 16))
    assert {layer.compute_dtype for layer in encoder.get_layer("blocks").layers} == {"bfloat16"}


def test_unknown_presets_tasks_and_runs_are_refused(eight, tmp_path: Path) -> None:
    options = TrainOptions(epochs=1)
    with pytest.raises(ValueError, match=r"bert_tiny.*lstm_base.*'./nothing/here'"):
        train_run(tmp_path / "run", "intent", "./nothing/here", eight, eight, options)
    with pytest.raises(ValueError, match=r"'understanding'.*'mood'"):
        train_run(tmp_path / "run", "mood", "bert_tiny", eight, eight, options)
    assert not (tmp_path / "run").exists()
    with pytest.raises(FileNotFoundError, match=r"config\.json"):
        load_run(tmp_path)
    with pytest.raises(ValueError, match="schema=7"):
        build_run(tmp_path, {"schema": 7})
