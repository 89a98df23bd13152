from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.schema import Capture
from makeup_ai.vision import courses
from makeup_ai.vision.canonical import SIDE, points, region_masks
from makeup_ai.vision.cues import CUES
from makeup_ai.vision.glasses import bridge_line
from makeup_ai.vision.measure import values_of
from makeup_ai.vision.relief import percent_of_light
from makeup_ai.vision.report import read_cues
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.strip import Strip
from makeup_ai.vision.table import default_table
from makeup_ai.vision.valleys import bend, slope, valley_depth

TABLE = default_table()
LINES = ("forehead_lines", "frown_lines", "crows_feet", "nasolabial_folds", "under_eye_lines")
RELIEF = (*LINES, "texture", "pores", "dryness")
GOOD = Capture(True, ())


def face(lightness: float = 60.0) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), (lightness, 12.0, 16.0))


def dimmed(lab: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Multiply the light of a picture, as relief does; a* and b* go with the cube root of the light."""
    root = np.cbrt(factor)[..., None]
    return np.concatenate([(lab[..., :1] + 16.0) * root - 16.0, lab[..., 1:] * root], axis=-1)


def groove(course: np.ndarray, depth: float, sigma: float) -> np.ndarray:
    """Give what a line of a depth (share of the light) along places x, y leaves of the light, `(SIDE, SIDE)`."""
    canvas = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.polylines(canvas, [np.round(course * 16).astype(np.int32)], False, (0,), 1, cv2.LINE_8, shift=4)
    away = cv2.distanceTransform(canvas, cv2.DIST_L2, 5)
    return 1.0 - depth * np.exp(-0.5 * (away / sigma) ** 2)


def fan(degrees: float) -> np.ndarray:
    way = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    return points()[263] + way * np.array([[8.0], [30.0]])


def beside(name: str) -> list[np.ndarray]:
    """Give where lines of a cue may run in the frame."""
    lower = {"right": (33, 163, 145, 154, 133), "left": (263, 390, 374, 381, 362)}
    folds = {"right": (203, 206, 216, 212), "left": (423, 426, 436, 432)}
    return {
        "forehead_lines": [np.array([(80.0, y), (176.0, y)]) for y in (26.0, 36.0, 46.0)],
        "frown_lines": [np.array([(x, 46.0), (x, 74.0)]) for x in (121.0, 135.0)],
        "crows_feet": [fan(angle) for angle in (-25.0, 0.0, 25.0)],
        "nasolabial_folds": [points()[list(side)] for side in folds.values()],
        "under_eye_lines": [points()[list(side)] + (0.0, drop) for side in lower.values() for drop in (7.0, 13.0)],
    }[name]


def lined(name: str, depth: float, lightness: float = 60.0) -> np.ndarray:
    sigma = 2.5 if name == "nasolabial_folds" else 1.3
    factor = np.prod([groove(course, depth, sigma) for course in beside(name)], axis=0)
    return dimmed(face(lightness), factor)


def score(frame, name: str) -> float:
    row = TABLE["cues"][name]
    return 100.0 * (float(CUES[name](frame).value) - row["none"]) / (row["strong"] - row["none"])


def test_percent_of_light_by_hand():
    assert percent_of_light(NUMPY, np.float32(100.0)) == pytest.approx(0.0)
    darker = dimmed(face(50.0), np.full((SIDE, SIDE), 0.9))[0, 0, 0]
    lost = percent_of_light(NUMPY, np.float32(darker)) - percent_of_light(NUMPY, np.float32(50.0))
    assert lost == pytest.approx(100.0 * np.log(0.9), abs=1e-3)


def test_a_valley_that_fits_the_scale_answers_with_its_depth():
    sigma = 2.0
    rows = np.arange(61, dtype=np.float32) - 30.0
    valley = np.repeat(-10.0 * np.exp(-0.5 * (rows / (sigma / np.sqrt(2.0))) ** 2)[:, None], 40, axis=1)
    assert bend(NUMPY, valley, sigma, 3.0)[30, 20] == pytest.approx(10.0, abs=0.1)
    assert slope(NUMPY, valley, sigma, 3.0)[30, 20] == pytest.approx(0.0, abs=1e-3)


def test_a_step_counts_little():
    step = np.repeat(np.where(np.arange(61) < 30, 0.0, 20.0).astype(np.float32)[:, None], 40, axis=1)
    seen = slice(12, -12)
    plain, held = bend(NUMPY, step, 2.0, 3.0)[seen], valley_depth(NUMPY, step, (2.0,), 3.0, 1.0)[seen]
    assert held.max() < 0.3 * plain.max()  # (z - 1) / z of a normal density, at its best z


def test_a_strip_reads_the_frame_and_gives_it_back():
    ramp = np.repeat(np.arange(SIDE, dtype=np.float32)[None], SIDE, axis=0)
    strip = Strip((((40.0, 20.0), (90.0, 20.0)), ((40.0, 60.0), (90.0, 60.0))), 41, 51, 4)
    read = strip.read(NUMPY, ramp)
    np.testing.assert_allclose(read[7], np.arange(40, 91), atol=1e-4)
    back = strip.spread(NUMPY, read)
    inside = back > 0.0
    assert inside.any()
    np.testing.assert_allclose(back[inside], ramp[inside], atol=0.51)


@pytest.mark.parametrize("side", ["right", "left"])
def test_courses_of_both_sides_mirror_each_other(side):
    other = "left" if side == "right" else "right"
    for course in (courses.crows_feet, courses.under_eye):
        first, second = np.array(course(side).courses[1]), np.array(course(other).courses[1])
        np.testing.assert_allclose(first[:, 0] - 128.0, 128.0 - second[:, 0], atol=0.6)
        np.testing.assert_allclose(first[:, 1], second[:, 1], atol=0.6)


def test_an_even_face_has_no_relief(paint):
    frame = paint(face())
    for name in RELIEF:
        assert float(CUES[name](frame).value) == pytest.approx(0.0, abs=0.15), name


@pytest.mark.parametrize("name", LINES)
def test_deeper_lines_score_higher_and_stay_with_their_own_cue(paint, name):
    steps = [score(paint(lined(name, depth)), name) for depth in (0.0, 0.05, 0.1, 0.2, 0.35)]
    assert all(low < high for low, high in pairwise(steps))
    assert steps[-1] > steps[0] + 15.0
    frame, plain = paint(lined(name, 0.35)), paint(face())
    for other in RELIEF:
        if other != name:
            assert abs(score(frame, other) - score(plain, other)) < 5.0, other


@pytest.mark.parametrize("name", LINES)
def test_lines_read_alike_on_dark_and_on_light_skin(paint, name):
    dark, light = (float(CUES[name](paint(lined(name, 0.25, shade))).value) for shade in (38.0, 75.0))
    assert dark == pytest.approx(light, rel=0.12)


@pytest.mark.parametrize("name", LINES)
def test_a_light_line_counts_less_than_two_thirds_of_a_line(paint, name):
    dark = groove(beside(name)[0], 0.15, 1.3)
    risen, sunken = (float(CUES[name](paint(dimmed(face(), factor))).value) for factor in (2.0 - dark, dark))
    assert risen < 2 / 3 * sunken


def test_heat_lies_on_the_line(paint):
    heat = np.asarray(CUES["forehead_lines"](paint(lined("forehead_lines", 0.3))).heat())
    y, x = np.unravel_index(heat.argmax(), heat.shape)
    assert min(abs(y - row) for row in (26, 36, 46)) <= 1
    assert 80 <= x <= 176
    assert heat[80:].max() == 0.0


def test_a_shaded_cheek_is_no_fold(paint):
    across = np.abs(np.arange(SIDE) - 128.0)[None].repeat(SIDE, axis=0)
    shaded = dimmed(face(), 1.0 - 0.35 * np.clip((across - 20.0) / 60.0, 0.0, 1.0))
    assert float(CUES["nasolabial_folds"](paint(shaded)).value) < 1.0


def rough(amount: float, seed: int = 3) -> np.ndarray:
    grain = cv2.GaussianBlur(np.random.default_rng(seed).normal(0.0, 1.0, (SIDE, SIDE)), (0, 0), 1.2)
    lab = face()
    lab[..., 0] += amount * grain / grain.std()
    return lab


def test_roughness_is_measured_back(paint):
    values = [float(CUES["texture"](paint(rough(amount))).value) for amount in (0.5, 1.0, 2.0)]
    np.testing.assert_allclose(np.array(values) / values[1], [0.5, 1.0, 2.0], rtol=0.1)
    assert 0.4 < values[1] < 1.0  # the band lets part of such a grain through


def test_roughness_is_no_line_no_pore_and_no_flake(paint):
    frame = paint(rough(1.0))
    for name in ("forehead_lines", "frown_lines", "crows_feet", "under_eye_lines", "pores", "dryness"):
        assert abs(score(frame, name)) < 12.0, name


def dotted(height: float, sigma: float, step: int = 6) -> np.ndarray:
    """Give a face with small specks, darker where the height is below 0."""
    dots = np.zeros((SIDE, SIDE))
    dots[3::step, 3::step] = 1.0
    bump = cv2.GaussianBlur(dots, (0, 0), sigma)
    return dimmed(face(), 1.0 + height * bump / bump.max())


def test_dark_specks_are_pores_and_light_ones_are_flakes(paint):
    dark, light, even = paint(dotted(-0.2, 0.7)), paint(dotted(0.2, 1.0)), paint(face())
    assert score(dark, "pores") > score(even, "pores") + 20.0
    assert score(light, "pores") < score(even, "pores")
    assert score(light, "dryness") > score(even, "dryness") + 20.0
    assert score(dark, "dryness") < score(even, "dryness") + 1.0


@pytest.mark.parametrize(("name", "sign", "sigma"), [("pores", -1.0, 0.7), ("dryness", 1.0, 1.0)])
def test_higher_specks_score_higher(paint, name, sign, sigma):
    steps = [score(paint(dotted(sign * height, sigma)), name) for height in (0.0, 0.05, 0.1, 0.2)]
    assert all(low < high for low, high in pairwise(steps))


def test_glare_is_no_flake(paint):
    lab = face()
    for y in range(100, 150, 8):
        cv2.circle(lab, (128, y), 3, (98.0, 0.0, 0.0), -1)
    assert score(paint(lab), "dryness") < 5.0


def test_glasses_lie_across_the_bridge(paint):
    rim = np.array([(100.0, 84.0), (156.0, 84.0)])
    assert float(bridge_line(paint(dimmed(face(), groove(rim, 0.6, 1.5))))) > 25.0
    furrow = np.array([(122.0, 80.0), (134.0, 80.0)])
    assert float(bridge_line(paint(dimmed(face(), groove(furrow, 0.3, 1.2))))) < 25.0
    assert float(bridge_line(paint(face()))) < 1.0


def test_glasses_and_too_few_pixels_leave_cues_out(paint):
    values = {name: float(value) for name, value in values_of(paint(face())).items()}
    every = read_cues(values, GOOD, TABLE, greyscale=True)
    assert set(RELIEF) <= set(every)
    hidden = read_cues(values | {"gate.glasses": 60.0}, GOOD, TABLE, greyscale=True)
    assert set(RELIEF) - set(hidden) == {"frown_lines", "crows_feet", "under_eye_lines"}
    small = read_cues(values | {"eye_distance": 52.0}, GOOD, TABLE, greyscale=True)
    assert set(RELIEF) & set(small) == {"forehead_lines", "frown_lines", "nasolabial_folds"}
    limit = TABLE["cues"]["pores"]["min_eye_distance"]
    assert "pores" in read_cues(values | {"eye_distance": limit}, GOOD, TABLE, greyscale=True)


def test_relief_needs_no_colour(paint):
    lab = lined("forehead_lines", 0.3)
    lab[..., 1:] = 0.0
    coloured, grey = score(paint(lined("forehead_lines", 0.3)), "forehead_lines"), score(paint(lab), "forehead_lines")
    assert grey == pytest.approx(coloured, abs=3.0)


def test_the_left_and_the_right_are_measured_alike(paint):
    frame = paint(lined("crows_feet", 0.3))
    mirrored = paint(lined("crows_feet", 0.3)[:, ::-1])
    left, right = CUES["crows_feet"](frame).regions, CUES["crows_feet"](mirrored).regions
    assert float(left["left_crows_feet"]) == pytest.approx(float(right["right_crows_feet"]), rel=0.1)
    assert float(left["right_crows_feet"]) == pytest.approx(0.0, abs=0.05)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_any_picture_gives_finite_numbers_and_no_negative_line(paint_any, seed):
    lab = np.random.default_rng(seed).uniform((0, -40, -40), (100, 40, 40), (SIDE, SIDE, 3))
    frame = paint_any(lab)
    for name in RELIEF:
        measured = CUES[name](frame)
        assert np.isfinite(measured.value), name
        assert np.isfinite(np.asarray(measured.heat())).all(), name
        if name in LINES:
            assert 0.0 <= float(measured.value) <= 100.0, name


@pytest.fixture(scope="session")
def paint_any(paint):
    return paint


def test_every_row_has_a_definition_and_is_given_without_colour():
    for name in RELIEF:
        row = TABLE["cues"][name]
        assert row["colour"] is False
        assert set(row["definition"]) == {"en", "zh"}
        assert set(row["name"]) == {"en", "zh"}
        assert row["none"] < row["strong"]
        assert row["good"] < row["noticeable"]


def test_an_even_half_face_counts_where_it_is_seen(paint):
    lab = lined("under_eye_lines", 0.3)
    lab[region_masks()["right_under_eye"]] = (8.0, 0.0, 0.0)
    frame = paint(lab)
    values = CUES["under_eye_lines"](frame)
    assert float(frame.usable("right_under_eye")) == 0.0
    assert float(values.value) == pytest.approx(float(values.regions["left_under_eye"]), rel=1e-4)
