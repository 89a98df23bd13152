import os

import pytest

from makeup_ai.files import write_whole


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "notes.json"
    assert write_whole(path, "first\r\n好") == path
    assert path.read_bytes() == "first\r\n好".encode()
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert [file.name for file in path.parent.iterdir()] == ["notes.json"]


@pytest.mark.parametrize("content", ["second \ud800", 3])
def test_what_cannot_be_written_leaves_the_old_file(tmp_path, content):
    path = write_whole(tmp_path / "notes.json", "first")
    with pytest.raises((UnicodeEncodeError, TypeError)):
        write_whole(path, content)
    assert path.read_text() == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["notes.json"]


def test_a_write_that_is_cut_short_leaves_the_old_file(tmp_path, monkeypatch):
    path = write_whole(tmp_path / "notes.json", "first")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "second")
    assert path.read_text() == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["notes.json"]
