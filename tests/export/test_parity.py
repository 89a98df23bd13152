import json

import numpy as np
import pytest

from makeup_ai.errors import ParityError
from makeup_ai.export.parity import Parity, Tolerance, compare, measure
from makeup_ai.export.recipes import RECIPES
from makeup_ai.export.samples import Samples
from makeup_ai.runtime import Bucket

UNIT = np.array([[0.6, 0.8], [1.0, 0.0]], np.float32)


class Fake:
    """A session that answers with what Keras answered, changed by `change`."""

    def __init__(self, samples, change):
        self.samples, self.change = samples, change

    def bucket(self, length):
        return Bucket("serving", length)

    def run(self, inputs, signature):
        length = inputs["token_ids"].shape[1]
        row = int(np.flatnonzero((self.samples.inputs[length]["token_ids"] == inputs["token_ids"]).all(1))[0])
        return self.change({name: value[row : row + 1].copy() for name, value in self.samples.outputs[length].items()})


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    ids = np.array([[1, 2, 3, 0], [4, 5, 0, 0]], np.int32)
    outputs = {
        "intent": np.array([[2.0, 1.0], [0.0, 3.0]], np.float32),
        "slots": rng.normal(size=(2, 4, 3)).astype(np.float32),
        "embedding": UNIT,
    }
    return Samples({4: {"token_ids": ids, "padding_mask": (ids > 0).astype(np.int32)}}, {4: outputs})


def test_the_same_answers_are_whole(samples):
    parity = compare(Fake(samples, lambda out: out), samples)
    assert parity.texts == {4: 2}
    assert parity.heads["intent"].agreement == 1.0
    assert parity.heads["slots"].answers == 5
    assert parity.heads["embedding"].cosine == pytest.approx(1.0)
    assert all(head.difference == 0 for head in parity.heads.values())
    for recipe in RECIPES.values():
        parity.check(recipe.tolerance, recipe=recipe.name)


def test_padding_does_not_count(samples):
    def spoil(out):
        out["slots"][:, 3] = 100.0
        return out

    assert compare(Fake(samples, spoil), samples).heads["slots"].difference == 0


def test_what_stands_behind_the_tokens_counts(samples):
    rows = np.concatenate([samples.outputs[4]["slots"], np.full((2, 5, 3), 0.5, np.float32)], axis=1)
    field = Samples(samples.inputs, {4: {"slots": rows}})
    found = compare(Fake(field, lambda outputs: outputs), field).heads["slots"]
    assert (found.answers, found.agreement) == (3 + 2 + 2 * 5, 1.0)  # real tokens, and a field's own weights

    def bent(outputs):
        outputs["slots"][0, -1, 0] += 1.0
        return outputs

    assert compare(Fake(field, bent), field).heads["slots"].difference == pytest.approx(1.0)


def test_a_swapped_answer_is_counted_and_refused_by_name(samples):
    parity = compare(Fake(samples, lambda out: {**out, "intent": out["intent"][:, ::-1]}), samples)
    assert parity.heads["intent"].agreement == 0.0
    with pytest.raises(ParityError, match=r"'intent'.*0\.00%.*99\.00%.*another recipe"):
        parity.check(RECIPES["int8"].tolerance, recipe="int8")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda out: {**out, "slots": out["slots"] * np.nan}, "not finite"),
        (lambda out: {**out, "embedding": out["embedding"][:, ::-1]}, "cosine"),
        (lambda out: {**out, "intent": out["intent"] + 0.01}, "at most 1e-04"),
        (lambda out: {**out, "intent": out["intent"][:, :1]}, r"shape \(1, 2\)"),
        (lambda out: {"slots": out["slots"]}, "Received: nothing"),
    ],
)
def test_what_differs_is_refused(samples, change, word):
    tolerance = Tolerance(difference=1e-4 if "1e-04" in word else None, agreement=0.99, cosine=0.99)
    with pytest.raises(ParityError, match=word):
        compare(Fake(samples, change), samples).check(tolerance, recipe="float32")


def test_cosine_ignores_length_and_measures_direction():
    head = measure(UNIT * 3, UNIT)
    assert head.cosine == pytest.approx(1.0)
    assert head.agreement is None
    assert measure(np.array([[0.8, -0.6]], np.float32), UNIT[:1]).cosine == pytest.approx(0.0, abs=1e-6)


def test_prints_and_survives_json(samples):
    parity = compare(Fake(samples, lambda out: out), samples)
    assert Parity.from_dict(json.loads(json.dumps(parity.to_dict()))) == parity
    assert "intent" in str(parity)
    assert "100.00%" in str(parity)
