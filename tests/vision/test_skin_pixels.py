import numpy as np
import pytest

from makeup_ai.vision.canonical import REGIONS, SIDE, region_masks
from makeup_ai.vision.gate import gate_values
from makeup_ai.vision.table import default_table

TABLE = default_table()
TONES = [(78.0, 10.0, 16.0), (62.0, 16.0, 22.0), (42.0, 16.0, 20.0), (28.0, 12.0, 12.0)]
LIMITS = {row["name"]: row["threshold"] for row in TABLE["gate"]}


def face(lab, **regions) -> np.ndarray:
    picture = np.full((SIDE, SIDE, 3), lab, np.float64)
    for name, other in regions.items():
        picture[region_masks()[name]] = other
    return picture


def value(frame, name: str) -> float:
    return float(gate_values(frame)[name])


@pytest.mark.parametrize("tone", TONES)
def test_skin_of_every_tone_is_all_skin(paint, tone):
    frame = paint(face(tone))
    assert all(float(frame.share(name)) > 0.98 for name in REGIONS)
    assert value(frame, "occlusion") == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize("tone", TONES)
def test_shade_on_one_side_stays_skin(paint, tone):
    picture = face(tone)
    factor = np.linspace(0.75, 1.0, SIDE)[None, :, None]  # of the cube roots: well over a stop from side to side
    above = np.array([16.0, 0.0, 0.0])
    picture = (picture + above) * factor - above
    frame = paint(picture)
    assert all(float(frame.share(name)) > 0.9 for name in REGIONS)


@pytest.mark.parametrize("hair", [(60.0, 2.0, 6.0), (75.0, 0.0, 3.0), (25.0, 1.0, 2.0)])
@pytest.mark.parametrize("tone", TONES[:2])
def test_grey_white_and_black_hair_on_the_whole_forehead_is_no_skin(paint, tone, hair):
    frame = paint(face(tone, forehead=hair))
    assert float(frame.share("forehead")) < TABLE["skin"]["min_share"]
    assert float(frame.share("right_cheek")) > 0.98
    assert value(frame, "occlusion") < LIMITS["occlusion"]  # a fringe alone refuses nothing


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("cloth", [(75.0, -2.0, -12.0), (20.0, 0.0, 0.0), (90.0, 0.0, 0.0)])
def test_a_mask_is_an_occlusion_on_every_tone(paint, tone, cloth):
    names = ("nose", "right_cheek", "left_cheek", "chin", "right_nasolabial", "left_nasolabial")
    frame = paint(face(tone, **dict.fromkeys(names, cloth)))
    assert value(frame, "occlusion") > LIMITS["occlusion"]
    assert float(frame.share("forehead")) > 0.9


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("cloth", [(75.0, -2.0, -12.0), (20.0, 0.0, 0.0)])
def test_cloth_is_no_skin(paint, tone, cloth):
    frame = paint(face(tone, chin=cloth, nose=cloth))
    assert all(float(frame.share(name)) < TABLE["skin"]["min_share"] for name in ("chin", "nose"))


@pytest.mark.parametrize("tone", TONES)
def test_a_red_nose_is_still_skin(paint, tone):
    frame = paint(face(tone, nose=(tone[0] - 4.0, tone[1] + 10.0, tone[2])))
    assert float(frame.share("nose")) > 0.9
