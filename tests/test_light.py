"""What the package costs a device: the time of an import, what a consultation loads, and its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = ("keras", "keras_hub", "tensorflow", "torch", "jax", "onnx", "tf2onnx", "sklearn", "skimage", "matplotlib")
"""What the workshop needs and a device has not."""

IMPORT_SECONDS = 0.2
PEAK_MEGABYTES = 200  # about 125 with a photo where it was measured

CONSULT = """
import json, sys
from makeup_ai.assistant import Assistant
advice = Assistant.load(sys.argv[1], sys.argv[2]).consult("a serum for oily skin", photo=sys.argv[3] or None)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"peak": peak / 1024, "modules": sorted({name.partition(".")[0] for name in sys.modules}),
                  "training": [m for m in sys.modules if m.startswith(("makeup_ai.training", "makeup_ai.export"))],
                  "offered": len(advice.recommendations)}))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def test_the_package_is_imported_in_a_moment():
    best, loaded = 1e9, set()
    for _ in range(5):
        lines = python("-X", "importtime", "-c", "import makeup_ai").stderr.splitlines()
        rows = [line.removeprefix("import time:").split("|") for line in lines if line.startswith("import time:")]
        times = {name.strip(): total for _, total, name in rows}
        best = min(best, int(times["makeup_ai"]) / 1e6)
        loaded = set(times)
    assert best < IMPORT_SECONDS
    assert not loaded & {*HEAVY, "numpy", "cv2", "PIL", "tokenizers", "ai_edge_litert", "onnxruntime"}


def test_the_assistant_is_imported_when_asked_for():
    code = "import makeup_ai, sys; assert 'numpy' not in sys.modules; print(makeup_ai.Assistant.__module__)"
    assert python("-c", code).stdout.strip() == "makeup_ai.assistant"
    with pytest.raises(AttributeError, match="nonsense"):
        __import__("makeup_ai").nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("runtime", "seen"), [("tflite", False), ("tflite", True), ("onnx", True)], ids=["words", "photo", "onnx"]
)
def test_a_consultation_stays_light(tiny_bundle, face_models, tmp_path, runtime, seen, record_property):
    photo = ""
    if seen:
        data = pytest.importorskip("skimage.data")
        from PIL import Image

        photo = str(tmp_path / "face.jpg")
        Image.fromarray(data.astronaut()).save(photo)
    if not sys.platform.startswith("linux"):
        pytest.skip("peak memory is read from /proc")
    said = python("-c", CONSULT, str(tiny_bundle), runtime, photo, MAKEUP_AI_CACHE=str(face_models.parent)).stdout
    found = json.loads(said)
    record_property("peak_megabytes", found["peak"])
    assert found["offered"]
    assert not set(found["modules"]) & set(HEAVY)
    assert found["training"] == []
    assert found["peak"] < PEAK_MEGABYTES, f"{found['peak']:.0f} MB"
