import cv2
import numpy as np
import pytest

from makeup_ai.vision.canonical import SIDE, points
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.warp import CROP, nodes, places, sample, stretch

SCALE = CROP / SIDE


def placed(points_: np.ndarray) -> np.ndarray:
    return nodes(NUMPY, np.pad(points_, ((0, 0), (0, 1))).astype(np.float32))


def test_the_frame_of_the_mean_face_is_the_crop_itself():
    picture = cv2.GaussianBlur(np.random.default_rng(0).random((SIDE, SIDE, 3)), (0, 0), 4).astype(np.float32)
    read = sample(NUMPY, NUMPY.planes(picture), places(NUMPY, placed(points()), 0.0, 0.0, float(SIDE), SIDE))
    assert np.abs(cv2.merge(read.reshape(3, SIDE, SIDE)) - picture)[2:-2, 2:-2].max() < 0.005


def test_a_moved_and_grown_face_is_read_the_same():
    picture = cv2.GaussianBlur(np.random.default_rng(1).random((SIDE, SIDE, 3)), (0, 0), 6).astype(np.float32)
    matrix = np.float32([[1.1, 0.2, 20.0], [-0.2, 1.1, 30.0]])
    moved = cv2.warpAffine(picture, matrix, (360, 360), borderMode=cv2.BORDER_REPLICATE)
    face = points() @ matrix[:, :2].T + matrix[:, 2]
    read = sample(NUMPY, NUMPY.planes(moved), places(NUMPY, placed(face), 64.0, 64.0, 128.0, 128))
    assert np.abs(cv2.merge(read.reshape(3, 128, 128)) - picture[64:192, 64:192]).max() < 0.01


def test_a_fine_window_shows_the_same_place_at_twice_the_density():
    whole = places(NUMPY, placed(points() * SCALE), 0.0, 0.0, float(SIDE), SIDE).reshape(2, SIDE, SIDE)
    fine = places(NUMPY, placed(points() * SCALE), 96.0, 22.0, 64.0, 128).reshape(2, 128, 128)
    blocks = NUMPY.halve(fine)
    assert np.abs(blocks - whole[:, 22:86, 96:160]).max() < 0.05


def test_between_pixels_by_hand():
    image = np.float32([[[0, 10], [20, 30]], [[1, 1], [1, 1]]])
    read = sample(NUMPY, image, np.float32([[0.5, 0.0], [0.5, 0.25]]))
    assert read.tolist() == [[15.0, 5.0], [1.0, 1.0]]


def test_outside_a_picture_its_border_goes_on():
    image = np.float32([[[1, 2], [3, 4]]])
    assert sample(NUMPY, image, np.float32([[-5, 9], [-5, 9]]))[0] == pytest.approx([1.0, 4.0], abs=0.01)


def test_a_face_that_is_narrow_on_one_side_is_turned_away_there():
    face = points().copy()
    middle = SIDE / 2
    face[:, 0] = np.where(face[:, 0] < middle, middle + (face[:, 0] - middle) * 0.2, face[:, 0])
    area = stretch(NUMPY, placed(face))
    assert area[128, 60] < 0.5 < 1.2 < area[128, 196]
    assert stretch(NUMPY, placed(points() * 2.0)) == pytest.approx(np.ones((SIDE, SIDE)), abs=0.1)
