"""`makeup-ai skin`: what is printed, what is written, and with which status."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from makeup_ai.cli import main
from makeup_ai.errors import ModelsMissingError
from makeup_ai.schema import LANGUAGES
from makeup_ai.vision.face_models import locate


@pytest.fixture(scope="session")
def models() -> Path:
    try:
        return locate().detection.parent
    except ModelsMissingError as error:
        pytest.skip(f"the face models are not here: {error}")


@pytest.fixture(scope="session")
def photos(tmp_path_factory, models) -> Path:
    """A face, the same dimmed, blurred and grey, two faces, and nobody; named in Chinese too."""
    folder = tmp_path_factory.mktemp("photos")
    face = cv2.resize(data.astronaut(), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(data.astronaut(), (700, 700), interpolation=cv2.INTER_AREA)
    two = np.zeros((1024, 1724, 3), np.uint8)
    two[:, :1024], two[:700, 1024:] = face, small
    made = {
        "face.png": face,
        "dim.png": (face * 0.78).astype(np.uint8),
        "blurred.png": cv2.GaussianBlur(face, (0, 0), 6),
        "grey.png": cv2.cvtColor(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB),
        "two.png": two,
        "nobody.png": np.full((400, 400, 3), (60, 90, 140), np.uint8),
    }
    for name, pixels in made.items():
        cv2.imwrite(str(folder / name), pixels[..., ::-1])
    shutil.copy(folder / "face.png", folder / "compare")
    shutil.copy(folder / "face.png", folder / "面<b>.png")
    return folder


def told(capsys, *arguments) -> tuple[int, str, str]:
    try:
        status = main([str(argument) for argument in ("skin", *arguments)])
    except SystemExit as ended:
        status = int(ended.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


def refused(capsys, *arguments) -> str:
    status, out, err = told(capsys, *arguments)
    assert status == 2 and out == "", (out, err)
    assert err.startswith("makeup-ai: ") and err.count("\n") == 1, err
    return err


def test_one_object_is_printed_with_the_promised_names(capsys, photos):
    status, out, _ = told(capsys, photos / "face.png", "--json")
    found = json.loads(out)
    assert status == 0
    assert list(found) == ["face", "capture", "greyscale", "tone", "withheld_because", "cues"]
    assert set(found["face"]) == {"box", "confidence", "count", "eye_distance"}
    assert found["capture"]["accepted"] is True and found["greyscale"] is False
    for check in found["capture"]["checks"]:
        assert set(check) >= {"name", "value", "unit", "threshold", "passed", "advice"} and check["unit"]
    tone = {"ita_degrees", "ita_class", "uncertainty_degrees", "lab", "hue_degrees", "chroma", "monk", "undertone"}
    assert set(found["tone"]) == tone and found["withheld_because"] == {}
    for cue in found["cues"].values():
        assert set(cue) == {"value", "unit", "score", "regions", "noise", "level", "named"} and 0 <= cue["score"] <= 100


def test_a_table_is_printed_in_both_languages(capsys, photos):
    for language, words in (("en", ("Skin tone", "redness")), ("zh", ("肤色", "泛红"))):
        status, out, _ = told(capsys, photos / "face.png", "--lang", language)
        assert status == 0 and all(word in out for word in words) and "±" in out
        assert max(len(line) for line in out.splitlines()) < 160


def test_a_refused_photo_is_status_one_with_advice_and_no_measurement(capsys, photos):
    status, out, _ = told(capsys, photos / "blurred.png")
    assert status == 1 and "hold still" in out and "redness" not in out
    status, out, _ = told(capsys, photos / "blurred.png", "--json")
    found = json.loads(out)
    assert status == 1 and found["tone"] is None and set(found["withheld_because"]) == set(LANGUAGES)
    assert found["cues"] == {} and any(check["advice"] for check in found["capture"]["checks"])


def test_nobody_in_the_photo_is_status_one(capsys, photos):
    status, out, _ = told(capsys, photos / "nobody.png", "--json")
    assert status == 1 and json.loads(out)["face"] is None
    assert "No face was found" in told(capsys, photos / "nobody.png")[1]


def test_black_and_white_gets_no_colour(capsys, photos):
    _, out, _ = told(capsys, photos / "grey.png", "--json")
    found = json.loads(out)
    assert found["greyscale"] is True and found["tone"] is None and "redness" not in found["cues"]


def test_of_several_faces_the_largest_is_measured_with_a_word(capsys, photos):
    status, out, _ = told(capsys, photos / "two.png")
    assert status == 0 and re.search(r"[2-9] faces found; the largest was measured", out)
    assert json.loads(told(capsys, photos / "two.png", "--json")[1])["face"]["count"] >= 2


def test_image_data_is_written_nowhere_unless_asked(capsys, photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments in ((), ("--json",), ("--region", "30%,30%,20%,20%")):
        told(capsys, photos / "face.png", *arguments)
    told(capsys, "compare", photos / "face.png", photos / "dim.png")
    assert list(tmp_path.iterdir()) == []


def test_a_page_holds_the_photo_only_where_it_may(capsys, photos, tmp_path):
    status, out, _ = told(capsys, photos / "face.png", "--html", tmp_path / "a.html")
    assert status == 0 and out.splitlines()[-1] == str(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "data:image/jpeg" in page and "because you asked for it" in page
    status, out, _ = told(
        capsys, photos / "face.png", "--html", tmp_path / "b.html", "--no-photo", "--json", "--lang", "zh"
    )
    page = (tmp_path / "b.html").read_text("utf-8")
    assert status == 0 and json.loads(out)["face"]
    assert "data:" not in page.split("</style>")[1] and "不含照片" in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_a_refused_photo_still_has_its_page(capsys, photos, tmp_path):
    status, _, _ = told(capsys, photos / "blurred.png", "--html", tmp_path / "a.html")
    assert status == 1 and "hold still" in (tmp_path / "a.html").read_text("utf-8")
    status, _, _ = told(capsys, photos / "nobody.png", "--html", tmp_path / "b.html")
    assert status == 1 and "data:image" not in (tmp_path / "b.html").read_text("utf-8")


def test_a_page_is_written_whole_or_not_at_all(capsys, photos, tmp_path, monkeypatch):
    (tmp_path / "a.html").write_text("as it was")

    def fill(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fill)
    assert "No space left" in refused(capsys, photos / "face.png", "--html", tmp_path / "a.html")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["as it was"]


def test_the_photo_is_never_overwritten_by_its_page(capsys, photos, tmp_path):
    photo = Path(shutil.copy(photos / "face.png", tmp_path / "face.png"))
    before = photo.read_bytes()
    for arguments in ((photo,), ("compare", photo, photos / "dim.png"), ("compare", photos / "dim.png", photo)):
        assert "overwrite" in refused(capsys, *arguments, "--html", photo)
    assert photo.read_bytes() == before


def test_names_of_files_are_escaped_and_shown(capsys, photos, tmp_path):
    status, out, _ = told(capsys, photos / "面<b>.png", "--html", tmp_path / "a.html")
    assert status == 0 and out.startswith("面<b>.png")
    assert "<b>.png" not in (tmp_path / "a.html").read_text("utf-8")


def test_two_photos_are_compared(capsys, photos, tmp_path):
    page = tmp_path / "c.html"
    status, out, _ = told(capsys, "compare", photos / "face.png", photos / "dim.png", "--json", "--html", page)
    found = json.loads(out)
    assert status == 0 and found["accepted"] and found["cues"]
    for change in found["cues"].values():
        assert change["verdict"] in {"changed", "within noise"} and change["noise"] > 0
        assert change["change"] == pytest.approx(change["after"] - change["before"])
    assert {c["name"] for c in found["conditions"]} >= {"exposure"}
    assert page.read_text("utf-8").count("data:image/jpeg") == 2
    status, out, _ = told(capsys, "compare", photos / "face.png", photos / "blurred.png", "--lang", "zh")
    assert status == 1 and "之后" in out and "模糊" in out
    told(capsys, "compare", photos / "face.png", photos / "dim.png", "--no-photo", "--html", page)
    assert "data:image" not in page.read_text("utf-8")


def test_a_photo_named_compare_can_be_reached(capsys, photos, monkeypatch):
    monkeypatch.chdir(photos)
    assert told(capsys, "./compare")[0] == 0
    assert "./compare" in refused(capsys, "compare")
    assert told(capsys, "compare", "compare", "face.png")[0] == 0


def test_a_marked_place_is_measured_without_a_face_or_models(capsys, photos, tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEUP_AI_CACHE", str(tmp_path / "none"))
    page = tmp_path / "r.html"
    arguments = ("--region", "400,300,120,90", "--json", "--html", page)
    status, out, _ = told(capsys, photos / "face.png", *arguments)
    found = json.loads(out)
    assert status == 0 and found["face"] is None and found["tone"]["ita_class"]
    place = {name: found["region"][name] for name in ("left", "top", "width", "height")}
    assert place == {"left": 400, "top": 300, "width": 120, "height": 90} and "light" in found["region"]["note"]
    assert set(found["cues"]) == {"redness", "dark_spots", "texture"} and page.is_file()
    assert "unknown light" in told(capsys, photos / "face.png", "--region", "40%,30%,20%,20%")[1]


def test_shades_are_named_or_withheld_with_the_tone(capsys, photos, tmp_path):
    shades = tmp_path / "shades.csv"
    rows = [f"Brand {i},Fluid,{i},#{200 - 9 * i:02x}{170 - 9 * i:02x}{150 - 9 * i:02x}" for i in range(9)]
    shades.write_text("\n".join(["brand,product,shade,hex", *rows]), encoding="utf-8")
    status, out, _ = told(capsys, photos / "face.png", "--shades", shades, "--json")
    found = json.loads(out)["shades"]
    assert status == 0 and (len(found["nearest"]) == 3 or found["cannot_tell_because"])
    status, out, _ = told(capsys, photos / "grey.png", "--shades", shades, "--lang", "zh")
    assert "最接近的粉底色号" in out and "黑白" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.png",), "nowhere.png"),
        (("FACE", "FACE"), "one photo"),
        (("compare", "FACE"), "two photos"),
        (("compare", "FACE", "FACE", "FACE"), "two photos"),
        (("compare", "FACE", "nowhere.png"), "nowhere.png"),
        (("compare", "FACE", "FACE", "--region", "1,1,90,90"), "--region"),
        (("FACE", "--region", "1,2,3"), "LEFT,TOP,WIDTH,HEIGHT"),
        (("FACE", "--region", "1,2,x,4"), "LEFT,TOP,WIDTH,HEIGHT"),
        (("FACE", "--region", "5000,5000,90,90"), "within"),
        (("FACE", "--region", "1,1,4,4"), "at least"),
        (("FACE", "--region", "1,1,90,90", "--shades", "s.csv"), "--region"),
        (("FACE", "--no-photo"), "--html"),
        (("FACE", "--lang", "fr"), "fr"),
        (("FACE", "--shades", "nowhere.csv"), "nowhere.csv"),
        (("FACE", "--models", "nowhere"), "nowhere"),
        (("FACE", "--html", "FACE/a.html"), "face.png"),
        ((), "PHOTO"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_one_line(capsys, photos, arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in refused(capsys, *(word.replace("FACE", str(photos / "face.png")) for word in arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_gives_its_own_table(capsys, photos, tiny_bundle):
    status, out, _ = told(capsys, photos / "face.png", "--bundle", tiny_bundle, "--json")
    assert status in {0, 1} and json.loads(out)["face"]


def test_help_says_where_image_data_goes(capsys):
    status, out, _ = told(capsys, "--help")
    text = " ".join(out.split())
    assert status == 0 and "written nowhere, unless --html" in text and "compare BEFORE AFTER" in text
