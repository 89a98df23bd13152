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


def test_matt_even_skin_has_no_cue_but_its_colours(paint, skin):
    for name in ("redness", "shine", "uneven_tone", "dark_spots", "blemishes", "dark_circles", "eye_bags"):
        assert CUES[name](paint(skin)).value == pytest.approx(0.0, abs=0.05), name


def read(frame, table=TABLE, capture=GOOD, *, greyscale=False):
    return read_cues({k: float(v) for k, v in values_of(frame).items()}, capture, table, greyscale=greyscale)


def test_scores_stay_on_their_scale(paint, skin):
    for name in ("nose", "right_cheek", "left_cheek"):
        skin[region_masks()[name]] = (57.0, 32.0, 18.0)
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
        assert measured.heat is None or np.shape(measured.heat()) == (SIDE, SIDE), name
