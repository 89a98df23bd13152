"""Photos nobody should hand over, and somebody will; every picture is made here."""

import io
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from makeup_ai.vision.analyse import SkinAnalyser
from makeup_ai.vision.drawing import MAX_EVEN, evenness
from makeup_ai.vision.face import FaceFinder, FaceMesh
from makeup_ai.vision.photo import Photo, read_photo
from makeup_ai.vision.skin_area import skin_area

SKY, SKIN, INK = (135, 180, 235), (240, 200, 170), (0, 0, 0)


def as_photo(pixels: np.ndarray) -> Photo:
    pixels = np.ascontiguousarray(pixels)
    return Photo(pixels, pixels.shape[1], pixels.shape[0])


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
    return read_photo(file.getvalue()).pixels


def smiley() -> np.ndarray:
    canvas = np.full((512, 512, 3), SKY, np.uint8)
    cv2.circle(canvas, (256, 256), 180, (255, 220, 60), -1)
    for x in (190, 322):
        cv2.circle(canvas, (x, 200), 22, INK, -1)
    cv2.ellipse(canvas, (256, 290), (100, 70), 0, 10, 170, INK, 10)
    return canvas


def stick_figure() -> np.ndarray:
    canvas = np.full((512, 512, 3), 255, np.uint8)
    cv2.circle(canvas, (256, 150), 80, INK, 4)
    for x in (230, 282):
        cv2.circle(canvas, (x, 135), 6, INK, -1)
    cv2.ellipse(canvas, (256, 170), (35, 20), 0, 0, 180, INK, 4)
    cv2.line(canvas, (256, 230), (256, 420), INK, 4)
    return canvas


def painted_face() -> np.ndarray:
    canvas = np.full((512, 512, 3), SKY, np.uint8)
    cv2.ellipse(canvas, (256, 250), (130, 180), 0, 0, 360, SKIN, -1)
    cv2.ellipse(canvas, (256, 130), (140, 90), 0, 180, 360, (90, 50, 30), -1)
    for x in (200, 312):
        cv2.ellipse(canvas, (x, 220), (30, 16), 0, 0, 360, (255, 255, 255), -1)
        cv2.circle(canvas, (x, 220), 13, (60, 90, 150), -1)
        cv2.circle(canvas, (x, 220), 6, INK, -1)
        cv2.line(canvas, (x - 34, 185), (x + 34, 182), (70, 40, 20), 8)
    cv2.polylines(canvas, [np.array([[256, 230], [240, 290], [268, 292]])], False, (180, 120, 100), 4)
    cv2.ellipse(canvas, (256, 340), (50, 18), 0, 0, 360, (190, 70, 80), -1)
    return canvas


def large_eyed_face() -> np.ndarray:
    canvas = np.full((512, 512, 3), SKY, np.uint8)
    cv2.fillPoly(canvas, [np.array([[120, 180], [392, 180], [370, 340], [256, 440], [142, 340]])], (255, 225, 205))
    for x in (190, 322):
        cv2.ellipse(canvas, (x, 260), (38, 52), 0, 0, 360, (255, 255, 255), -1)
        cv2.ellipse(canvas, (x, 266), (26, 40), 0, 0, 360, (90, 60, 160), -1)
        cv2.circle(canvas, (x - 8, 250), 8, (255, 255, 255), -1)
        cv2.ellipse(canvas, (x, 215), (42, 12), 0, 180, 360, (30, 20, 20), 6)
    cv2.line(canvas, (256, 335), (252, 342), (200, 140, 120), 3)
    cv2.ellipse(canvas, (256, 380), (18, 6), 0, 0, 180, (180, 80, 80), 3)
    hair = np.array([[100, 60], [412, 60], [400, 210], [256, 150], [112, 210]])
    cv2.fillPoly(canvas, [hair], (230, 120, 150))
    return canvas


def head(astronaut: np.ndarray, side: int) -> np.ndarray:
    """The astronaut's head, in a square of the given side; the eyes lie a fifth of it apart."""
    return cv2.resize(astronaut[30:230, 130:330], (side, side), interpolation=cv2.INTER_AREA)


def failed(analyser: SkinAnalyser, pixels: np.ndarray) -> set[str]:
    capture = analyser.analyse(as_photo(pixels)).capture
    assert capture.accepted == all(check.passed for check in capture.checks)
    return {check.name for check in capture.checks if not check.passed}


