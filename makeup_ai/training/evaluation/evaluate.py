"""Metrics of a task on examples, for any predictor: a Keras model or an exported file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import Encoding, Tokenizer, pad
from makeup_ai.training.data.batches import PRODUCT_LENGTH, buckets
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.pairs import encode_readings, readings
from makeup_ai.training.distributing import answer
from makeup_ai.training.tasks.heads import HEAD_KINDS, Answered, Task
from makeup_ai.training.tasks.registry import as_read

Outputs = dict[str, list[NDArray[np.float32]]]
Predictor = Callable[[Sequence[Encoding], int], Outputs]
"""Encodings and the model's longest length, to one array an example for each output."""

Metrics = dict[str, dict[str, float]]
"""Head -> metric -> value."""


def predict_keras(model: Any, batch_size: int = 128) -> Predictor:
    """Return a predictor over a Keras model."""

    def predict(encodings: Sequence[Encoding], max_length: int) -> Outputs:
        results: dict[str, list[Any]] = {}
        grouped: dict[int, list[int]] = {}
        for row, encoding in enumerate(encodings):
            length = next(bucket for bucket in buckets(max_length) if len(encoding.token_ids) <= bucket)
            grouped.setdefault(length, []).append(row)
        for length, rows in grouped.items():
            for start in range(0, len(rows), batch_size):
                chosen = rows[start : start + batch_size]
                token_ids, padding_mask = pad([encodings[row] for row in chosen], length)
                outputs = answer(model, {"token_ids": token_ids, "padding_mask": padding_mask})
                for name, values in outputs.items():
                    slots = results.setdefault(name, [None] * len(encodings))
                    for row, value in zip(chosen, values, strict=True):
                        slots[row] = value
        return results

    return predict


def predict_session(session: Any) -> Predictor:
    """Return a predictor over a `makeup_ai.runtime` session of an exported file."""

    def predict(encodings: Sequence[Encoding], max_length: int) -> Outputs:
        results: Outputs = {}
        for encoding in encodings:
            signature, length = session.bucket(len(encoding.token_ids))
            token_ids, padding_mask = pad([encoding], length)
            outputs = session.run({"token_ids": token_ids, "padding_mask": padding_mask}, signature)
            for name, value in outputs.items():
                results.setdefault(name, []).append(np.asarray(value[0]))
        return results

    return predict


def evaluate(
    task: Task, examples: Sequence[Example], tokenizer: Tokenizer, max_length: int, predict: Predictor
) -> Metrics:
    """Return each head's metrics over the examples that carry its label.

    Raises:
        ValueError: No example carries a label of the task.
    """
    answers = answer_examples(task, examples, tokenizer, max_length, predict)
    found: Metrics = {}
    for head in task.heads:
        values = HEAD_KINDS[head.kind].metrics(head, answers[head.name])
        if values:
            found[head.name] = {name: float(value) for name, value in values.items()}
    if not found:
        raise ValueError(
            f"Expected examples with a label of {[head.name for head in task.heads]}. "
            f"Received: {len(examples)} examples without any."
        )
    return found


def answer_examples(
    task: Task, examples: Sequence[Example], tokenizer: Tokenizer, max_length: int, predict: Predictor
) -> dict[str, Answered]:
    """Return what each head answers to the examples, with the vectors of their products where a head compares them."""
    examples = as_read(task.name, examples)
    encodings = encode_readings(tokenizer, readings(examples), max_length)
    outputs = predict(encodings, max_length) if encodings else {head.name: [] for head in task.heads}
    products: dict[str, NDArray[np.float32]] = {}
    embedding = next((head.name for head in task.heads if head.kind == "embedding"), None)
    texts = sorted({text for e in examples for text in (e.product, *(e.negatives or ())) if text})
    if embedding and texts:
        length = min(PRODUCT_LENGTH, max_length)
        vectors = predict(tokenizer.encode_batch(texts, length), max_length)[embedding]
        products = dict(zip(texts, vectors, strict=True))
    return {head.name: Answered(examples, encodings, outputs[head.name], products) for head in task.heads}


def monitored(task: Task, found: Metrics) -> float:
    """Return the figure that early stopping watches: the sum of the task's monitored metrics that could be taken."""
    parts = [part.split(".") for part in task.monitor.split("+")]
    values = [found[head][metric] for head, metric in parts if head in found]
    if not values:
        raise ValueError(f"Expected validation examples with labels for {task.monitor!r}. Received: none of them.")
    return sum(values)
