"""Outlines and heat come to lie on the photo where the canonical frame has them."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.vision import canonical, overlay
from makeup_ai.vision.canonical import SIDE
from makeup_ai.vision.patch import SCENE, FacePatch
from makeup_ai.vision.warp import CROP

SCALE = CROP / SIDE


def mean_face(shade: int = 128, bend=lambda points: points) -> FacePatch:
    """A patch whose mesh is the mean mesh, so that a place of the frame lies at SCALE times itself."""
    points = np.zeros((478, 3), np.float32)
    points[:468, :2] = canonical.points() * SCALE
    return FacePatch(
        np.full((CROP, CROP, 3), shade, np.uint8), bend(points), np.full((SCENE, SCENE, 3), shade, np.uint8)
    )


@pytest.mark.parametrize("name", canonical.REGIONS)
def test_an_outline_encloses_its_region(name):
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for part in overlay.region_outlines()[name]:
        cv2.fillPoly(canvas, [np.round(part).astype(np.int32)], (1,))
    mask = canonical.region_masks()[name]
    assert (mask & (canvas > 0)).sum() / (mask | (canvas > 0)).sum() > 0.8


def test_an_outline_is_moved_as_the_mesh_is():
    line = np.array([[60.0, 130.0], [128.0, 120.0], [190.0, 160.0]])
    np.testing.assert_allclose(overlay.onto_crop(mean_face(), line), line * SCALE, atol=0.5)


def test_a_pixel_of_the_crop_knows_its_place_in_the_frame():
    places = overlay.places_in_frame(mean_face(), SIDE)
    inside = places[..., 0] >= 0
    rows, columns = np.nonzero(inside)
    expected = ((np.column_stack([columns, rows]) + 0.5) * (CROP / SIDE) - 0.5) / SCALE
    np.testing.assert_allclose(places[inside], expected, atol=0.05)
    assert inside[canonical.region_masks()["nose"]].all() and not inside[0, 0]


def test_there_and_back_again_is_the_same_place_on_a_real_face(patch):
    places = overlay.places_in_frame(patch, CROP)
    for part in overlay.region_outlines()["right_cheek"] + overlay.region_outlines()["chin"]:
        x, y = np.round(overlay.onto_crop(patch, part)).astype(int).T
        assert np.abs(places[y, x] - part).max() < 2.5


def test_of_two_that_hide_each_other_the_nearer_counts():
    """The left half of the face, folded over the right half along the middle line, in front of it."""

    def fold(points):
        folded = points[:, 0] > CROP / 2
        points[folded, 0] = CROP - points[folded, 0]
        points[folded, 2] = -80.0
        return points

    places = overlay.places_in_frame(mean_face(bend=fold), SIDE)
    cheek = np.argwhere(canonical.region_masks()["right_cheek"])[::7]
    seen = places[cheek[:, 0], cheek[:, 1]]
    assert (seen[:, 0] > SIDE / 2).all()
    np.testing.assert_allclose(seen[:, 0], SIDE - cheek[:, 1], atol=1.5)


@pytest.mark.parametrize("shade", [15, 128, 240])
def test_heat_is_seen_at_its_place_on_every_shade_of_skin(shade):
    y, x = np.mgrid[:SIDE, :SIDE]
    cheek = np.argwhere(canonical.region_masks()["right_cheek"]).mean(axis=0)
    heat = (10.0 * np.exp(-((y - cheek[0]) ** 2 + (x - cheek[1]) ** 2) / 50.0)).astype(np.float32)
    patch = mean_face(shade)
    places = overlay.places_in_frame(patch, SIDE)
    cover = overlay.cover_of(["right_cheek", "left_cheek"])
    picture = overlay.heat_picture(patch, heat, cover, (0.0, 10.0), places).astype(int)
    colour = picture.max(axis=2) - picture.min(axis=2)
    assert np.hypot(*(np.unravel_index(colour.argmax(), colour.shape) - cheek)) < 6.0
    there, untouched = picture[int(cheek[0]), int(cheek[1])], picture[5, 5]
    assert np.ptp(untouched) == 0 and np.abs(there - untouched).max() > 40


def test_heat_beside_its_regions_is_not_shown():
    patch = mean_face()
    heat = np.full((SIDE, SIDE), 10.0, np.float32)
    picture = overlay.heat_picture(
        patch, heat, overlay.cover_of(["chin"]), (0.0, 10.0), overlay.places_in_frame(patch, SIDE)
    )
    grey = np.ptp(picture.astype(int), axis=2) == 0
    assert grey[canonical.region_masks()["forehead"]].all() and not grey[canonical.region_masks()["chin"]].any()


def test_the_cover_of_an_unknown_place_is_the_face_without_its_features():
    cover = overlay.cover_of(["nowhere"])
    features = canonical.features()
    assert cover[canonical.region_masks()["forehead"]].all()
    assert not (cover & (features["lips"] | features["left_eye"] | ~features["face"])).any()
    np.testing.assert_array_equal(overlay.cover_of(["lips"]), features["lips"])


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_heat_is_darker_so_that_it_also_prints_in_grey(one, other):
    low, high = sorted((one, other))
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert float(overlay.coloured(low) @ weights) >= float(overlay.coloured(high) @ weights) - 1e-3


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_share_stays_within_its_limits_whichever_comes_first(value, low, high):
    part = float(overlay.share(value, (low, high)))
    assert 0.0 <= part <= 1.0
    if abs(high - low) > 1.0:
        assert part == pytest.approx(1.0 - float(overlay.share(value, (high, low))), abs=1e-3)


def test_a_picture_survives_its_encoding():
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, 30:] = (200, 40, 90)
    text = overlay.image_text(picture, 95)
    assert text.startswith("data:image/jpeg;base64,")
    data = np.frombuffer(base64.b64decode(text.split(",")[1]), np.uint8)
    back = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]
    assert np.abs(back[20, 50].astype(int) - (200, 40, 90)).max() < 8
