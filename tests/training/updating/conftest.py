"""A tiny model in use, trained once, and feedback of several kinds for it."""

import random
import shutil
from pathlib import Path

import pytest

from makeup_ai.training.data.examples import Example

THINGS = ["cream", "balm", "serum", "toner", "mask", "scrub", "powder", "gloss", "liner", "blush"]
KNOWN = {"positive": ["lovely", "great", "super"], "negative": ["awful", "nasty", "bad"]}
NEW = {"positive": ["zzyx", "qqop"], "negative": ["vvrr", "jjkk"]}


def rows(words: dict[str, list[str]], count: int, seed: int, group: str = "w") -> list[Example]:
    """Different texts, half of them positive, by a writer each."""
    rng = random.Random(seed)
    found: dict[str, Example] = {}
    while len(found) < count:
        mood = ("positive", "negative")[len(found) % 2]
        text = f"{rng.choice(words[mood])} {rng.choice(THINGS)} {rng.choice(THINGS)} {rng.choice(THINGS)}"
        found[text] = Example(text, sentiment=mood, language="en", group=f"{group}{seed}.{len(found)}")
    return list(found.values())


@pytest.fixture(scope="session")
def invented():
    """Return words that are known and words that are new, and a maker of examples of them."""
    return KNOWN, NEW, rows


@pytest.fixture(scope="session")
def first_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("keras")
    from makeup_ai.training.job import train_run
    from makeup_ai.training.models import encoders, lstm
    from makeup_ai.training.options import TrainOptions
    from makeup_ai.training.updating.registry import begin

    folder = tmp_path_factory.mktemp("models")
    encoders.PRESETS["mini_updated"] = ("lstm", lstm.LSTMConfig(0, 12, 12, dropout=0.0, max_length=16))
    everything = {example.text: example for seed in (3, 2, 1) for example in rows(KNOWN, 200, seed)}
    train = rows(KNOWN, 200, 1)
    others = [example for text, example in everything.items() if text not in {e.text for e in train}]
    parts = train, others[:60]
    options = TrainOptions(epochs=5, batch_size=16, learning_rate=0.03, patience=5)
    try:
        train_run(folder / "run", "sentiment", "mini_updated", *parts, options, vocabulary_size=120, progress=len)
    finally:
        del encoders.PRESETS["mini_updated"]
    begin(folder / "models", folder / "run", *parts, others[60:180])
    return folder / "models"


@pytest.fixture
def models(first_models: Path, tmp_path: Path) -> Path:
    """Return a copy to change."""
    return Path(shutil.copytree(first_models, tmp_path / "models"))
