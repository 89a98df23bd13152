import numpy as np
import pytest

from makeup_ai.vision import canonical
from makeup_ai.vision.canonical import NODES, REGIONS, SIDE, features, grid, line, points, polygon, region_masks


def test_every_region_lies_on_the_face_and_apart_from_its_features_and_from_others():
    taken = np.zeros((SIDE, SIDE), int)
    for name, mask in region_masks().items():
        assert mask.sum() > 300, name
        assert not (mask & ~features()["face"]).any(), name
        for feature in ("right_eye", "left_eye", "right_brow", "left_brow", "lips", "mouth"):
            assert not (mask & features()[feature]).any(), (name, feature)
        taken += mask
    assert tuple(region_masks()) == REGIONS
    assert taken.max() == 1


@pytest.mark.parametrize("name", [name for name in REGIONS if name.startswith("right_")])
def test_right_is_the_persons_right_and_left_is_its_mirror(name):
    right, left = region_masks()[name], region_masks()[name.replace("right_", "left_")]
    x = np.arange(SIDE)
    assert (right.sum(axis=0) * x).sum() / right.sum() < SIDE / 2 < (left.sum(axis=0) * x).sum() / left.sum()
    mirrored = left[:, ::-1]
    assert (right & mirrored).sum() > 0.9 * right.sum()


def test_the_labels_number_the_regions():
    for number, name in enumerate(REGIONS):
        assert (canonical.labels()[region_masks()[name]] == number).all()
    assert (canonical.labels() == len(REGIONS)).sum() == SIDE * SIDE - sum(m.sum() for m in region_masks().values())


def test_weights_sum_to_one_so_that_a_shifted_face_is_read_shifted():
    index, weights = grid()
    assert index.shape == weights.shape == (NODES * NODES, 6)
    assert index.min() >= 0
    assert index.max() < 468
    assert weights.sum(axis=1) == pytest.approx(1.0, abs=1e-6)


def test_the_mean_mesh_is_brought_to_itself():
    index, weights = grid()
    axis = np.linspace(0.0, SIDE - 1.0, NODES)
    nodes = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    placed = (points()[index] * weights[..., None]).sum(axis=1)
    assert np.abs(placed - nodes).max() < 0.01  # within the mesh exactly; outside, the affine map of it is the identity


def test_a_polygon_and_a_line_cover_their_area():
    assert polygon((33, 263, 152)).sum() == pytest.approx(
        np.ptp(points()[[33, 263], 0]) * (points()[152, 1] - points()[33, 1]) / 2, rel=0.03
    )
    length = np.linalg.norm(points()[152] - points()[10])
    assert line((10, 152), 8).sum() == pytest.approx(9 * length, rel=0.05)