def filled(astronaut: np.ndarray, mesh: FaceMesh, vertices: tuple[int, ...], colour: tuple[int, ...]) -> np.ndarray:
    """Paint over the hull of some vertices with cloth: one colour in the light of the face."""
    mask = np.zeros(astronaut.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(mesh.points[list(vertices), :2].round().astype(np.int32)), (1,))
    light = astronaut.mean(axis=2, keepdims=True) / 180.0
    weave = 1.0 + 0.06 * np.sin(np.arange(512) * 1.3)[None, :, None]
    cloth = np.clip(np.array(colour) * (0.4 + 0.6 * light) * weave, 0, 255).astype(np.uint8)
    return np.where(mask[..., None] > 0, cloth, astronaut)


@pytest.mark.parametrize("drawn", [smiley, stick_figure, painted_face, large_eyed_face])
@pytest.mark.parametrize("quality", [None, 60])
def test_a_drawn_face_is_no_face(analyser: SkinAnalyser, drawn, quality):
    pixels = drawn() if quality is None else jpeg(drawn(), quality)
    report = analyser.analyse(as_photo(pixels))
    assert report.face is None
    assert not report.capture.accepted
    assert report.withheld_because


def test_only_paint_is_even(astronaut, mesh: FaceMesh):
    assert evenness(astronaut, mesh.points) < MAX_EVEN / 3
    assert evenness(jpeg(astronaut, 5), mesh.points) < MAX_EVEN
    assert evenness((astronaut * 0.15 + 130).astype(np.uint8), mesh.points) < MAX_EVEN  # hazy
    assert evenness((astronaut * 0.1).astype(np.uint8), mesh.points) < MAX_EVEN  # dark
    burnt = np.clip(astronaut * 4.0, 0, 255).astype(np.uint8)
    assert evenness(burnt, mesh.points) < MAX_EVEN  # clipped is not painted


def test_of_ten_faces_the_largest_is_measured_and_all_are_counted(finder: FaceFinder, astronaut):
    canvas = np.full((800, 1500, 3), 128, np.uint8)
    for place, side in enumerate((200, 150, 180, 140, 160, 170, 150, 190, 165, 260)):
        top, left = 50 + place // 5 * 380, 20 + place % 5 * 290
        canvas[top : top + side, left : left + side] = head(astronaut, side)
    found = finder.find(canvas)
    assert found is not None
    assert found.count == 10
    left, top, width, height = found.box
    assert 1180 < left < left + width < 1440
    assert 430 < top < top + height < 690


def test_ten_faces_of_one_size_are_counted_once_each(finder: FaceFinder, astronaut):
    found = finder.find(np.tile(head(astronaut, 200), (2, 5, 1)))
    assert found is not None
    assert found.count == 10


@pytest.mark.parametrize("side", [256, 1024, 2048])
def test_a_face_of_40_pixels_is_found_and_called_too_small(finder, analyser: SkinAnalyser, astronaut, side):
    canvas = np.full((side, side, 3), 128, np.uint8)
    low = side // 2 - 43
    canvas[low : low + 86, low : low + 86] = head(astronaut, 86)
    found = finder.find(canvas)
    assert found is not None
    assert (found.count, round(found.box[2] / 10)) == (1, 4)
    assert "eye_distance" in failed(analyser, canvas)


