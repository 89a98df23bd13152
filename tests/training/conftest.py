"""Tiny encoders and examples, quiet TensorFlow, and Keras as it was found."""

import os

import pytest

from makeup_ai.training.data.examples import Example

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture
def float32():
    """Leave no dtype policy behind."""
    import keras

    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)


@pytest.fixture
def presets(monkeypatch):
    """Add a tiny preset of each kind."""
    from makeup_ai.training.models import bert, encoders, lstm

    tiny = {
        "tiny_lstm": ("lstm", lstm.LSTMConfig(0, 16, 16, dropout=0.1, bidirectional=True, max_length=16)),
        "tiny_bert": ("bert", bert.BertConfig(0, 1, 16, 2, 32, max_length=16)),
    }
    for name, preset in tiny.items():
        monkeypatch.setitem(encoders.PRESETS, name, preset)
    return sorted(tiny)


@pytest.fixture(scope="session")
def eight() -> list[Example]:
    """Return eight examples that carry every label."""
    rows = [
        ("recommend", "positive", "find me a matte lipstick", "matte", "finish", "red matte lipstick"),
        ("recommend", "negative", "i need a dewy primer", "dewy", "finish", "dewy primer for day"),
        ("recommend", "positive", "which serum for oily skin", "oily", "skin_type", "light serum"),
        ("recommend", "negative", "推荐油性皮肤的面霜", "油性", "skin_type", "控油面霜"),
        ("greeting", "positive", "hello there oily friend", "oily", "skin_type", "red matte lipstick"),
        ("greeting", "negative", "good morning dewy you", "dewy", "finish", "dewy primer for day"),
        ("greeting", "positive", "hi again matte fan", "matte", "finish", "light serum"),
        ("greeting", "negative", "你好干性皮肤", "干性", "skin_type", "控油面霜"),
    ]
    return [
        Example(text, intent, ((text.index(word), text.index(word) + len(word), slot),), mood, product=product)
        for intent, mood, text, word, slot, product in rows
    ]
