import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("keras")

from makeup_ai.training.data.examples import Example
from makeup_ai.training.distilling.folds import deal_folds
from makeup_ai.training.distilling.ngrams import NgramTeacher, ngrams
from makeup_ai.training.tasks.heads import Head, Task

MOODS = Task("sentiment", (Head("sentiment", "text", ("negative", "positive")),), "sentiment.macro_f1")
JUDGED = Task("aspects", (Head("aspects", "labels", ("scent", "price")),), "aspects.f1")


def quiet(line: str) -> None:
    """Say nothing."""


def ask(task: Task, examples: list[Example], **more) -> np.ndarray:
    answers = NgramTeacher(**more).answer(task, examples, [None] * len(examples), quiet)
    assert answers.labels == {head.name: head.labels for head in task.heads}
    return np.stack(answers.logits[task.heads[0].name])


def test_words_and_characters() -> None:
    assert list(ngrams("It’s ＧＯＯＤ 不错!")) == ["it’s", "good", "!", "it’s good", "good !", "不", "不错", "错"]
    assert list(ngrams("")) == []


def reviews() -> list[Example]:
    words = {"positive": ("lovely", "soft", "好用"), "negative": ("awful", "sticky", "难闻")}
    return [
        Example(f"{words[mood][i % 3]} thing {i}", sentiment=mood, group=f"p{i // 2}")
        for i in range(60)
        for mood in ("positive", "negative")
    ]


def test_texts_that_were_left_out_and_texts_without_labels_are_answered() -> None:
    found = ask(MOODS, [*reviews(), Example("so lovely and soft"), Example("难闻"), Example("!!!")])
    assert np.isfinite(found).all()
    np.testing.assert_allclose(np.exp(found[:120]).sum(axis=-1), 1, atol=1e-4)
    gold = [example.sentiment == "positive" for example in reviews()]
    assert ((found[:120, 1] > found[:120, 0]) == gold).all()
    assert found[120, 1] > found[120, 0] and found[121, 0] > found[121, 1]


def test_no_text_is_answered_by_who_has_seen_its_group() -> None:
    # each group has a word and a label of its own: only who has seen the group could know
    generator = np.random.default_rng(1)
    examples = [
        Example(f"word{g} and more", sentiment=mood, group=str(g))
        for g, mood in enumerate(generator.choice(["negative", "positive"], 80))
        for _ in range(2)
    ]
    found = ask(MOODS, examples)
    gold = np.array([example.sentiment == "positive" for example in examples])
    assert 0.3 < ((found[:, 1] > found[:, 0]) == gold).mean() < 0.7


def test_each_label_for_itself_and_a_label_that_a_fold_does_not_have() -> None:
    examples = [Example(f"smells nice {i}", aspects=("scent",)) for i in range(20)]
    examples += [Example(f"a box {i}", aspects=()) for i in range(20)]
    examples += [Example("cheap", aspects=("price",))]
    found = ask(JUDGED, examples)
    assert np.isfinite(found).all()
    assert (found[:20, 0] > 0).all() and (found[20:40, 0] < 0).all()
    assert (found[:, 1] < 0).all()  # met once: whoever is asked has not


def test_folds_divide_no_group_and_differ_little_in_size() -> None:
    examples = [Example("x", group=str(i // 3)) for i in range(90)] + [Example(f"alone {i}") for i in range(10)]
    folds = deal_folds(examples, 4, seed=3)
    assert np.array_equal(folds, deal_folds(examples, 4, seed=3))
    assert not np.array_equal(folds, deal_folds(examples, 4, seed=4))
    for group in range(30):
        assert len(set(folds[3 * group : 3 * group + 3])) == 1
    assert set(folds) == {0, 1, 2, 3} and np.bincount(folds).min() >= 15
    for wrong in (1, 41):
        with pytest.raises(ValueError, match="folds="):
            deal_folds(examples, wrong)
