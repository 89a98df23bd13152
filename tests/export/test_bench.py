import json
from pathlib import Path

import numpy as np
import pytest

from makeup_ai.export.bench import bench
from makeup_ai.export.convert import Part
from makeup_ai.export.plot import plot
from makeup_ai.runtime import padded


@pytest.fixture(scope="module")
def measured(conversions):
    made = conversions("bilstm")
    files = [made.files[Part(kind, "float32")].path for kind in ("tflite", "onnx")]
    texts = [padded([3, 4, 5], 8), padded(range(1, 12), 16)]
    return bench(
        files,
        texts,
        keras=lambda inputs: made.model(inputs, training=False),
        repeats=3,
        score=lambda session: {"accuracy": 0.5 if session.path.suffix == ".onnx" else 0.75},
    )


def test_every_file_and_keras_is_measured(measured):
    lite, onnx, keras = measured.measurements
    assert (lite.runtime, onnx.runtime, keras.runtime) == ("LiteRT", "ONNX Runtime", "Keras")
    for one in measured.measurements:
        assert 0 < one.p50_ms <= one.p90_ms <= one.p99_ms
        assert set(one.p50_ms_by_length) == {8, 16}
        assert one.first_ms > 0
    for one in (lite, onnx):
        assert one.load_ms > 0
        assert 0 < one.memory < one.process_memory
        assert one.file_bytes > 1000
    assert onnx.operators["LSTM"] == 2
    assert lite.operators["WHILE"] == 4  # two directions in each of two signatures
    assert (lite.scores["accuracy"], onnx.scores["accuracy"], keras.scores) == (0.75, 0.5, {})
    assert measured.calls == 6


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="only Linux hands a parent's peak down")
def test_a_large_parent_does_not_hide_what_a_file_takes(conversions):
    held = np.ones(600 * 2**20, np.uint8)  # a parent that has trained holds more
    (one,) = bench(
        [conversions("bilstm").files[Part("onnx", "float32")].path], [padded([1], 8)], repeats=1
    ).measurements
    assert 0 < one.memory < one.process_memory < held.nbytes


def test_results_name_machine_versions_and_command(measured, tmp_path):
    measured.save(tmp_path / "bench.json")
    saved = json.loads((tmp_path / "bench.json").read_text())
    assert saved["machine"].endswith("cores")
    assert saved["versions"]["onnxruntime"]
    assert saved["command"]
    assert [row["name"] for row in saved["measurements"]][-1] == "keras"
    table = str(measured)
    assert "tiny.float32.tflite" in table
    assert "accuracy" in table


def test_a_plot_is_drawn_of_a_known_score_only(measured, tmp_path):
    plot(measured, "accuracy", tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"\['accuracy'\]"):
        plot(measured, "f1", tmp_path / "plot.png")


def test_files_of_one_name_are_told_apart_by_folder(conversions, tmp_path):
    source = conversions("bilstm").files[Part("onnx", "float32")].path
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "m.onnx").write_bytes(source.read_bytes())
    found = bench([tmp_path / "a" / "m.onnx", tmp_path / "b" / "m.onnx"], [padded([1], 8)], repeats=1)
    assert [one.name for one in found.measurements] == ["a/m.onnx", "b/m.onnx"]


def test_a_broken_file_ends_in_words(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"broken")
    with pytest.raises(RuntimeError, match=r"broken\.onnx"):
        bench([path], [padded([1], 8)])


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="0 files"):
        bench([], [padded([1], 8)])
