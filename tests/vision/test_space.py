import gc
import weakref

import numpy as np
import pytest

from makeup_ai.vision.measure import read_patch, values_of
from makeup_ai.vision.space import COMPOSED, NUMPY, SHARED, space_of
from makeup_ai.vision.table import default_table


def test_a_choice_between_plain_numbers_is_float32_and_one_between_pictures_keeps_its_type():
    picture = np.float32([1.0, -1.0])
    assert NUMPY.where(picture > 0, 1.0, 0.0).dtype == np.float32
    assert NUMPY.where(picture > 0, picture, 0.0).tolist() == [1.0, 0.0]
    assert NUMPY.where(picture > 0, picture, 0.0).dtype == np.float32


def test_no_picture_of_the_frame_is_wider_than_float32(frame):
    values_of(frame)
    for name in ("half", "seen", "lab", "lightness", "turned", "skin", "mirror", "strange", "gains"):
        assert getattr(frame, name).dtype == np.float32, name


def test_the_namespace_of_keras_has_every_shared_operation():
    keras = pytest.importorskip("keras", reason="the graph needs the pip extra `train`")
    space = space_of(keras.ops)
    assert all(callable(getattr(space, name)) for name in (*SHARED, *COMPOSED))


def test_what_numpy_does_its_own_way_means_the_same_as_in_the_graph():
    keras = pytest.importorskip("keras", reason="the graph needs the pip extra `train`")
    graph, dice = space_of(keras.ops), np.random.default_rng(0)
    image, row = dice.random((6, 6, 3), np.float32), np.sort(dice.random((2, 9), np.float32))
    places = np.float32([[0.0], [7.25]])
    assert np.allclose(NUMPY.planes(image), graph.planes(image))
    assert np.array_equal(NUMPY.planes(image)[2, 1], image[1, :, 2])
    assert np.allclose(NUMPY.halve(image[..., 0]), graph.halve(image[..., 0]))
    assert np.allclose(NUMPY.cube_root(row), graph.cube_root(row), rtol=1e-6)
    assert np.allclose(NUMPY.at_place(row, places), graph.at_place(row, places))
    assert NUMPY.at_place(row, places) == pytest.approx([row[0, 0], 0.75 * row[1, 7] + 0.25 * row[1, 8]])
    assert NUMPY.at_place(row[:1], np.float32([[8.0]])) == pytest.approx([row[0, 8]])  # nothing lies beyond the last


def test_halving_averages_blocks():
    assert NUMPY.halve(np.arange(16, dtype=np.float32).reshape(1, 4, 4)).tolist() == [[[2.5, 4.5], [10.5, 12.5]]]


def test_a_frame_is_freed_with_its_last_reader(patch):
    frame = read_patch(patch, default_table())
    values_of(frame)
    kept = weakref.ref(frame)
    gc.disable()  # by counting alone: what waits for the collector makes the next report pay for fresh memory
    try:
        del frame
        assert kept() is None
    finally:
        gc.enable()
