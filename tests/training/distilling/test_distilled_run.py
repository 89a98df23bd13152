import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from functools import partial  # noqa: E402

from makeup_ai.text.tokenizer import pad  # noqa: E402
from makeup_ai.training.data.examples import Example  # noqa: E402
from makeup_ai.training.distilling.answers import Answers, read_answers  # noqa: E402
from makeup_ai.training.distilling.companion import Distillation, distil  # noqa: E402
from makeup_ai.training.distilling.teachers import AnswersFile, RunTeacher  # noqa: E402
from makeup_ai.training.evaluation.evaluate import predict_keras  # noqa: E402
from makeup_ai.training.job import train_run  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.run import RunLayout, load_run  # noqa: E402

QUICK = TrainOptions(epochs=1, batch_size=4, learning_rate=0.01)


def quiet(line: str) -> None:
    """Say nothing."""


def fit(folder: Path, task: str, preset: str, examples: list[Example], options: TrainOptions = QUICK, **more) -> dict:
    teachers, settings = more.pop("teachers", ()), more.pop("settings", Distillation())
    companions = [partial(distil, teachers=teachers, settings=settings, progress=quiet)] if teachers else []
    labelled = [e for e in examples if e.intent or e.slots]
    return train_run(
        folder, task, preset, examples, labelled, options,
        vocabulary_size=more.pop("size", 150), progress=quiet, companions=companions,
    )  # fmt: skip


def answers_of(folder: Path, texts: list[str], head: str) -> np.ndarray:
    run = load_run(folder)
    encodings = run.tokenizer.encode_batch(texts, run.max_length)
    return np.stack(predict_keras(run.model)(encodings, run.max_length)[head])


@pytest.fixture(scope="module")
def teacher(tmp_path_factory, eight) -> Path:
    """Return a BERT that knows the eight examples by heart."""
    from makeup_ai.training.models import bert, encoders

    folder = tmp_path_factory.mktemp("teacher")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(encoders.PRESETS, "wise", ("bert", bert.BertConfig(0, 1, 16, 2, 32, max_length=16)))
        options = TrainOptions(epochs=40, batch_size=8, learning_rate=0.02, weight_decay=0, patience=40)
        found = fit(folder, "understanding", "wise", eight, options, size=120)
    assert found["intent"]["accuracy"] == 1
    return folder


def test_a_bert_teaches_an_lstm_of_another_tokenizer_with_answers_alone(
    presets, eight, teacher: Path, tmp_path: Path
) -> None:
    options = TrainOptions(epochs=80, batch_size=8, learning_rate=0.03, weight_decay=0, patience=80)
    settings = Distillation(weight=1.0, hidden_weight=0.1)
    found = fit(
        tmp_path, "understanding", "tiny_lstm", eight, options,
        teachers=[RunTeacher(teacher)], settings=settings, size=110,
    )  # fmt: skip
    assert found["intent"]["accuracy"] == 1
    assert found["slots"]["f1"] > 0.7
    assert found["sentiment"]["accuracy"] > 0.8
    texts = [example.text for example in eight]
    taught, teaching = (answers_of(folder, texts, "intent") for folder in (tmp_path, teacher))
    assert (taught.argmax(-1) == teaching.argmax(-1)).all()


def test_texts_without_labels_carry_what_no_label_says(presets, eight, teacher: Path, tmp_path: Path) -> None:
    examples = [e for e in eight if e.intent == "greeting"] + [
        Example(e.text) for e in eight if e.intent == "recommend"
    ]
    rest = [replace(eight[0], text="a thing of no kind")]  # names the second class, and says nothing else
    options = TrainOptions(epochs=25, batch_size=8, learning_rate=0.05, weight_decay=0, patience=25)
    fit(tmp_path, "intent", "tiny_lstm", [*examples, *rest], options, teachers=[RunTeacher(teacher)])
    hidden = [e.text for e in eight if e.intent == "recommend"]
    labels = load_run(tmp_path).task.heads[0].labels
    assert (answers_of(tmp_path, hidden, "intent").argmax(-1) == labels.index("recommend")).all()


def test_the_teachers_are_asked_once(presets, eight, teacher: Path, tmp_path: Path, monkeypatch) -> None:
    fit(tmp_path, "intent", "tiny_lstm", eight, teachers=[RunTeacher(teacher)])
    weights = RunLayout(tmp_path).weights.read_bytes()
    RunLayout(tmp_path).checkpoint.unlink()
    monkeypatch.setattr(RunTeacher, "answer", None)  # whoever calls it fails
    fit(tmp_path, "intent", "tiny_lstm", eight, teachers=[RunTeacher(teacher)])
    assert RunLayout(tmp_path).weights.read_bytes() == weights  # from the first step on as if they had been asked
    with pytest.raises(ValueError, match="other options or data"):
        fit(tmp_path, "intent", "tiny_lstm", eight, teachers=[RunTeacher(teacher)], settings=Distillation(weight=0.5))
    with pytest.raises(TypeError):
        fit(tmp_path, "intent", "tiny_lstm", eight[:7], teachers=[RunTeacher(teacher)])


def test_a_field_learns_the_marginals_of_tokens(presets, eight, teacher: Path, tmp_path: Path) -> None:
    options = TrainOptions(epochs=80, batch_size=8, learning_rate=0.03, weight_decay=0, patience=80)
    found = fit(
        tmp_path, "entities", "tiny_lstm", eight, options,
        teachers=[RunTeacher(teacher)], settings=Distillation(weight=1.0, temperature=1.0),
    )  # fmt: skip
    assert found["slots"]["f1"] > 0.7


