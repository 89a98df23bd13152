import numpy as np
import pytest

from makeup_ai.schema import Capture, Check
from makeup_ai.vision.canonical import SIDE, region_masks
from makeup_ai.vision.colour import ita_degrees
from makeup_ai.vision.measure import values_of
from makeup_ai.vision.monk import read_monk
from makeup_ai.vision.table import default_table
from makeup_ai.vision.tone import ita_class, light_error, read_tone, tone_or_reason, undertone

TABLE = default_table()


def colours(lab: tuple[float, float, float], **regions: tuple[float, float, float]) -> np.ndarray:
    """An even face with some regions of another colour, in CIELAB."""
    picture = np.full((SIDE, SIDE, 3), lab)
    for name, other in regions.items():
        picture[region_masks()[name]] = other
    return picture


def measured(frame) -> dict[str, float]:
    """What a painted face measures; its scene has no edges, so the light is given as one the estimators agree on."""
    values = {name: float(value) for name, value in values_of(frame).items()}
    return values | {"light.stops_apart": 0.0, "light.cast_apart": 0.0}


@pytest.mark.parametrize(
    ("degrees", "name"),
    [
        (56, "very light"),
        (55, "light"),
        (41.5, "light"),
        (41, "intermediate"),
        (28, "tan"),
        (10, "brown"),
        (-29.9, "brown"),
        (-30, "dark"),
        (-90, "dark"),
    ],
)
def test_ita_classes_by_their_published_limits(degrees, name):
    assert ita_class(degrees, TABLE) == name


def test_an_even_face_by_hand(paint):
    tone = read_tone(measured(paint(colours((60.0, 9.0, 10.0)))), TABLE)
    assert tone is not None
    assert tone.lab == pytest.approx((60.0, 9.0, 10.0), abs=0.2)
    assert tone.ita_degrees == pytest.approx(45.0, abs=1.0)
    assert tone.ita_class == "light"
    assert tone.hue_degrees == pytest.approx(48.0, abs=1.0)  # atan2(10, 9)
    assert tone.chroma == pytest.approx(13.5, abs=0.3)
    assert tone.monk == read_monk(tone.ita_degrees, tone.uncertainty_degrees, TABLE)


def test_light_from_one_side_widens_the_interval(paint):
    tone = read_tone(measured(paint(colours((60.0, 9.0, 10.0), left_cheek=(50.0, 9.0, 10.0)))), TABLE)
    assert tone is not None
    assert tone.ita_degrees == pytest.approx(45.0, abs=1.0)
    values = measured(paint(colours((60.0, 9.0, 10.0))))
    even = light_error((60.0, 9.0, 10.0), values, TABLE)
    # The dark cheek alone has 0 degrees, the others 45: sqrt(45^2 / 3) = 26.
    assert tone.uncertainty_degrees == pytest.approx(np.hypot(26.0, even), abs=2.0)


def test_the_error_of_the_light_by_hand():
    values = {"light.stops_apart": 0.0, "light.cast_apart": 0.0}
    table = {"tone": {"light_stops": 0.3, "light_cast": 0.0}, "light": TABLE["light"]}
    # 0.3 stops are a factor of 2^0.1 = 1.072 on L* + 16 and on b*: 65.4 and 10.7, or 54.9 and 9.3.
    by_hand = (np.degrees(np.arctan2(15.44, 10.72)) - np.degrees(np.arctan2(4.91, 9.33))) / 2.0
    assert light_error((60.0, 9.0, 10.0), values, table) == pytest.approx(by_hand, abs=0.1)
    apart = light_error((60.0, 9.0, 10.0), {**values, "light.stops_apart": 0.5}, table)
    assert apart > 1.5 * by_hand


def test_estimators_that_disagree_on_colour_widen_the_error():
    values = {"light.stops_apart": 0.0, "light.cast_apart": 0.0}
    lab = (60.0, 9.0, 10.0)
    assert light_error(lab, {**values, "light.cast_apart": 20.0}, TABLE) > light_error(lab, values, TABLE) + 2.0


def test_glare_on_a_third_of_the_face_does_not_move_the_tone(paint):
    picture = colours((60.0, 9.0, 10.0))
    for row in range(0, SIDE, 12):
        picture[row : row + 4] = (95.0, 1.0, 1.0)
    tone = read_tone(measured(paint(picture)), TABLE)
    assert tone is not None
    assert tone.ita_degrees == pytest.approx(45.0, abs=3.0)


def test_too_little_skin_gives_none(paint):
    values = measured(paint(colours((60.0, 9.0, 10.0))))
    assert read_tone({**values, "usable.forehead": 0.0}, TABLE) is None


@pytest.mark.parametrize(
    ("hues", "name"),
    [([30], "cool"), ([50, 55], "neutral"), ([70], "warm"), ([42], None), ([36, 50], None), ([61], None)],
)
def test_undertone_is_none_between_the_bands_and_where_regions_disagree(hues, name):
    assert undertone(hues, TABLE) == name


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("colour_cast", "cast"),
        ("skin_hue", "cast"),
        ("exposure", "exposure"),
        ("saturated", "exposure"),
        ("occlusion", "covered"),
        ("blur", "capture"),
    ],
)
def test_a_failed_check_withholds_the_tone_and_says_why(paint, check, reason):
    values = measured(paint(colours((60.0, 9.0, 10.0))))
    capture = Capture(False, (Check(check, 0.0, "", 1.0, False),))
    tone, withheld = tone_or_reason(values, capture, TABLE, greyscale=False)
    assert tone is None
    assert withheld == TABLE["withheld"][reason]


def test_a_warning_withholds_no_tone(paint):
    values = measured(paint(colours((60.0, 9.0, 10.0))))
    capture = Capture(True, (Check("makeup", 30.0, "", 1.0, False, severity="warn"),))
    assert tone_or_reason(values, capture, TABLE, greyscale=False)[0] is not None


def test_a_light_that_nobody_knows_withholds_the_tone(paint):
    values = measured(paint(colours((60.0, 9.0, 10.0)))) | {"light.stops_apart": 4.0}
    tone, withheld = tone_or_reason(values, Capture(True, ()), TABLE, greyscale=False)
    assert tone is None
    assert withheld == TABLE["withheld"]["exposure"]


def test_greyscale_comes_before_every_other_reason(paint):
    values = measured(paint(colours((60.0, 0.0, 0.0))))
    capture = Capture(False, (Check("blur", 0.0, "", 1.0, False),))
    assert tone_or_reason(values, capture, TABLE, greyscale=True) == (None, TABLE["withheld"]["greyscale"])


def test_a_real_face_has_a_tone(analyser, astronaut):
    tone = analyser.analyse(_photo(astronaut)).tone
    assert tone is not None
    assert tone.ita_degrees == pytest.approx(float(ita_degrees(tone.lab)))
    assert tone.ita_class in {"light", "very light"}
    assert 3.0 <= tone.uncertainty_degrees < 30.0
    assert tone.monk is not None
    assert 1.0 <= tone.monk.low <= tone.monk.value <= tone.monk.high <= 5.0


def test_the_tone_does_not_depend_on_the_size_of_the_photo(analyser, astronaut):
    import cv2

    small = analyser.analyse(_photo(astronaut)).tone
    large = analyser.analyse(_photo(cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC))).tone
    assert small is not None
    assert large is not None
    assert np.abs(np.subtract(small.lab, large.lab)).max() < 2.0


def _photo(pixels):
    from makeup_ai.vision.photo import Photo

    return Photo(pixels, pixels.shape[1], pixels.shape[0])