def turned(astronaut: np.ndarray, mesh: FaceMesh, degrees: float) -> np.ndarray:
    """Turn the head as if it were a cylinder, drawn twice as large."""
    large = cv2.resize(astronaut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[: large.shape[0], : large.shape[1]].astype(np.float32)
    middle, radius = 2.0 * float(mesh.points[6, 0]), 1.27 * float(np.ptp(mesh.points[:, 0]))
    around = np.arcsin(np.clip((x - middle) / radius, -1.0, 1.0))
    source = np.where(np.abs(x - middle) < radius, middle + radius * np.sin(around - np.radians(degrees)), x)
    return cv2.remap(large, source.astype(np.float32), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("degrees", [-60.0, -45.0, -30.0, 30.0, 45.0, 60.0])
def test_the_mesh_follows_a_head_that_turns(analyser: SkinAnalyser, astronaut, mesh: FaceMesh, degrees):
    """A cylinder has no nose, so the turn is seen too small; its side is never mistaken."""
    checks = analyser.analyse(as_photo(turned(astronaut, mesh, degrees))).capture.checks
    yaw = next(check.value for check in checks if check.name == "yaw")
    assert 10.0 < yaw * np.sign(degrees) < 70.0


@pytest.mark.parametrize("colour", [(170, 200, 220), (45, 45, 50)])
def test_a_cloth_over_mouth_and_nose_never_crashes(finder, astronaut, mesh: FaceMesh, colour):
    masked = filled(astronaut, mesh, (6, 117, 346, 234, 454, 172, 397, 152), colour)
    found = finder.find(masked)
    if found is not None:
        assert skin_area(masked, found).shape == astronaut.shape[:2]


def test_thin_glasses_change_little(finder: FaceFinder, astronaut, mesh: FaceMesh):
    worn = astronaut.copy()
    lens = int(mesh.eye_distance * 0.42)
    for x, y in mesh.irises[:, 0].astype(int).tolist():
        cv2.circle(worn, (x, y), lens, (10, 10, 10), 3)
    found = finder.find(worn)
    assert found is not None
    apart = np.hypot(*(found.points[:, :2] - mesh.points[:, :2]).T).mean() / mesh.eye_distance
    assert apart < 0.06


@pytest.mark.parametrize("tint", [(1.3, 0.25, 0.35), (0.2, 1.1, 0.3), (0.3, 0.4, 1.2), (1.0, 1.0, 1.0)])
def test_infrared_and_night_vision_get_no_tone(analyser: SkinAnalyser, astronaut, tint):
    light = astronaut.astype(float) @ [0.6, 0.3, 0.1]
    report = analyser.analyse(as_photo(np.clip(light[..., None] * np.array(tint), 0, 255).astype(np.uint8)))
    assert report.tone is None
    assert report.withheld_because


def test_a_jpeg_of_quality_five_still_shows_its_face(finder: FaceFinder, astronaut, mesh: FaceMesh):
    found = finder.find(jpeg(astronaut, 5))
    assert found is not None
    assert np.hypot(*(found.points[:, :2] - mesh.points[:, :2]).T).mean() / mesh.eye_distance < 0.06


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_lying_photo_is_found_and_refused_for_its_roll(analyser: SkinAnalyser, astronaut, quarters):
    assert "roll" in failed(analyser, np.rot90(astronaut, quarters))


@pytest.mark.parametrize("shape", [(64, 2048), (2048, 64), (64, 64), (2048, 2048), (65, 1999)])
@pytest.mark.parametrize("fill", ["black", "white", "noise"])
def test_no_shape_crashes(analyser: SkinAnalyser, shape, fill):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    pixels = noise if fill == "noise" else np.full((*shape, 3), 0 if fill == "black" else 255, np.uint8)
    assert analyser.analyse(as_photo(pixels)).face is None


@pytest.mark.parametrize("side", [64, 100, 2048])
def test_a_head_of_any_size_has_its_face_and_skin(finder: FaceFinder, astronaut, side):
    pixels = cv2.resize(astronaut[30:230, 130:330], (side, side), interpolation=cv2.INTER_AREA)
    found = finder.find(pixels)
    assert found is not None
    assert found.eye_distance / side == pytest.approx(0.216, rel=0.1)
    assert 0.1 < skin_area(pixels, found).mean() < 0.35


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 511), st.integers(0, 511), st.integers(64, 512), st.integers(64, 512))
def test_any_crop_of_a_photo_is_answered(finder: FaceFinder, astronaut, left, top, width, height):
    crop = np.ascontiguousarray(astronaut[top : top + height, left : left + width])
    if min(crop.shape[:2]) < 64:
        return
    found = finder.find(crop)
    if found is not None:
        area = skin_area(crop, found)
        assert area.shape == crop.shape[:2]
        assert np.isfinite(found.points).all()


LARGE = """
import sys, time
from pathlib import Path
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.photo import read_photo
from makeup_ai.vision.skin_area import skin_area
finder = FaceFinder(sys.argv[2])
start = time.perf_counter()
photo = read_photo(sys.argv[1])
found = finder.find(photo.pixels)
assert found is not None
assert skin_area(photo.pixels, found).any()
print(time.perf_counter() - start, Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_hundred_megapixels_end_in_three_seconds_and_a_gibibyte(tmp_path: Path, astronaut, models_folder: Path):
    canvas = Image.new("RGB", (10_000, 10_000), (120, 130, 140))
    canvas.paste(Image.fromarray(astronaut).resize((6000, 6000)), (2000, 2000))
    path = tmp_path / "large.jpg"
    canvas.save(path, quality=80)
    command = [sys.executable, "-c", LARGE, str(path), str(models_folder)]
    seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert float(seconds) < 3.0
    assert int(peak) < 2**20  # kB
