import cv2
import numpy as np
import pytest

from makeup_ai.errors import ModelsMissingError
from makeup_ai.vision import canonical
from makeup_ai.vision.face import FaceFinder, FaceMesh

# The face in the photo of skimage.data.astronaut(), read off by eye.
EYES = np.array([[204.0, 108.0], [246.0, 105.0]])
NOSE_TIP, CHIN = 4, 152


def test_the_mesh_lies_on_the_face(mesh: FaceMesh):
    assert mesh.count == 1
    assert mesh.confidence > 0.8
    assert mesh.presence > 0.9
    assert mesh.points.shape == (468, 3)
    assert mesh.irises.shape == (2, 5, 2)
    assert np.abs(mesh.irises[:, 0] - EYES).max() < 8
    assert mesh.eye_distance == pytest.approx(float(np.hypot(*(EYES[1] - EYES[0]))), rel=0.15)
    assert EYES[:, 1].max() < mesh.points[NOSE_TIP, 1] < mesh.points[CHIN, 1]
    left, top, width, height = mesh.box
    assert left < EYES[0, 0] < EYES[1, 0] < left + width
    assert top < 108 < top + height


def test_each_iris_lies_within_its_eye(mesh: FaceMesh):
    for iris, vertices in zip(mesh.irises, (canonical.RIGHT_EYE, canonical.LEFT_EYE), strict=True):
        corners = mesh.points[list(vertices), :2]
        assert (corners.min(axis=0) - 1 < iris[0]).all()
        assert (iris[0] < corners.max(axis=0) + 1).all()


def error(found: FaceMesh | None, expected: np.ndarray) -> float:
    assert found is not None
    return float(np.hypot(*(found.points[:, :2] - expected).T).mean() / found.eye_distance)


def test_a_small_face_in_a_corner_of_a_large_photo_is_found(finder: FaceFinder, mesh: FaceMesh, astronaut):
    canvas = np.full((1600, 2048, 3), 128, np.uint8)
    canvas[1050:1450, 60:460] = astronaut[:400, :400]
    assert error(finder.find(canvas), mesh.points[:, :2] + [60, 1050]) < 0.06


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_lying_face_is_found(finder: FaceFinder, mesh: FaceMesh, astronaut, quarters):
    x, y = mesh.points[:, 0], mesh.points[:, 1]
    expected = {1: (y, 512 - x), 2: (512 - x, 512 - y), 3: (512 - y, x)}[quarters]
    found = finder.find(np.ascontiguousarray(np.rot90(astronaut, quarters)))
    assert error(found, np.column_stack(expected)) < 0.08


def test_a_close_up_without_margin_is_found(finder: FaceFinder, mesh: FaceMesh, astronaut):
    left, top, width, height = (round(side) for side in mesh.box)
    close = np.ascontiguousarray(astronaut[top : top + height, left : left + width])
    assert error(finder.find(close), mesh.points[:, :2] - [left, top]) < 0.06


def test_of_two_faces_the_larger_is_measured(finder: FaceFinder, mesh: FaceMesh, astronaut):
    smaller = cv2.resize(astronaut[:220, 130:330], None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    canvas = np.full((220, 350, 3), 128, np.uint8)
    canvas[:, :200] = astronaut[:220, 130:330]
    canvas[20:185, 200:] = smaller
    found = finder.find(canvas)
    assert found is not None
    assert found.count == 2
    assert error(found, mesh.points[:, :2] - [130, 0]) < 0.06


@pytest.mark.parametrize("shape", [(64, 64), (480, 640), (2048, 100)])
def test_no_face_gives_none(finder: FaceFinder, shape):
    ramp = np.linspace(0, 255, shape[1]).astype(np.uint8)
    pixels = np.repeat(np.tile(ramp, (shape[0], 1))[..., None], 3, axis=2)
    assert finder.find(pixels) is None


def test_the_same_photo_gives_the_same_mesh(finder: FaceFinder, mesh: FaceMesh, astronaut):
    again = finder.find(astronaut)
    assert again is not None
    np.testing.assert_array_equal(again.points, mesh.points)


def test_without_models_the_remedy_is_named(tmp_path):
    with pytest.raises(ModelsMissingError, match="models pull"):
        FaceFinder(tmp_path)
