import numpy as np
import pytest

from makeup_ai.vision.patch import SIDE, FacePatch
from makeup_ai.vision.regions import SKIN_REGIONS, polygon_mask, skin_mask, specular_mask
from makeup_ai.vision.table import default_table

SKIN = default_table()["skin"]


def test_a_polygon_covers_its_area():
    corners = np.array([[10.0, 10.0], [30.0, 10.0], [30.0, 20.0], [10.0, 20.0]])
    mask = polygon_mask(corners, (0, 1, 2, 3), 40)
    assert mask[15, 20]
    assert not mask[25, 20]
    assert mask.sum() == pytest.approx(200, rel=0.2)


def test_every_region_lies_on_the_face_and_apart_from_its_features(patch: FacePatch, masks):
    assert patch.pixels.shape == (SIDE, SIDE, 3)
    for name in SKIN_REGIONS:
        assert masks[name].sum() > 300, name
        assert (masks[name] & masks["face"]).sum() > 0.97 * masks[name].sum(), name
        for feature in ("right_eye", "left_eye", "lips"):
            assert (masks[name] & masks[feature]).sum() < 0.06 * masks[name].sum(), (name, feature)


def test_right_is_the_persons_right(masks):
    x = np.arange(SIDE)
    right, left = ((masks[name].sum(axis=0) * x).sum() / masks[name].sum() for name in ("right_cheek", "left_cheek"))
    assert right < SIDE / 2 < left


def test_glare_and_shadow_are_no_skin():
    lab = np.full((20, 20, 3), (60.0, 15.0, 18.0))
    lab[:4] = (85.0, 3.0, 4.0)  # a highlight
    lab[-4:] = (25.0, 8.0, 8.0)  # hair
    lab[10, :5] = (75.0, 19.0, 23.0)  # light skin, as colourful as its lightness asks for
    mask = np.ones((20, 20), bool)
    specular = specular_mask(lab, mask, SKIN["specular"])
    assert specular[:4].all()
    assert not specular[4:].any()
    skin = skin_mask(lab, mask, SKIN)
    assert skin[4:-4].all()
    assert skin.sum() == 12 * 20


def test_an_empty_region_stays_empty():
    nothing = np.zeros((8, 8), bool)
    lab = np.zeros((8, 8, 3))
    assert not skin_mask(lab, nothing, SKIN).any()
    assert not specular_mask(lab, nothing, SKIN["specular"]).any()
