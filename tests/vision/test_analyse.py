import io
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from makeup_ai.errors import PhotoError
from makeup_ai.schema import to_dict
from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.table import default_table

_opened_for_writing: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple) -> None:
    if not _watching:
        return
    if event == "open" and any(letter in str(arguments[1] or "") for letter in "wax+"):
        _opened_for_writing.append(str(arguments[0]))
    if event in {"os.mkdir", "os.rename", "os.symlink", "tempfile.mkstemp", "tempfile.mkdtemp"}:
        _opened_for_writing.append(event)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def report(analyser: SkinAnalyser, astronaut):
    return analyser.analyse(png(astronaut))


def test_a_portrait_is_measured(report):
    assert report.face is not None
    assert report.capture.accepted
    assert report.greyscale is False
    assert report.tone is not None
    assert report.withheld_because == {}
    assert {"redness", "shine"} <= set(report.cues)
    assert not {"pores", "texture", "crows_feet"} & set(report.cues)  # eyes 43 px apart: too coarse for those
    assert all(0.0 <= cue.score <= 100.0 and cue.unit and cue.regions for cue in report.cues.values())


def test_a_report_is_plain_json(report):
    assert json.loads(json.dumps(to_dict(report), allow_nan=False))["tone"]["ita_class"] == report.tone.ita_class


def test_the_box_is_in_pixels_of_the_photo_as_it_was(analyser: SkinAnalyser, astronaut, report):
    large = np.asarray(Image.fromarray(astronaut).resize((3072, 3072), Image.Resampling.BICUBIC))
    face = analyser.analyse(png(large)).face
    np.testing.assert_allclose(np.array(face.box) / 6.0, report.face.box, atol=5.0)
    assert face.eye_distance / 6.0 == pytest.approx(report.face.eye_distance, rel=0.06)


def test_without_a_face_only_that_is_said(analyser: SkinAnalyser):
    report = analyser.analyse(png(np.full((200, 300, 3), 90, np.uint8)))
    assert report.face is None
    assert not report.capture.accepted
    assert [check.name for check in report.capture.checks] == ["face"]
    assert report.tone is None
    assert report.withheld_because == default_table()["withheld"]["face"]
    assert report.cues == {}


def test_what_is_no_photo_is_refused(analyser: SkinAnalyser):
    with pytest.raises(PhotoError):
        analyser.analyse(b"words")


def test_nothing_is_written(analyser: SkinAnalyser, astronaut, tmp_path, monkeypatch):
    global _watching  # noqa: PLW0603 - an audit hook cannot be taken out again, only told to look away
    monkeypatch.chdir(tmp_path)
    sys.addaudithook(_watch)
    try:
        _watching = True
        analyser.analyse(png(astronaut))
        analyser.analyse(png(astronaut[::2, ::2]))
    finally:
        _watching = False
    assert _opened_for_writing == []
    assert list(tmp_path.iterdir()) == []


def test_the_table_of_a_bundle_is_obeyed_and_a_foreign_one_refused(models_folder, astronaut):
    table = json.loads(json.dumps(default_table()))
    next(row for row in table["gate"] if row["name"] == "blur")["threshold"] = -1.0
    assert not SkinAnalyser(models_folder, table).analyse(png(astronaut)).capture.accepted
    with pytest.raises(ValueError, match="schema"):
        SkinAnalyser(models_folder, {"schema": 7})


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_an_analysis_stays_small(models_folder, astronaut, tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(astronaut).resize((4000, 4000)).save(path)
    program = (
        "import sys; from pathlib import Path; from makeup_ai.vision.analyse import SkinAnalyser; "
        "r = SkinAnalyser(sys.argv[1]).analyse(sys.argv[2]); assert r.face is not None; "
        "assert not any(m in sys.modules for m in ('keras', 'tensorflow')); "
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    command = [sys.executable, "-c", program, str(models_folder), str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(result.stdout.split()[-1]) < 160 * 1024  # kB
