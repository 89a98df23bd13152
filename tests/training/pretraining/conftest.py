"""A tiny language, in which every word is told by its neighbours, and networks small enough to learn it in seconds."""

import random

import pytest

from makeup_ai.training.data.documents import Document
from makeup_ai.training.options import TrainOptions

PAIRS = {"serum": "light", "cream": "rich", "toner": "watery", "balm": "thick"}
CHINESE = {"面霜": "滋润", "精华": "清爽", "面膜": "补水"}


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    """Return 240 documents in two languages; their second sentence is about the product of the first."""
    draw, made = random.Random(0), []
    for number in range(240):
        if number % 3:
            name = draw.choice(sorted(PAIRS))
            texts = (f"this {name} no {number} feels {PAIRS[name]} today", f"a {PAIRS[name]} {name} is what i like")
            made.append(Document(f"tiny:{number}", "en", texts))
        else:
            name = draw.choice(sorted(CHINESE))
            texts = (f"这款{name}很{CHINESE[name]}{number}", f"我喜欢{CHINESE[name]}的{name}")
            made.append(Document(f"tiny:{number}", "zh", texts, tuple(tuple((c, "x") for c in t) for t in texts)))
    return made


@pytest.fixture
def quick() -> TrainOptions:
    """Return options of a short training."""
    return TrainOptions(epochs=2, batch_size=16, learning_rate=0.01)


@pytest.fixture(scope="session")
def learned(documents, tmp_path_factory):
    """Return the folder of a tiny BERT that has learned the tiny language, and what it was found to be worth."""
    pytest.importorskip("keras")
    from makeup_ai.training.models import bert, encoders
    from makeup_ai.training.pretraining.lesson import Lessons
    from makeup_ai.training.pretraining.pretrain import Material, pretrain

    folder = tmp_path_factory.mktemp("learned") / "encoder"
    options = TrainOptions(epochs=10, batch_size=16, learning_rate=0.02, weight_decay=0, patience=10)
    encoders.PRESETS["tiny_bert"] = ("bert", bert.BertConfig(0, 1, 16, 2, 32))
    try:
        material = Material(held_out=0.15, vocabulary_size=260)
        found = pretrain(folder, documents, "tiny_bert", options, Lessons(max_length=32), material, progress=len)
    finally:
        del encoders.PRESETS["tiny_bert"]
    return folder, found
