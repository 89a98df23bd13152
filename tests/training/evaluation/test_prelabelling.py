import numpy as np
import pytest

from makeup_ai.training.data.annotation.proposing import SPANS
from makeup_ai.training.data.examples import Example
from makeup_ai.training.evaluation.prelabelling import RunProposer
from makeup_ai.training.evaluation.target import open_target
from makeup_ai.training.job import train_run
from makeup_ai.training.options import TrainOptions


def log(*probabilities):
    return np.log(np.array(probabilities, np.float32))


class Words:
    """A tokenizer of one piece a word."""

    def encode_batch(self, texts, max_length):
        from makeup_ai.text.tokenizer import Encoding

        found = []
        for text in texts:
            offsets, at = [(0, 0)], 0
            for word in text.split():
                at = text.index(word, at)
                offsets.append((at, at + len(word)))
                at += len(word)
            offsets.append((0, 0))
            found.append(Encoding(np.zeros(len(offsets), np.int32), np.array(offsets, np.int32), False))
        return found


class Made:
    """A target that answers what it is told."""

    name, max_length, tokenizer = "made", 16, Words()

    def __init__(self, *heads):
        from makeup_ai.training.tasks.heads import Head, Task

        self.task = Task("made", tuple(Head(*head) for head, _ in heads), "")
        self.outputs = {head[0]: output for head, output in heads}

    def predict(self, encodings, max_length):
        return {name: [output] * len(encodings) for name, output in self.outputs.items()}


SENTIMENT = (("sentiment", "text", ("negative", "positive")), log(0.2, 0.8))
ASPECTS = (("aspects", "labels", ("a#x", "b#x")), np.array([np.log(4), -np.log(4)], np.float32))  # 0.8 and 0.2
LABELS = ("O", "B-finish", "I-finish")
TAGS = (("slots", "tokens", LABELS), log((1, 0.1, 0.1), (0.2, 0.6, 0.2), (0.2, 0.2, 0.6), (0.9, 0.05, 0.05), (1, 1, 1)))


def test_a_text_is_as_sure_as_its_least_sure_head():
    (one,) = RunProposer(Made(SENTIMENT, ASPECTS, TAGS)).propose([Example("very matte lips", group="P")])
    assert (one.example.sentiment, one.example.aspects) == ("positive", ("a#x",))
    assert one.example.slots == ((0, 10, "finish"),) and one.example.group == "P"
    assert one.confidence == pytest.approx((0.6 * 0.6 * 0.9) ** (1 / 3), rel=1e-5)
    (sure,) = RunProposer(Made(SENTIMENT, ASPECTS)).propose([Example("very matte lips")])
    assert sure.confidence == pytest.approx(0.8, rel=1e-5) and sure.proposer == "run:made"


def test_labels_are_those_of_the_model():
    assert RunProposer(Made(SENTIMENT, TAGS)).choices == {"sentiment": ("negative", "positive"), SPANS: ("finish",)}
    assert RunProposer(Made(SENTIMENT)).propose([]) == []
    with pytest.raises(ValueError, match="Expected a run with a head of"):
        RunProposer(Made((("embedding", "embedding", (), 8), np.zeros(8, np.float32))))


@pytest.mark.parametrize("task", ["slots", "entities", "understanding"])
def test_a_trained_run_proposes(task, eight, presets, tmp_path):
    options = TrainOptions(epochs=1, batch_size=8)
    quiet = {"progress": lambda _: None, "vocabulary_size": 120}
    train_run(tmp_path / "run", task, "tiny_bert", eight, eight, options, **quiet)
    proposer = RunProposer(open_target(tmp_path / "run"))
    found = proposer.propose([Example(e.text) for e in eight] + [Example("㎎㎎ 😀 ok " * 40), Example("\u200b")])
    assert len(found) == len(eight) + 2
    assert all(0 <= one.confidence <= 1 and one.example.slots is not None for one in found)
    assert set(proposer.choices[SPANS]) == {"finish", "skin_type"}
