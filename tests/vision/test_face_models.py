import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from makeup_ai.errors import ModelsMissingError
from makeup_ai.vision import face_models
from makeup_ai.vision.face_models import NOTICE_FILE, cache_folder, locate, pull


@pytest.fixture
def wheel(monkeypatch):
    """Make `pull` download a small wheel of known content; returns the list of downloads and that content."""
    contents = {name: f"model {name}".encode() for name in face_models.SHA256}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(face_models, "SHA256", digests)
    downloads = []

    def download(folder: Path) -> Path:
        downloads.append(folder)
        path = folder / "mediapipe-0.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, place in face_models._IN_WHEEL.items():
                archive.writestr(place, contents[name])
        return path

    monkeypatch.setattr(face_models, "_download", download)
    return downloads, contents


def test_the_cache_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MAKEUP_AI_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "face_models"
    monkeypatch.delenv("MAKEUP_AI_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "makeup_ai" / "face_models"
    assert list(tmp_path.iterdir()) == []


def test_missing_models_name_the_files_and_the_command(tmp_path):
    with pytest.raises(ModelsMissingError, match=r"face_landmark\.tflite.*makeup-ai models pull"):
        locate(tmp_path)


def test_pull_keeps_the_three_files_and_the_notice_and_nothing_else(tmp_path, wheel):
    downloads, contents = wheel
    lines = []
    models = pull(lines.append, tmp_path / "new" / "folder")
    assert sorted(path.name for path in models.iris.parent.iterdir()) == sorted([*contents, NOTICE_FILE])
    assert models.landmark.read_bytes() == contents["face_landmark.tflite"]
    assert "Apache License" in (models.iris.parent / NOTICE_FILE).read_text()
    assert not downloads[0].exists()
    assert str(tmp_path) in lines[-1]


def test_pull_twice_downloads_once_and_repairs_a_corrupt_file(tmp_path, wheel):
    downloads, contents = wheel
    pull(lambda line: None, tmp_path)
    pull(lambda line: None, tmp_path)
    assert len(downloads) == 1
    (tmp_path / "iris_landmark.tflite").write_bytes(b"cut")
    pull(lambda line: None, tmp_path)
    assert len(downloads) == 2
    assert (tmp_path / "iris_landmark.tflite").read_bytes() == contents["iris_landmark.tflite"]


def test_a_changed_model_is_refused_and_nothing_is_kept(tmp_path, wheel):
    _, contents = wheel
    contents["iris_landmark.tflite"] = b"something else"
    with pytest.raises(ModelsMissingError, match="Nothing was kept"):
        pull(lambda line: None, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_offline_says_so_and_leaves_nothing(tmp_path, monkeypatch):
    def fail(command, **options):
        assert command[1:4] == ["-m", "pip", "download"]
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="noise\nERROR: no matching distribution")

    monkeypatch.setattr(face_models.subprocess, "run", fail)
    with pytest.raises(ModelsMissingError, match=r"no matching distribution.*network"):
        pull(lambda line: None, tmp_path)
    assert list(tmp_path.iterdir()) == []
