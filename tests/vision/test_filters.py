import numpy as np
import pytest

from makeup_ai.vision.filters import (
    blur,
    blur_within,
    curvatures,
    derivative_matrix,
    gaussian_matrix,
    principal_curvatures,
)
from makeup_ai.vision.space import NUMPY
from makeup_ai.vision.statistics import average, median, quantile

Y, X = np.mgrid[0:64, 0:64].astype(np.float32)


def test_a_blur_keeps_an_even_picture_also_at_its_border():
    assert blur(NUMPY, np.full((64, 64), 7.0, np.float32), 3.0) == pytest.approx(np.full((64, 64), 7.0), abs=1e-4)
    assert gaussian_matrix(64, 3.0).sum(axis=1) == pytest.approx(np.ones(64), abs=1e-6)


def test_a_point_becomes_a_gaussian():
    point = np.zeros((64, 64), np.float32)
    point[32, 32] = 1.0
    found = blur(NUMPY, point, 2.0)
    assert found[32, 32] == pytest.approx(1 / (2 * np.pi * 4), rel=1e-3)
    assert found[32, 34] / found[32, 32] == pytest.approx(np.exp(-0.5), rel=1e-3)


def test_a_parabola_has_its_curvature():
    down, across, mixed = (m[32, 32] for m in curvatures(NUMPY, 0.5 * (X - 32) ** 2 + 0.1 * (X - 32) * (Y - 32), 2.0))
    assert across == pytest.approx(4.0, rel=0.01)  # the second derivative, 1, times sigma squared
    assert down == pytest.approx(0.0, abs=0.02)
    assert mixed == pytest.approx(0.4, rel=0.02)


def test_a_dark_upright_line_and_a_dark_spot_are_told_apart():
    line = -10 * np.exp(-((X - 32) ** 2) / 8)
    spot = -10 * np.exp(-((X - 32) ** 2 + (Y - 32) ** 2) / 8)
    large, small, upright = (m[32, 32] for m in principal_curvatures(NUMPY, line, 2.0))
    assert large > 2
    assert abs(small) < 0.1 * large
    assert upright > 2
    assert principal_curvatures(NUMPY, line.T, 2.0)[2][32, 32] < -2
    large, small, _ = (m[32, 32] for m in principal_curvatures(NUMPY, spot, 2.0))
    assert small == pytest.approx(large, rel=0.02)
    assert small > 1


def test_derivatives_of_an_even_picture_vanish():
    for order in (1, 2):
        assert derivative_matrix(64, 2.0, order) @ np.full(64, 50.0, np.float32) == pytest.approx(
            np.zeros(64), abs=1e-3
        )


def test_a_blur_within_does_not_take_in_what_has_no_weight():
    picture = np.where(X < 32, 10.0, 99.0).astype(np.float32)
    inside = (X < 32).astype(np.float32)
    assert blur_within(NUMPY, picture, inside, 4.0)[:, :32] == pytest.approx(np.full((64, 32), 10.0), abs=1e-2)


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_quantiles_are_those_of_numpy_over_what_counts(count):
    rng = np.random.default_rng(count)
    values = rng.normal(size=(3, 40)).astype(np.float32)
    weights = np.zeros((3, 40), np.float32)
    for row in weights:
        row[rng.permutation(40)[:count]] = 1.0
    found = quantile(NUMPY, values, weights, (0.0, 0.1, 0.5, 0.95, 1.0))
    for row in range(3):
        expected = np.quantile(values[row][weights[row] > 0], (0.0, 0.1, 0.5, 0.95, 1.0))
        assert found[row] == pytest.approx(expected, abs=1e-4)
    assert median(NUMPY, values, weights) == pytest.approx(found[:, 2])


def test_nothing_that_counts_gives_zero():
    nothing = np.zeros(4, np.float32)
    assert median(NUMPY, np.float32([1, 2, 3, 4]), nothing) == 0.0
    assert average(NUMPY, np.float32([1, 2, 3, 4]), nothing) == 0.0
