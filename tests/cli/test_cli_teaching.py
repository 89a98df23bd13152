import json

import pytest

pytest.importorskip("keras")

from makeup_ai.cli import main
from makeup_ai.training.data.examples import Example, read_examples, write_examples
from makeup_ai.training.models import encoders, lstm


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setitem(encoders.PRESETS, "tiny", ("lstm", lstm.LSTMConfig(0, 8, 8, dropout=0.0, max_length=16)))
    said = {"positive": "lovely soft", "negative": "awful sticky"}
    rows = [
        Example(f"an {said[mood]} cream number {i}", sentiment=mood, group=f"p{i % 20}")
        for i in range(40)
        for mood in said
    ]
    write_examples(tmp_path / "data.jsonl", rows)
    (tmp_path / "more.txt").write_text("a lovely thing\n\nsticky and awful\n", "utf-8")
    return tmp_path / "data.jsonl"


def told(capsys, *arguments) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def train(data, out, *more):
    flags = ("--preset", "tiny", "--epochs", 1, "--vocabulary-size", 150, "--learning-rate", 0.02)
    return ("train", "--task", "sentiment", "--data", data, "--out", data.parent / out, *flags, *more)


def test_a_pupil_of_linear_and_cross_fitted_teachers(capsys, data) -> None:
    folder = data.parent
    status, out, err = told(capsys, *train(data, "teachers", "--folds", 2))
    assert status == 0, err
    assert out.splitlines()[-1].endswith(f"--teacher {folder / 'teachers'} and another --out")
    assert (folder / "teachers/fold_1/weights.npz").is_file()
    more = ("--augment", 1, "--kinds", "typos", "--recombine", 1, "--unlabelled", folder / "more.txt", "--json")
    status, out, err = told(capsys, *train(data, "pupil", "--teacher", folder / "teachers", "ngrams", *more))
    assert status == 0, err
    assert set(json.loads(out)) == {"valid", "test"}
    assert "teacher ngrams answered" in err and "teacher fold_1 answered" in err
    assert len(list((folder / "pupil/teachers").glob("*.npz"))) == 2
    taught = json.loads((folder / "pupil/teachers/taught.json").read_text("utf-8"))
    assert taught["heads"] == [["sentiment"]] * 2 and taught["settings"]["weight"] == 0.7


def test_examples_are_augmented(capsys, data, tmp_path) -> None:
    status, out, err = told(capsys, "data", "augment", data, "--out", tmp_path / "more.jsonl", "--times", 2)
    assert status == 0, err
    found = read_examples(tmp_path / "more.jsonl")
    assert 80 < len(found) <= 240 and "80 examples and" in out
    assert {example.sentiment for example in found[80:]} == {"positive", "negative"}
    assert {example.group for example in found} == {f"p{i}" for i in range(20)}


def test_what_is_asked_for_wrongly_is_one_line(capsys, data) -> None:
    folder = data.parent
    wrong = {
        "Expected a teacher": train(data, "a", "--teacher", folder / "none"),
        "need a teacher": train(data, "b", "--unlabelled", folder / "more.txt"),
        "kinds of augmentation": ("data", "augment", data, "--out", folder / "x.jsonl", "--kinds", "rhymes"),
        "masked language model": ("data", "augment", data, "--out", folder / "x.jsonl", "--kinds", "fill"),
        "length of at least 0": train(data, "c", "--adversarial", -1),
    }
    for words, arguments in wrong.items():
        status, _, err = told(capsys, *arguments)
        line = err.strip().splitlines()[-1]
        assert status != 0 and words in line and "Traceback" not in err, (words, err)
    assert not (folder / "x.jsonl").exists()
