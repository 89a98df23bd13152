import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makeup_ai.vision import filters
from makeup_ai.vision.canonical import SIDE, points, polygon, region_masks
from makeup_ai.vision.colour import lab_from_linear
from makeup_ai.vision.cues import CUES, gloss, pigment, shading
from makeup_ai.vision.cues.eye_bags import LIDS
from makeup_ai.vision.cues.lip_colour import LOWER, UPPER
from makeup_ai.vision.cues.naming import colour_name
from makeup_ai.vision.report import level_of
from makeup_ai.vision.table import default_table

ROWS = default_table()["cues"]
LIGHT = np.array([0.50, 0.30, 0.20])  # linear light of a light skin, and of a dark one
DARK = np.array([0.12, 0.055, 0.032])
MELANIN = np.array([1.0, 1.42, 2.4]) / 1.42  # absorption, of green one
BLOOD = np.array([0.1, 1.0, 0.8])


def face(colour=LIGHT) -> np.ndarray:
    """An even face, `(SIDE, SIDE, 3)` linear light."""
    return np.broadcast_to(colour, (SIDE, SIDE, 3)).copy()


def blob(x: float, y: float, sigma: float) -> np.ndarray:
    """A Gaussian of height one in the frame, `(SIDE, SIDE, 1)`."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))[..., None]


def centre(region: str) -> tuple[float, float]:
    rows, columns = np.nonzero(region_masks()[region])
    return float(columns.mean()), float(rows.mean())


def inside(*regions: str) -> np.ndarray:
    return np.logical_or.reduce([region_masks()[region] for region in regions])[..., None]


@pytest.fixture
def measure(paint):
    def measured(linear, name):
        return CUES[name](paint(lab_from_linear(linear)))

    return measured


@pytest.mark.parametrize("colour", [LIGHT, DARK])
@pytest.mark.parametrize("taken", [0.05, 0.1, 0.2])
def test_a_flush_is_measured_back_alike_on_every_skin(measure, colour, taken):
    flushed = face(colour) * np.where(inside("right_cheek", "left_cheek"), (1.0, np.exp(-taken), 1.0), 1.0)
    red = measure(flushed, "redness")
    assert red.regions["right_cheek"] == pytest.approx(100 * taken, abs=1.5)  # 8 bits are coarse on dark skin
    assert red.regions["nose"] == pytest.approx(0.0, abs=1.0)
    assert red.value == pytest.approx(100 * taken * 2 / 3, abs=1.5)


@given(st.tuples(*[st.floats(0.6, 1.4)] * 3))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_colour_of_the_light_is_no_redness(measure, gains):
    flushed = face() * np.where(inside("nose"), (1.0, 0.9, 1.0), 1.0)
    assert measure(flushed * gains, "redness").value == pytest.approx(measure(flushed, "redness").value, abs=0.6)


def test_white_light_added_is_shine_of_its_region_and_no_redness(measure):
    x, y = centre("nose")
    glare = face() + 0.3 * (blob(x, y, 5.0) > 0.5)
    shine = measure(glare, "shine")
    seen = 100 * (np.sqrt(0.30 + 0.3 * 1.0) - np.sqrt(0.30))  # Hunter L that 0.3 of white adds, near enough
    pixels = (blob(x, y, 5.0) > 0.5)[region_masks()["nose"]].mean()
    assert shine.regions["nose"] == pytest.approx((seen - ROWS["shine"]["threshold"]) * pixels, rel=0.2)
    assert shine.regions["right_cheek"] == 0.0
    assert measure(glare, "redness").value == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("pigment_of", [MELANIN, BLOOD])
def test_paler_skin_is_no_shine_where_no_white_is_added(measure, pigment_of):
    x, y = centre("forehead")
    pale = face() * np.exp(0.06 * pigment_of * blob(x, y, 12.0))
    assert measure(pale, "shine").value < 0.02


def test_a_brown_spot_counts_and_a_red_one_hardly_does_among_dark_spots(measure):
    x, y = centre("right_cheek")
    brown = measure(face() * np.exp(-0.4 * MELANIN * blob(x, y, 2.5)), "dark_spots")
    red = measure(face() * np.exp(-0.4 * BLOOD * blob(x, y, 2.5)), "dark_spots")
    assert brown.regions["right_cheek"] > 0.03
    assert brown.regions["left_cheek"] == 0.0
    assert red.value < 0.25 * brown.value


def test_a_red_spot_counts_and_a_brown_one_does_not_among_blemishes(measure):
    x, y = centre("left_cheek")
    red = measure(face() * np.exp(-0.3 * BLOOD * blob(x, y, 4.0)), "blemishes")
    brown = measure(face() * np.exp(-0.3 * MELANIN * blob(x, y, 4.0)), "blemishes")
    assert red.regions["left_cheek"] > 0.3
    assert red.regions["forehead"] == 0.0
    assert brown.value < 0.05 * red.value


@pytest.mark.parametrize("name", ["dark_spots", "blemishes"])
def test_a_line_is_no_spot(measure, name):
    x, y = centre("right_cheek")
    rows = np.mgrid[:SIDE, :SIDE][0]
    line = np.exp(-((rows - y) ** 2) / (2 * 2.5**2))[..., None]
    stain = 0.4 * (MELANIN if name == "dark_spots" else BLOOD)
    spot = measure(face() * np.exp(-stain * blob(x, y, 2.5)), name).regions["right_cheek"]
    assert measure(face() * np.exp(-stain * line), name).regions["right_cheek"] < 0.1 * spot


def test_patches_are_uneven_and_a_gradient_of_light_hardly_is(measure):
    across = np.cos(np.arange(SIDE) * 2 * np.pi / 36)[None, :, None]
    patchy = measure(face() * np.exp(0.1 * across * MELANIN), "uneven_tone").value
    slope = measure(face() * np.linspace(0.8, 1.2, SIDE)[None, :, None], "uneven_tone").value
    assert patchy > 0.8
    assert slope < 0.3 * patchy


@pytest.mark.parametrize("darker", [3.0, 8.0])
def test_dark_circles_are_measured_back(measure, darker):
    base = 100 * np.sqrt(LIGHT @ (0.2126, 0.7152, 0.0722))
    under = np.where(inside("right_under_eye", "left_under_eye"), ((base - darker) / base) ** 2, 1.0)
    dark = measure(face() * under, "dark_circles")
    assert dark.value == pytest.approx(darker, abs=0.4)
    assert dark.regions["left_under_eye"] == pytest.approx(dark.regions["right_under_eye"], abs=0.3)


def under_lid(profile) -> np.ndarray:
    """A factor of light that follows a profile of the depth below both lower lids, `(SIDE, SIDE, 1)`."""
    factor = np.ones((SIDE, SIDE))
    for lid in LIDS.values():
        x, y = points()[list(lid)].T
        order = np.argsort(x)
        columns = np.arange(int(x.min()) - 4, int(x.max()) + 5)
        for column, top in zip(columns, np.interp(columns, x[order], y[order]), strict=True):
            factor[:, column] = profile(np.arange(SIDE) - top)
    return factor[..., None]


def bag(depth):
    return lambda d: 1 + depth * np.exp(-((d - 7) ** 2) / 18) - depth * np.exp(-((d - 14) ** 2) / 12)


def test_a_swelling_with_a_crease_is_a_bag_and_grows_with_its_depth(measure):
    found = [measure(face() * under_lid(bag(depth)), "eye_bags").value for depth in (0.0, 0.05, 0.1, 0.2)]
    assert found[0] == pytest.approx(0.0, abs=1e-3)
    assert np.all(np.diff(found) > 0.5)


def test_skin_that_is_only_dark_under_the_eye_is_no_bag(measure):
    dark = measure(face() * under_lid(lambda d: 1 - 0.2 * np.exp(-((d - 10) ** 2) / 72)), "eye_bags").value
    edge = measure(face() * under_lid(lambda d: np.where(d < 12, 0.8, 1.0)), "eye_bags").value
    assert max(dark, edge) < 0.1 * measure(face() * under_lid(bag(0.2)), "eye_bags").value


def test_soft_light_on_the_high_points_is_radiant_and_patches_are_not(measure):
    high = inside("forehead", "nose", "right_cheek", "left_cheek").astype(float)[..., 0]
    glow = face() * (1 + 0.2 * filters.blur(np, high.astype(np.float32), 3.0)[..., None])
    across = np.cos(np.arange(SIDE) * 2 * np.pi / 36)[None, :, None]
    plain, glowing = measure(face(), "radiance").value, measure(glow, "radiance").value
    assert glowing > plain + 3.0
    assert measure(glow * np.exp(0.1 * across * MELANIN), "radiance").value < glowing - 1.0


def test_more_radiance_is_a_strength_and_more_shine_is_a_need():
    assert [level_of(score, ROWS["radiance"]) for score in (0.0, 50.0, 100.0)] == ["need", "usual", "strength"]
    assert [level_of(score, ROWS["shine"]) for score in (0.0, 30.0, 100.0)] == ["strength", "usual", "need"]
    assert level_of(50.0, ROWS["lip_colour"]) == "description"


def test_lips_are_described_without_gloss(paint):
    lab = np.full((SIDE, SIDE, 3), (60.0, 15.0, 18.0))
    for lip, colour in ((UPPER, (45.0, 30.0, 15.0)), (LOWER, (45.0, 40.0, 20.0))):
        lab[polygon(lip)] = colour
    rows, columns = np.nonzero(polygon(LOWER))
    lab[rows[::7], columns[::7]] = (90.0, 0.0, 0.0)
    lips = CUES["lip_colour"](paint(lab))
    assert lips.regions["upper"] == pytest.approx(np.hypot(30.0, 15.0), abs=1.5)
    assert lips.regions["lower"] == pytest.approx(np.hypot(40.0, 20.0), abs=6.0)  # the gloss bleeds into its neighbours
    assert lips.colour[1] == pytest.approx(35.0, abs=3.0)


def painted_eyes(paint, lab):
    frame = paint(lab)
    for first, x in ((468, 84.0), (473, 172.0)):
        scale = frame.crop.shape[-1] / SIDE
        frame.points[first, :2] = (x * scale, 81.0 * scale)
        for i, away in enumerate(((7, 0), (0, -7), (-7, 0), (0, 7))):
            frame.points[first + 1 + i, :2] = frame.points[first, :2] + np.array(away) * scale
    return frame


@pytest.mark.parametrize(("lab", "name"), [((28.0, 14.0, 12.0), "brown"), ((40.0, -3.0, -14.0), "blue")])
def test_irises_are_read_around_the_catch_light_and_named(paint, lab, name):
    picture = np.full((SIDE, SIDE, 3), lab)
    for x in (84, 172):
        picture[79:82, x + 3 : x + 6] = (97.0, 0.0, 0.0)
    eyes = CUES["iris_colour"](painted_eyes(paint, picture))
    assert np.allclose(eyes.colour, lab, atol=3.0)
    assert eyes.value == pytest.approx(lab[2], abs=2.5)
    assert all(float(usable) == 1.0 for usable in eyes.usable.values())
    assert colour_name(eyes.colour, ROWS["iris_colour"])["en"] == name


def test_a_closed_eye_is_not_read(paint):
    frame = painted_eyes(paint, np.full((SIDE, SIDE, 3), (40.0, 10.0, 12.0)))
    frame.points[159, 1] = frame.points[145, 1] - 2.0
    eyes = CUES["iris_colour"](frame)
    assert [float(eyes.usable[name]) for name in ("right_eye", "left_eye")] == [0.0, 1.0]


@pytest.mark.parametrize("cue", ["lip_colour", "iris_colour"])
def test_every_name_of_a_colour_can_be_reached_and_has_both_languages(cue):
    reached = set()
    for lightness in range(5, 91, 3):
        for chroma in range(0, 91, 3):
            for hue in np.radians(np.arange(0, 360, 6)):
                named = colour_name((lightness, chroma * np.cos(hue), chroma * np.sin(hue)), ROWS[cue])
                reached.add(None if named is None else named["en"])
    assert reached == {band["name"]["en"] for band in ROWS[cue]["colours"]} | {None}
    assert all(set(band["name"]) == {"en", "zh"} for band in ROWS[cue]["colours"])


def test_light_from_one_side_is_taken_out_of_a_real_face(frame):
    trusted = pigment.mask(shading.FITTED) * gloss.matt(frame) > 0.5
    light, even = pigment.light(frame)[trusted], shading.evenly_lit(frame)[trusted]
    assert even.std() < 0.7 * light.std()
    assert np.allclose(np.linalg.norm(np.stack(shading.normals(frame)), axis=0), 1.0, atol=1e-4)


def test_a_mirrored_face_has_the_same_cues(paint):
    x, y = centre("right_cheek")
    linear = face() * np.exp(-0.4 * MELANIN * blob(x, y, 2.5)) * np.where(inside("nose"), (1.0, 0.9, 1.0), 1.0)
    for name in ("redness", "uneven_tone", "dark_spots", "dark_circles"):
        values = [float(CUES[name](paint(lab_from_linear(side))).value) for side in (linear, linear[:, ::-1])]
        assert values[0] == pytest.approx(values[1], rel=0.1, abs=0.02), name


def test_the_report_names_the_colour_of_the_lips_in_both_languages_or_says_nothing():
    from makeup_ai.schema import Capture
    from makeup_ai.vision.report import read_cues

    lips = {"lip_colour": 58.3, "lip_colour.upper_lip": 58.0, "lip_colour.lower_lip": 58.6}
    red = {**lips, "colour.lip_colour.l": 42.0, "colour.lip_colour.a": 50.0, "colour.lip_colour.b": 30.0}
    table = {"cues": {"lip_colour": {**ROWS["lip_colour"], "needs": []}}}
    assert read_cues(red, Capture(True, ()), table, greyscale=False)["lip_colour"].named == {
        "en": "red",
        "zh": "正红色",
    }
    pale = {**red, "colour.lip_colour.l": 95.0, "colour.lip_colour.a": 0.0, "colour.lip_colour.b": 0.0}
    assert read_cues(pale, Capture(True, ()), table, greyscale=False)["lip_colour"].named == {}
