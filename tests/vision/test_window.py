import math

import numpy as np
import pytest

from makeup_ai.vision.window import Window


def test_the_whole_photo_is_letterboxed():
    pixels = np.full((40, 80, 3), 200, np.uint8)
    crop = Window.around(80, 40).crop(pixels, 80)
    assert (crop[:19] == 0).all()
    assert (crop[21:59] == 200).all()
    assert (crop[61:] == 0).all()


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 2, math.pi])
def test_points_there_and_back(angle):
    window = Window(30.0, 20.0, 12.0, angle)
    points = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 0.25]])
    np.testing.assert_allclose(window.from_photo(window.to_photo(points)), points, atol=1e-12)
    np.testing.assert_allclose(window.to_photo([0.5, 0.5]), [30.0, 20.0])


def test_a_quarter_turn_reads_the_photo_from_the_side():
    # Turned clockwise by a quarter, the window's top left corner lies at the photo's top right.
    window = Window(50.0, 50.0, 100.0, math.pi / 2)
    np.testing.assert_allclose(window.to_photo([0.0, 0.0]), [100.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(window.to_photo([1.0, 0.0]), [100.0, 100.0], atol=1e-9)


@pytest.mark.parametrize("size", [50, 20, 8])
def test_a_bright_spot_is_where_its_coordinates_say(size):
    pixels = np.zeros((300, 400), np.uint8)
    pixels[96:112, 208:224] = 255
    window = Window(200.0, 120.0, 160.0, 0.4)
    crop = window.crop(pixels, size).astype(float)
    y, x = np.mgrid[0:size, 0:size]
    seen = np.array([(crop * x).sum(), (crop * y).sum()]) / crop.sum() / size
    np.testing.assert_allclose(seen, window.from_photo([215.5, 103.5]), atol=0.3 / size)


def test_far_views_average_instead_of_skipping():
    checks = np.zeros((1024, 1024), np.uint8)
    checks[::2] = 254
    crop = Window.around(1024, 1024).crop(checks, 32)
    assert np.abs(crop[1:-1, 1:-1].astype(int) - 127).max() <= 1


def test_the_edge_goes_on_where_asked():
    pixels = np.full((10, 10), 90, np.uint8)
    window = Window(0.0, 0.0, 10.0)
    assert window.crop(pixels, 10, replicate=True).min() == 90
    assert window.crop(pixels, 10).min() == 0
