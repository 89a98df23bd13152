import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.vision import light
from makeup_ai.vision.colour import lab_pixels
from makeup_ai.vision.light import read_light
from makeup_ai.vision.patch import SCENE, FacePatch
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.table import default_table
from makeup_ai.vision.warp import nodes

TABLE = default_table()


def read(patch: FacePatch, scale=(1.0, 1.0, 1.0)) -> light.Light:
    """Read the light of a patch whose channels are multiplied in linear light, without rounding or clipping."""
    crop, scene = (NUMPY.planes(scaled(pixels, scale)) for pixels in (patch.crop, patch.scene))
    return read_light(NUMPY, crop, patch.points, nodes(NUMPY, patch.points[:468]), scene, TABLE)


def scaled(pixels: np.ndarray, scale) -> np.ndarray:
    unit = pixels / 255.0
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4) * np.float32(scale)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return (srgb * 255.0).astype(np.float32)


gain = st.floats(0.4, 1.0)


@settings(max_examples=15, deadline=None)
@given(st.tuples(gain, gain, gain))
def test_whatever_multiplies_a_channel_is_divided_out(patch, scale):
    before, after = read(patch), read(patch, scale)
    assert after.gains * np.float32(scale) == pytest.approx(before.gains, rel=0.01)


def test_a_darker_photo_is_brightened_by_as_many_stops(patch):
    assert float(read(patch, (0.5, 0.5, 0.5)).stops - read(patch).stops) == pytest.approx(1.0, abs=0.01)


def test_neutral_light_is_neutral_and_a_tint_is_told_by_its_chroma():
    assert float(light.cast(NUMPY, np.float32([0.7, 0.7, 0.7]))) == pytest.approx(0.0, abs=0.01)
    warm = np.float32([1.2, 1.0, 0.8])
    lab = lab_pixels(NUMPY, warm / warm.mean() * 0.2)
    assert float(light.cast(NUMPY, warm)) == pytest.approx(float(np.hypot(lab[1], lab[2])), abs=0.01)
    assert float(light.cast(NUMPY, warm * 0.1)) == pytest.approx(float(light.cast(NUMPY, warm)), abs=0.01)


def test_the_references_by_hand():
    scene = np.zeros((3, 2, 2), np.float32)
    scene[..., 1] = np.float32([[0.8], [0.4], [0.2]])
    assert light.grey_world(NUMPY, scene) == pytest.approx((0.4, 0.2, 0.1))
    assert light.shades_of_grey(NUMPY, scene) == pytest.approx(np.array([0.8, 0.4, 0.2]) * 0.5 ** (1 / 6), rel=1e-4)
    edges = light.edge_strengths(NUMPY, scene)  # two across of full height, two down of none
    assert sorted(edges[0].tolist()) == pytest.approx([0.0, 0.0, 0.8, 0.8])
    assert light.minkowski(NUMPY, edges) == pytest.approx(np.array([0.8, 0.4, 0.2]) * 0.5 ** (1 / 6), rel=1e-4)


def share_clipped(scene: np.ndarray) -> float:
    ends = light.near_the_end(NUMPY, scene, 0.85)
    return float(light.clipped_edges(NUMPY, ends, light.edge_strengths(NUMPY, scene)))


def test_edges_beside_burnt_out_pixels_are_counted_by_their_strength():
    scene = np.full((3, 4, 4), 0.2, np.float32)
    assert share_clipped(scene) == 0.0
    scene[:, 0, 0] = 1.0
    assert share_clipped(scene) == pytest.approx(100.0)
    scene[:, 3, 3] = 0.8  # as bright as can be without being near the end: edges of 0.6 beside those of 0.8
    assert share_clipped(scene) == pytest.approx(100.0 * 0.8**6 / (0.8**6 + 0.6**6), rel=1e-3)


def test_the_end_of_the_range_begins_softly():
    found = light.near_the_end(NUMPY, np.float32([0.5, 0.85, 0.925, 1.0]), 0.85)
    assert found == pytest.approx([0.0, 0.0, 0.5, 1.0], abs=1e-5)


def test_every_row_of_weights_sums_to_one_whatever_the_eyes_are_worth():
    for row in ("exposure", "colour"):
        for trust in (0.0, 0.3, 1.0):
            weights = light._weights(NUMPY, TABLE["light"][row], np.float32(trust))
            assert float(weights.sum()) == pytest.approx(1.0)


def test_closed_eyes_are_not_believed(patch):
    points = patch.points.copy()
    for upper, lower, *_ in light._LIDS:
        points[upper] = points[lower]
    crop, scene = NUMPY.planes(patch.crop), NUMPY.planes(patch.scene)
    shut = read_light(NUMPY, crop, points, nodes(NUMPY, points[:468]), scene, TABLE)
    assert float(read(patch).sclera) > 0.5
    assert float(shut.sclera) == 0.0


def test_a_black_picture_has_a_light_without_infinities(patch):
    black = FacePatch(np.zeros_like(patch.crop), patch.points, np.zeros((SCENE, SCENE, 3), np.uint8))
    found = read(black)
    assert np.isfinite(found.gains).all()
    assert np.isfinite([float(getattr(found, name)) for name in ("cast", "clipped", *light.MEASURED)]).all()
