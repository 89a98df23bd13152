"""A model whose reasons are known: occlusion is faithful to it, a random order is not, and an inverted one is worse."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras")

from makeup_ai.text.calibration import Calibration
from makeup_ai.text.explaining.explain import Reader, occlusion
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.vocabulary import train_tokenizer
from makeup_ai.training.explaining.faithfulness import measure, some_of
from makeup_ai.training.tasks.base import Head

WORDS = ["alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "theta", "lambda", "zeta"]
HEADS = (Head("slots", "tokens", ("O", "B-x", "I-x")), Head("mood", "text", ("bad", "good")))


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("faithfulness") / "tokenizer.json"
    return train_tokenizer([" ".join(WORDS)] * 9, path, 200)


def linear(tokenizer: Tokenizer, heads=HEADS) -> Reader:
    """A sum of weights of pieces, drawn once."""
    weights = np.random.default_rng(0).normal(0, 1, tokenizer.vocabulary_size)

    def answer(encodings):
        scores = [float(weights[encoding.token_ids].sum()) for encoding in encodings]
        return {"mood": [np.float32([-score, score]) for score in scores], "slots": [np.zeros((1, 3))] * len(scores)}

    return Reader("linear", heads, tokenizer, 64, answer, Calibration())


def texts(number: int = 40) -> list[str]:
    rng = np.random.default_rng(1)
    return [" ".join(rng.choice(WORDS, 8)) for _ in range(number)]


def test_occlusion_beats_a_random_order_and_an_inverted_one_is_worse(tokenizer: Tokenizer) -> None:
    reader = linear(tokenizer)
    found = measure(reader, texts(), "occlusion", occlusion(reader))
    assert (found.head, found.answers) == ("mood", 40)
    whole, left = found.comprehensiveness, found.sufficiency
    assert whole["explained"].low > whole["random"].high and whole["random"].low > whole["inverted"].high
    assert left["explained"].high < left["random"].low and left["random"].high < left["inverted"].low
    assert found.gain.low > 0.1
    assert found.gain.mean == pytest.approx(whole["explained"].mean - whole["random"].mean)
    assert "beyond random" in str(found)


def test_words_of_no_weight_are_no_better_than_chance(tokenizer: Tokenizer) -> None:
    reader, rng = linear(tokenizer), np.random.default_rng(5)
    found = measure(reader, texts(150), "guess", lambda encoding, words, aim: rng.normal(size=len(words)))
    assert abs(found.gain.mean) < 0.06
    assert found.to_dict()["gain"]["mean"] == found.gain.mean


def test_the_same_seed_gives_the_same_figures(tokenizer: Tokenizer) -> None:
    reader = linear(tokenizer)
    one, same, other = (measure(reader, texts(5), "occlusion", occlusion(reader), seed=seed) for seed in (0, 0, 1))
    assert one == same and one.comprehensiveness["random"] != other.comprehensiveness["random"]
    assert some_of(["a", "b", "c"], 9, 0) == ["a", "b", "c"]
    assert some_of(texts(), 3, 0) == some_of(texts(), 3, 0) and len(some_of(texts(), 3, 0)) == 3


def test_what_cannot_be_measured_is_refused(tokenizer: Tokenizer) -> None:
    reader = linear(tokenizer)
    with pytest.raises(ValueError, match="two words"):
        measure(reader, ["alpha", ""], "occlusion", occlusion(reader))
    with pytest.raises(ValueError, match=r"one of \['mood'\]"):
        measure(reader, texts(), "occlusion", occlusion(reader), head="slots")
    with pytest.raises(ValueError, match=r"one of \[\]"):
        measure(linear(tokenizer, HEADS[:1]), texts(), "occlusion", occlusion(reader))
    with pytest.raises(ValueError, match="limit=0"):
        some_of(["a"], 0, 0)
