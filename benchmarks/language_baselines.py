"""What a linear model reaches on the parts of `language_data.py`: TF-IDF of n-grams and logistic regression.

    python benchmarks/language_baselines.py --out build/language

Words and pairs of words in English, one to three characters in Chinese. The strength of the regularisation is chosen on
the validation part; the test part is looked at once.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from language_data import TASKS
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from makeup_ai.training.data.examples import Example, read_examples
from makeup_ai.training.evaluation import metrics

STRENGTHS = (1.0, 3.0, 10.0, 30.0)
HEADS = {"reviews_en": ("sentiment", "rating"), "sentiment_zh": ("sentiment",), "aspects_zh": ("aspects",)}


def main() -> int:
    """Print one line a head."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    for name, heads in HEADS.items():
        parts = {p: read_examples(out / "data" / name / f"{p}.jsonl") for p in ("train", "valid", "test")}
        for head in heads:
            of = {p: [e for e in rows if getattr(e, head) is not None] for p, rows in parts.items()}
            print(json.dumps({"data": name, "head": head, **measure(of, head, TASKS[name].language)}), flush=True)
    return 0


def measure(parts: dict[str, list[Example]], head: str, language: str) -> dict[str, Any]:
    """Fit with every strength, keep the best on the validation part, and score the test part."""
    chinese = language == "zh"
    vectors = TfidfVectorizer(
        analyzer="char" if chinese else "word", ngram_range=(1, 3 if chinese else 2), min_df=2, sublinear_tf=True
    )
    x = {"train": vectors.fit_transform([e.text for e in parts["train"]])}
    x |= {part: vectors.transform([e.text for e in parts[part]]) for part in ("valid", "test")}
    labels = sorted({label for e in parts["train"] for label in _labels(e, head)})
    y = {
        part: np.array([[label in _labels(e, head) for label in labels] for e in rows]) for part, rows in parts.items()
    }
    models = []
    for strength in STRENGTHS:
        balance = "balanced" if head == "rating" else None
        model: Any = LogisticRegression(C=strength, max_iter=1000, class_weight=balance)
        if head == "aspects":
            model = OneVsRestClassifier(model).fit(x["train"], y["train"].astype(int))
        else:
            model.fit(x["train"], y["train"].argmax(1))
        models.append(model)
    scored = [score(model, x["valid"], y["valid"], head)[FIRST[head]] for model in models]
    best = int(np.argmax(scored))
    return {"C": STRENGTHS[best], "test": score(models[best], x["test"], y["test"], head)}


FIRST = {"sentiment": "auc", "rating": "macro_f1", "aspects": "f1"}
"""The figure by which the strength is chosen."""


def score(model: Any, x: Any, y: np.ndarray, head: str) -> dict[str, float]:
    """Return the figures of one part."""
    if head == "aspects":
        found = model.predict_proba(x) > 0.5
        both = [[{(int(c),) for c in np.flatnonzero(row)} for row in side] for side in (y, found)]
        return {name: round(float(value), 4) for name, value in metrics.span_f1(*both).items()}
    gold, probabilities = y.argmax(1), model.predict_proba(x)
    predicted = probabilities.argmax(1)
    values = {
        "accuracy": metrics.accuracy(gold, predicted),
        "macro_f1": metrics.macro_f1(gold, predicted, y.shape[1]),
    }
    if y.shape[1] == 2:
        values["auc"] = metrics.roc_auc(gold, probabilities[:, 1])
    return {name: round(float(value), 4) for name, value in values.items()}


def _labels(example: Example, head: str) -> tuple[str, ...]:
    value = getattr(example, head)
    return value if isinstance(value, tuple) else (value,)


if __name__ == "__main__":
    raise SystemExit(main())
