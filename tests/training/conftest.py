"""What every training test needs: quiet TensorFlow, and Keras as it was found."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture
def float32():
    """Leave no dtype policy behind."""
    import keras

    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)
