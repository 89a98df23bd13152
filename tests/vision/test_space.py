import numpy as np
import pytest

from makeup_ai.vision.measure import values_of
from makeup_ai.vision.space import NUMPY, SHARED, space_of


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
    assert all(callable(getattr(space, name)) for name in (*SHARED, "cast"))