def test_the_weights_share_the_loss(presets, eight, teacher: Path, tmp_path: Path) -> None:
    fit(tmp_path, "understanding", "tiny_lstm", eight)
    run = load_run(tmp_path)
    companion = distil(run, eight, [RunTeacher(teacher)], Distillation(weight=0.75, hidden_weight=0.1), quiet)
    assert companion.weights == {
        "intent": 0.25, "slots": 0.25, "sentiment": 0.25,  # the embedding has no teacher: its loss stays whole
        "intent_taught": 0.75, "slots_taught": 0.75, "sentiment_taught": 0.75, "hidden_0": 0.1,
    }  # fmt: skip


def test_answers_made_elsewhere_teach_too(presets, eight, tmp_path: Path) -> None:
    labels = ("recommend", "greeting")  # in an order of their own
    rows = [np.array([3.0, -3.0] if e.intent == "greeting" else [-3.0, 3.0], np.float32) for e in eight]  # the contrary
    rows[0] = np.full(2, np.nan, np.float32)  # of which nothing is said
    Answers({"intent": rows}, {"intent": labels}).write(tmp_path / "answers.npz")
    again = read_answers(tmp_path / "answers.npz")
    assert again.labels == {"intent": labels} and np.array_equal(again.logits["intent"], rows, equal_nan=True)
    options = TrainOptions(epochs=25, batch_size=8, learning_rate=0.05, weight_decay=0, patience=25)
    found = fit(
        tmp_path / "run", "intent", "tiny_lstm", eight, options,
        teachers=[AnswersFile(tmp_path / "answers.npz")], settings=Distillation(weight=1.0),
    )  # fmt: skip
    assert found["intent"]["accuracy"] <= 0.5  # the best of early stopping, which knows the labels
    lines = [json.loads(line) for line in RunLayout(tmp_path / "run").log.read_text().splitlines()]
    last = [line for line in lines if "epoch" in line][-1]
    assert last["loss"] < 4.0 * 0.45  # T^2 H of a sure answer


def test_what_cannot_teach_is_refused(presets, eight, teacher: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"Expected a teacher.*'ngrams'"):
        RunTeacher(tmp_path)
    with pytest.raises(ValueError, match="teacher that answers one of"):
        fit(tmp_path / "a", "rating", "tiny_lstm", [
            replace(e, sentiment=None, rating=str(i % 5 + 1)) for i, e in enumerate(eight)
        ], teachers=[AnswersFile(_file(tmp_path, {"intent": [np.zeros(2, np.float32)] * 8}))])  # fmt: skip
    with pytest.raises(ValueError, match=r"answers to 8 training examples.*Received: 7 rows"):
        fit(tmp_path / "b", "intent", "tiny_lstm", eight, teachers=[
            AnswersFile(_file(tmp_path, {"intent": [np.zeros(2, np.float32)] * 7}))
        ])  # fmt: skip
    others = [replace(e, intent="farewell" if e.intent == "greeting" else e.intent) for e in eight]
    with pytest.raises(ValueError, match=r"the pupil's classes.*farewell.*greeting"):
        fit(tmp_path / "c", "intent", "tiny_lstm", others, teachers=[RunTeacher(teacher)])
    (tmp_path / "broken.npz").write_bytes(b"PK not at all")
    with pytest.raises(ValueError, match="damaged"):
        AnswersFile(tmp_path / "broken.npz")
    with pytest.raises(ValueError, match="teacher with vectors"):
        fit(tmp_path / "d", "intent", "tiny_lstm", eight, settings=Distillation(hidden_weight=1.0), teachers=[
            AnswersFile(_file(tmp_path, {"intent": [np.zeros(2, np.float32)] * 8}))
        ])  # fmt: skip
    for wrong in ({"weight": 1.1}, {"temperature": 0.0}, {"hidden_weight": -1.0}, {"hidden": "x"}, {"mean": "x"}):
        with pytest.raises(ValueError, match="Received"):
            Distillation(**wrong)


def _file(folder: Path, logits: dict) -> Path:
    Answers(logits).write(folder / "some.npz")
    return folder / "some.npz"


def test_a_pupil_cut_from_its_teacher_begins_with_its_vectors(presets, eight, teacher: Path, tmp_path: Path) -> None:
    run = load_run(teacher)
    encodings = run.tokenizer.encode_batch([e.text for e in eight], run.max_length)
    found = RunTeacher(teacher).vectors(eight, encodings, quiet)
    settings = Distillation(hidden_weight=1.0, hidden="relative", hidden_of="pieces")
    companion = distil(run, eight, [RunTeacher(teacher)], settings, quiet)
    network = companion.extend(run.network)
    rows = np.arange(4)
    token_ids, padding_mask = pad([encodings[row] for row in rows], 16)
    inputs = {"token_ids": token_ids, "padding_mask": padding_mask}
    _, targets = companion.batch(0, 0, rows, inputs)
    name = next(name for name in targets if "hidden" in name)
    assert targets[name].shape == (4, 16, 16)
    np.testing.assert_allclose(targets[name][0, : len(found[0])], found[0], rtol=1e-6)
    own = network.training({**inputs, **{f"product_{k}": v for k, v in inputs.items()}})[name]
    assert float(companion.losses[name](targets[name], own)) < 1e-4  # half precision is all that is between them
    with pytest.raises(ValueError, match="hidden_of"):
        Distillation(hidden_of="words")
