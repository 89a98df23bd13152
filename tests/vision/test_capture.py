import io
import math

import cv2
import numpy as np
import pytest
from PIL import Image

from makeup_ai.schema import Capture
from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.capture import is_greyscale, judge
from makeup_ai.vision.face import FaceMesh
from makeup_ai.vision.gate import head_angles
from makeup_ai.vision.photo import Photo, read_photo
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.table import check_table, default_table

TABLE = default_table()


def as_photo(pixels: np.ndarray) -> Photo:
    pixels = np.ascontiguousarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return Photo(pixels, pixels.shape[1], pixels.shape[0])


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return read_photo(file.getvalue()).pixels


def grey(pixels: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)


def failed(capture: Capture) -> set[str]:
    return {check.name for check in capture.checks if not check.passed}


def test_a_good_photo_is_accepted_with_every_check_shown(analyser: SkinAnalyser, astronaut):
    capture = analyser.analyse(as_photo(astronaut)).capture
    assert capture.accepted
    assert [check.name for check in capture.checks] == [row["name"] for row in TABLE["gate"]]
    assert all(check.unit and not check.advice for check in capture.checks)


@pytest.mark.parametrize(
    ("edit", "check"),
    [
        (lambda p: cv2.GaussianBlur(p, (0, 0), 3), "blur"),
        (lambda p: p * 0.25, "exposure"),
        (lambda p: p * 3.0, "overexposure"),
        (lambda p: p * 3.0, "clipped"),
        (lambda p: p * 0.15 + 130, "contrast"),
        (lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), "eye_distance"),
        (np.rot90, "roll"),
        (lambda p: p * np.clip(1 + (np.arange(512) - 225) / 50, 0.25, 1.3)[None, :, None], "light_asymmetry"),
    ],
)
def test_a_spoilt_photo_is_refused_with_advice_in_both_languages(analyser: SkinAnalyser, astronaut, edit, check):
    report = analyser.analyse(as_photo(edit(astronaut)))
    assert not report.capture.accepted
    assert check in failed(report.capture)
    advice = next(c.advice for c in report.capture.checks if c.name == check)
    assert set(advice) == {"en", "zh"}
    assert all(advice.values())
    assert report.tone is None
    assert report.cues == {}


@pytest.mark.parametrize(
    ("edit", "check", "reason"),
    [
        (lambda p: p * (1.0, 0.75, 0.25), "colour_cast", "cast"),
        (lambda p: p * 1.35, "saturated", "exposure"),
        (lambda p: p * 1.5, "light_clipped", "exposure"),
    ],
)
def test_light_that_cannot_be_taken_out_withholds_colour_and_nothing_else(analyser, astronaut, edit, check, reason):
    report = analyser.analyse(as_photo(edit(astronaut)))
    assert check in report.capture.failed("colour")
    assert report.tone is None
    if report.capture.accepted:
        assert report.withheld_because == TABLE["withheld"][reason]
        assert report.cues
        assert not any(TABLE["cues"][name]["colour"] for name in report.cues)


def test_a_warning_neither_refuses_nor_withholds():
    capture = judge({"makeup": 30.0, "filter": 1.0}, TABLE, greyscale=False)
    assert capture.accepted
    assert capture.failed() == capture.failed("warn") == ("makeup", "filter")
    assert all(check.advice for check in capture.checks)


def test_limits_by_hand():
    capture = judge({"blur": 1.8, "yaw": -28.0, "clipped": 8.0}, TABLE, greyscale=False)
    assert capture.accepted
    assert len(capture.checks) == 3
    assert failed(judge({"blur": 1.81, "yaw": -28.1, "clipped": 8.1}, TABLE, greyscale=False)) == {
        "blur",
        "yaw",
        "clipped",
    }


def test_colour_is_not_asked_of_a_greyscale_photo():
    capture = judge({"colour_cast": 90.0, "skin_hue": 90.0, "blur": 0.9}, TABLE, greyscale=True)
    assert [check.name for check in capture.checks] == ["blur"]
    assert capture.accepted


def test_head_angles_by_hand():
    points = np.zeros((468, 3))
    points[33], points[263] = (-1, 0, 0), (1, 0, 0)
    points[10], points[152] = (0, -1, 0), (0, 1, 0)
    assert head_angles(NUMPY, points, 0.0) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert head_angles(NUMPY, points, 7.0) == pytest.approx((0.0, -7.0), abs=1e-6)
    points[263] = (math.cos(0.5), 0, math.sin(0.5))  # the left eye farther away: turned to its own left
    points[33] = -points[263]
    assert head_angles(NUMPY, points, 0.0)[0] == pytest.approx(math.degrees(0.5))


def test_a_turned_photo_turns_the_roll_alone(finder, mesh: FaceMesh, astronaut):
    matrix = cv2.getRotationMatrix2D((225, 120), -15, 1.0)
    turned = finder.find(cv2.warpAffine(astronaut, matrix, (512, 512)))
    before, after = head_angles(NUMPY, mesh.points, 7.0), head_angles(NUMPY, turned.points, 7.0)
    assert turned.roll - mesh.roll == pytest.approx(15.0, abs=3.0)
    assert after[0] == pytest.approx(before[0], abs=8.0)


@pytest.mark.parametrize("quality", [95, 75, 40])
@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.05, 1.0, 0.9), (0.93, 0.98, 1.04), (0.4, 0.39, 0.38)])
def test_black_and_white_is_recognised_however_it_is_stored(analyser: SkinAnalyser, astronaut, tint, quality):
    toned = np.clip(grey(astronaut) * tint, 0, 255).astype(np.uint8)
    report = analyser.analyse(as_photo(jpeg(toned, quality)))
    assert report.face is not None
    assert report.greyscale
    assert report.tone is None
    assert "black and white" in report.withheld_because["en"]
    assert not any(TABLE["cues"][name]["colour"] for name in report.cues)


def test_sepia_has_no_colour_of_its_own(patch):
    value = grey(patch.crop)[..., :1] / 255.0
    sepia = (np.array([45, 25, 10]) * (1 - value) + np.array([255, 240, 200]) * value).astype(np.uint8)
    assert is_greyscale(sepia, TABLE)


@pytest.mark.parametrize("gain", [1.0, 0.5, 0.25])
def test_a_colour_portrait_is_never_called_black_and_white(patch, gain):
    assert not is_greyscale((patch.crop * gain).astype(np.uint8), TABLE)
    assert not is_greyscale(jpeg((patch.crop * gain).astype(np.uint8), 40), TABLE)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_picture_is_greyscale(value):
    assert is_greyscale(np.full((64, 64, 3), value, np.uint8), TABLE)


def test_the_table_speaks_both_languages_and_names_no_disease():
    sentences = [*TABLE["withheld"].values(), *(row["advice"] for row in TABLE["gate"])]
    for sentence in sentences:
        assert set(sentence) == {"en", "zh"}
        assert all(sentence.values())
        assert not any(word in sentence["en"].lower() for word in ("rosacea", "disease", "diagnos", "patient", "race"))


def test_another_schema_or_a_missing_section_is_refused():
    with pytest.raises(ValueError, match="schema 1"):
        check_table({**TABLE, "schema": 2})
    with pytest.raises(ValueError, match="'gate'"):
        check_table({key: value for key, value in TABLE.items() if key != "gate"})
