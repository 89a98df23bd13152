from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras")

from makeup_ai.training.data.examples import Example
from makeup_ai.training.distilling import cross_fitted
from makeup_ai.training.distilling.answers import Answers
from makeup_ai.training.distilling.cross_fitted import CrossFitted, train_folds
from makeup_ai.training.tasks.heads import Head, Task

TASK = Task("sentiment", (Head("sentiment", "text", ("negative", "positive")),), "sentiment.macro_f1")


class Counting:
    """Answers with its own number, and remembers the texts."""

    def __init__(self, folder: Path, partial: bool = False):
        self.number, self.digest = int(folder.name.removeprefix("fold_")), folder.name
        self.seen: list[str] = []

    def answer(self, task, examples, encodings, progress) -> Answers:
        self.seen = [example.text for example in examples]
        rows = [np.array([self.number, -self.number], np.float32) for _ in examples]
        return Answers({"sentiment": rows}, {"sentiment": ("negative", "positive")}, np.ones((len(rows), 2)))


def test_whoever_has_seen_a_group_does_not_answer_it(tmp_path: Path, monkeypatch) -> None:
    examples = [Example(f"text {i}", group=f"p{i % 9}") for i in range(18)]
    taught: dict[str, set[str]] = {}

    def train(folder: Path, given) -> dict:
        taught[folder.name] = {example.group for example in given}
        return {"sentiment": {"accuracy": 1.0}}

    assert len(train_folds(tmp_path, examples, 3, 5, train)) == 3
    assert sorted(taught) == ["fold_0", "fold_1", "fold_2"] and all(len(seen) == 6 for seen in taught.values())
    train_folds(tmp_path, examples, 3, 5, train)  # goes on
    with pytest.raises(ValueError, match="other folds or examples"):
        train_folds(tmp_path, examples, 4, 5, train)
    monkeypatch.setattr(cross_fitted, "RunTeacher", Counting)
    teacher = CrossFitted(tmp_path)
    asked = [*examples, Example("a copy in other words", group="p3"), Example("of no group")]
    answers = teacher.answer(TASK, asked, [None] * len(asked), lambda line: None)
    assert answers.hidden is None and answers.labels == {"sentiment": ("negative", "positive")}
    for example, answer in zip(asked[:-1], answers.logits["sentiment"], strict=False):
        assert example.group not in taught[f"fold_{int(answer[0])}"]
    np.testing.assert_allclose(answers.logits["sentiment"][-1], [1, -1])  # the mean of 0, 1 and 2
    assert CrossFitted(tmp_path).digest == teacher.digest
