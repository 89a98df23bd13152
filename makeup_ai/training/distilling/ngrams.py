"""A linear teacher: weights of words and their pairs, which knows other things than a network that reads in order.

TF-IDF of n-grams and logistic regression; each training text is answered by a model that was fitted without its group.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding
from makeup_ai.training.data.examples import Example
from makeup_ai.training.distilling.answers import Answers
from makeup_ai.training.distilling.folds import deal_folds
from makeup_ai.training.loop import Progress
from makeup_ai.training.tasks.heads import HEAD_KINDS, Head, Task

Array = NDArray[np.float32]
STRENGTHS = (0.5, 2.0, 8.0, 32.0)
"""Inverse regularisations that are tried on the first fold."""
LEAST = 1e-6
"""Probability of a class that the other folds do not have."""
LONGEST = 3
"""Characters of a Chinese n-gram."""
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+(?:['’][^\W\u3400-\u9fff]+)*|[^\w\s]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def ngrams(text: str) -> Iterator[str]:
    """Yield words and pairs of neighbouring words; of Chinese, one to three neighbouring characters.

    Examples:
        >>> list(ngrams("Not good!"))
        ['not', 'good', '!', 'not good', 'good !']
        >>> list(ngrams("不好用"))
        ['不', '不好', '不好用', '好', '好用', '用']
    """
    runs = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    words = [run for run in runs if not _CHINESE.match(run)]
    yield from words
    yield from (f"{one} {next_one}" for one, next_one in pairwise(words))
    for run in (run for run in runs if _CHINESE.match(run)):
        for start in range(len(run)):
            yield from (run[start:end] for end in range(start + 1, min(start + LONGEST, len(run)) + 1))


class NgramTeacher:
    """TF-IDF of n-grams with logistic regression, for heads of kind `text` and `labels`; needs scikit-learn.

    Args:
        folds: Parts of the labelled texts; each is answered by a model of the others, and texts without a label by all.
        seed: Of the folds.
    """

    def __init__(self, folds: int = 5, seed: int = 0):
        import sklearn

        self._folds, self._seed = folds, seed
        self.digest = f"ngrams {folds} {seed} {STRENGTHS} {sklearn.__version__}"

    def answer(
        self, task: Task, examples: Sequence[Example], encodings: Sequence[Encoding], progress: Progress
    ) -> Answers:
        """Fit the models and answer every text.

        Raises:
            ValueError: There are fewer groups than folds.
        """
        heads = [head for head in task.heads if head.kind in _FITTED]
        logits = {}
        for head in heads:
            logits[head.name] = list(self._head(head, examples, encodings))
            progress(f"teacher ngrams answered {len(examples)} texts for {head.name}")
        return Answers(logits, {head.name: head.labels for head in heads})

    def _head(self, head: Head, examples: Sequence[Example], encodings: Sequence[Encoding]) -> Array:
        from sklearn.feature_extraction.text import TfidfVectorizer

        targets = np.stack([HEAD_KINDS[head.kind].target(head, e, c) for e, c in zip(examples, encodings, strict=True)])
        labelled = targets.reshape(len(targets), -1)[:, 0] >= 0
        known = np.flatnonzero(labelled)
        folds = deal_folds([examples[int(row)] for row in known], self._folds, self._seed)
        texts = np.array([example.text for example in examples], object)
        found = np.zeros((len(examples), len(head.labels)), np.float32)
        fit, strength = _FITTED[head.kind], 0.0
        for fold in range(self._folds):
            learned, left = known[folds != fold], known[folds == fold]
            vectorizer = TfidfVectorizer(analyzer=_analyse, sublinear_tf=True, min_df=2 if len(learned) > 100 else 1)
            features = vectorizer.fit_transform(texts[learned])
            asked = vectorizer.transform(texts[left])
            if not strength:
                losses = {
                    s: _log_loss(head, fit(features, targets[learned], asked, len(head.labels), s), targets[left])
                    for s in STRENGTHS
                }
                strength = min(losses, key=losses.__getitem__)
            rest = np.flatnonzero(~labelled)
            rows = np.concatenate([left, rest])
            answers = fit(features, targets[learned], vectorizer.transform(texts[rows]), len(head.labels), strength)
            found[left] = answers[: len(left)]
            found[rest] += answers[len(left) :] / self._folds
        return found


def _analyse(text: str) -> list[str]:
    return list(ngrams(text))


def _one_of(features: Any, targets: NDArray[np.int64], asked: Any, classes: int, strength: float) -> Array:
    """Fit one class a text; return log-probabilities of those asked, `(texts, classes)`."""
    from sklearn.linear_model import LogisticRegression

    found = np.full((asked.shape[0], classes), np.log(LEAST), np.float32)
    present = np.unique(targets)
    if len(present) == 1:
        found[:, present] = 0.0
    elif asked.shape[0]:
        model = LogisticRegression(C=strength, max_iter=300).fit(features, targets)
        found[:, model.classes_] = np.maximum(model.predict_log_proba(asked), np.log(LEAST))
    return found


def _any_of(features: Any, targets: NDArray[np.int64], asked: Any, classes: int, strength: float) -> Array:
    """Fit each class for itself; return its logits, `(texts, classes)`."""
    from sklearn.linear_model import LogisticRegression

    found = np.empty((asked.shape[0], classes), np.float32)
    for column in range(classes):
        share = np.clip(targets[:, column].mean(), LEAST, 1 - LEAST)
        found[:, column] = np.log(share / (1 - share))
        if 0 < targets[:, column].sum() < len(targets) and asked.shape[0]:
            model = LogisticRegression(C=strength, solver="liblinear").fit(features, targets[:, column])
            found[:, column] = model.decision_function(asked)
    return found


_FITTED = {"text": _one_of, "labels": _any_of}


def _log_loss(head: Head, logits: Array, targets: NDArray[np.int64]) -> float:
    """Return how surprised the answers are by the labels that were left out."""
    if head.kind == "labels":
        return float(np.logaddexp(0.0, np.where(targets > 0, -logits, logits)).sum())
    shares = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return float(-shares[np.arange(len(targets)), targets].sum())
