import numpy as np
import pytest

from makeup_ai.schema import Capture, Check
from makeup_ai.vision.canonical import SIDE, region_masks
from makeup_ai.vision.cues import CUES
from makeup_ai.vision.measure import values_of
from makeup_ai.vision.report import read_cues
from makeup_ai.vision.table import default_table

TABLE = default_table()
GOOD = Capture(True, ())


@pytest.fixture
def skin() -> np.ndarray:
    """An even face, in CIELAB."""
    return np.full((SIDE, SIDE, 3), (60.0, 15.0, 18.0))


@pytest.mark.parametrize("added", [2.0, 5.0, 10.0])
def test_redness_added_to_the_cheeks_is_measured_back(paint, skin, added):
    masks = region_masks()
    skin[masks["right_cheek"] | masks["left_cheek"]] += (0.0, added, 0.0)
    red = CUES["redness"](paint(skin))
    assert red.regions["right_cheek"] == pytest.approx(added, abs=0.3)
    assert red.regions["nose"] == pytest.approx(0.0, abs=0.3)
    assert red.value == pytest.approx(added * 2 / 3, abs=0.3)


def test_a_red_tint_over_the_whole_face_is_no_redness(paint, skin):
    skin[..., 1] += 8.0
    assert CUES["redness"](paint(skin)).value == pytest.approx(0.0, abs=0.2)


def test_added_glare_is_measured_in_its_region(paint, skin):
    rows, columns = np.nonzero(region_masks()["nose"])
    upper = rows < np.median(rows)
    skin[rows[upper], columns[upper]] = (98.0, 0.0, 0.0)
    shine = CUES["shine"](paint(skin))
    assert shine.regions["nose"] == pytest.approx(50.0, abs=4.0)
    assert shine.regions["right_cheek"] == 0.0
    assert 0.0 < shine.value < 50.0


def test_matte_skin_does_not_shine(paint, skin):
    assert CUES["shine"](paint(skin)).value == 0.0


def read(frame, table=TABLE, capture=GOOD, *, greyscale=False):
    return read_cues({k: float(v) for k, v in values_of(frame).items()}, capture, table, greyscale=greyscale)


def test_scores_stay_on_their_scale(paint, skin):
    for name in ("nose", "right_cheek", "left_cheek"):
        skin[region_masks()[name]] = (50.0, 60.0, 20.0)
    assert read(paint(skin))["redness"].score == 100.0


def test_a_hidden_reference_gives_no_cue_and_a_hidden_region_is_left_out(paint, skin):
    hidden = skin.copy()
    rows, columns = np.nonzero(region_masks()["forehead"])
    hidden[rows, columns] = (20.0, 2.0, 2.0)
    hidden[rows[::20], columns[::20]] = (80.0, 15.0, 18.0)
    spotty = hidden[..., 0][region_masks()["forehead"]]
    assert np.median(spotty) == 20.0  # mostly hair: what is left is no skin of this face
    cues = read(paint(skin))
    assert "forehead" not in cues["redness"].regions
    assert {"right_cheek", "left_cheek", "nose"} == set(cues["redness"].regions)


def test_a_refused_capture_and_a_grey_photo_give_no_cue_of_colour(paint, skin):
    refused = Capture(False, (Check("blur", 0.0, "", 1.0, False),))
    assert read(paint(skin), capture=refused) == {}
    coloured = {name for name, row in TABLE["cues"].items() if row["colour"]}
    assert not coloured & set(read(paint(skin), greyscale=True))


def test_every_cue_has_its_row_in_the_table_in_both_languages():
    assert set(CUES) == set(TABLE["cues"])
    for name, row in TABLE["cues"].items():
        assert row["strong"] != row["none"], name
        assert row["noise"] > 0.0, name
        assert set(row["name"]) == {"en", "zh"}, name
        assert row["unit"], name


def test_every_formula_names_regions_of_the_frame(frame):
    for name, formula in CUES.items():
        measured = formula(frame)
        assert np.shape(measured.value) == (), name
        assert all(np.shape(value) == () for value in measured.regions.values()), name
        assert measured.heat is None or np.shape(measured.heat) == (SIDE, SIDE), name
