"""A consultation needs no network, and leaves nothing on the disk."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import json, sys
opened, reached = [], []
WRITING = {"os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink", "os.truncate", "tempfile.mkstemp",
           "tempfile.mkdtemp", "shutil.copyfile", "shutil.move"}
def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = any(c in mode for c in "wax+") if isinstance(mode, str) else (flags or 0) & 0o3
        if writes and str(path) not in ("/dev/null",):
            opened.append(str(path))
    elif event in WRITING:
        opened.append(f"{event} {arguments}")
    elif event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        reached.append(f"{event} {arguments}")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
from makeup_ai.assistant import Assistant
advice = Assistant.load(sys.argv[1]).consult("a serum for oily skin", photo=sys.argv[2] if len(sys.argv) > 2 else None)
print(json.dumps({"opened": opened, "reached": reached, "offered": len(advice.recommendations),
                  "face": bool(advice.skin and advice.skin.face)}))
"""


def child(script: str, *arguments: Path, prefix: tuple[str, ...] = (), **environment: str) -> dict:
    done = subprocess.run(
        [*prefix, sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture
def photo(tmp_path_factory) -> Path:
    data = pytest.importorskip("skimage.data")
    from PIL import Image

    path = tmp_path_factory.mktemp("photo") / "face.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


def test_no_socket_is_opened(tiny_bundle, monkeypatch):
    from makeup_ai.assistant import Assistant

    def refuse(*arguments, **named):
        raise AssertionError(f"the network was asked for: {arguments}")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    for runtime in ("tflite", "onnx"):
        advice = Assistant.load(tiny_bundle, runtime).consult("a serum for oily skin")
        assert advice.recommendations


def test_a_machine_without_a_network_answers(tiny_bundle, tmp_path):
    prefix = ("unshare", "-n")
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("`unshare -n` is not to be had here")
    found = child(WATCHED, tiny_bundle, prefix=prefix)
    assert found["offered"] and not found["reached"]


def test_a_consultation_with_a_photo_writes_nothing(tiny_bundle, face_models, photo, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    places = [tiny_bundle, face_models, photo.parent, home]
    before = [sorted((str(p), p.stat().st_mtime_ns) for p in place.rglob("*")) for place in places]
    found = child(
        WATCHED,
        tiny_bundle,
        photo,
        HOME=str(home),
        TMPDIR=str(home),
        MAKEUP_AI_CACHE=str(face_models.parent),
    )
    assert found["face"] and found["offered"]
    assert found["opened"] == [] and found["reached"] == []
    assert [sorted((str(p), p.stat().st_mtime_ns) for p in place.rglob("*")) for place in places] == before
