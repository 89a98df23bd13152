"""A whole training, from examples to metrics: the library call behind `makeup-ai train`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from makeup_ai import __version__
from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.pairs import every_text, readings
from makeup_ai.training.data.vocabulary import train_tokenizer, write_tokenizer
from makeup_ai.training.determinism import make_deterministic
from makeup_ai.training.evaluation.evaluate import Metrics, evaluate, predict_keras
from makeup_ai.training.finetune import CompanionFactory, train
from makeup_ai.training.loop import Progress
from makeup_ai.training.models.encoders import PRESETS, config_to_dict, resolve, with_ngrams
from makeup_ai.training.models.folder import TOKENIZER, description_of
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.run import SCHEMA, RunLayout, build_run, load_run, write_json
from makeup_ai.training.tasks.base import Task
from makeup_ai.training.tasks.registry import as_read, build_task, task_to_dict

VOCABULARY_SIZE = 6_000
"""Pieces of a tokenizer trained here; the two languages of the built-in data use fewer."""

KEPT_TEXTS = 1_000
"""Validation texts that a run keeps, for exported files to be compared and calibrated on."""


def train_run(
    folder: str | Path,
    task_name: str,
    preset: str,
    train_examples: Sequence[Example],
    valid_examples: Sequence[Example],
    options: TrainOptions,
    *,
    vocabulary_size: int = VOCABULARY_SIZE,
    max_length: int | None = None,
    ngrams: int | None = None,
    tokenizer_texts: Sequence[str] | None = None,
    companions: Sequence[CompanionFactory] = (),
    progress: Progress = print,
) -> Metrics:
    """Train a run, or go on with one that was killed; the same call does both.

    Args:
        folder: Of the run; made where it is missing.
        task_name: A key of `TASKS`.
        preset: A key of `PRESETS`; or an encoder's folder or a KerasHub BERT preset, which bring their vocabulary.
        train_examples: What it learns from.
        valid_examples: What early stopping watches.
        options: How it trains.
        vocabulary_size: Of the tokenizer, for presets of ours.
        max_length: Longest text in pieces; the preset's own by default.
        ngrams: Rows of the table of hashed n-grams beside the encoder; the preset's own by default.
        tokenizer_texts: What the vocabulary is built from; the training texts by default.
        companions: What is learned beside the labels.
        progress: Receives one line at a time.

    Returns:
        Metrics of the best weights on the validation examples.

    Raises:
        ValueError: The task, preset or options are unknown, or the folder holds a run of another configuration.
    """
    layout = RunLayout(Path(folder))
    task = build_task(task_name, train_examples)
    train_examples, valid_examples = as_read(task_name, train_examples), as_read(task_name, valid_examples)
    if not companions:  # which may teach what no label says
        train_examples = [example for example in train_examples if _is_labelled(example, task)]
    make_deterministic(options.seed)
    if preset in PRESETS and not layout.tokenizer.is_file():
        texts = tokenizer_texts or every_text(train_examples)
        train_tokenizer(texts, layout.tokenizer, vocabulary_size)
    elif preset not in PRESETS:
        bring_tokenizer(preset, layout.tokenizer)
    pieces = len(json.loads(layout.tokenizer.read_text(encoding="utf-8"))["model"]["vocab"])
    kind, encoder_config = resolve(preset, pieces, max_length)
    if ngrams is not None:
        encoder_config = with_ngrams(encoder_config, ngrams)
    config: dict[str, Any] = {
        "schema": SCHEMA,
        "version": __version__,
        "task": task_to_dict(task),
        "preset": preset,
        "encoder": kind,
        "encoder_config": config_to_dict(encoder_config),
        "options": asdict(options),
    }
    if layout.config.is_file() and json.loads(layout.config.read_text(encoding="utf-8")) != config:
        raise ValueError(
            f"{str(folder)!r} holds a run of another configuration. "
            "Remedy: another folder, or the same command as before."
        )
    write_json(layout.config, config)
    write_json(layout.texts, readings(valid_examples[:KEPT_TEXTS]))
    with dtype_policy(options.precision):
        run = build_run(folder, config, encoder_config)
    beside = [companion(run, train_examples) for companion in companions]
    make_deterministic(options.seed)  # whatever they drew to be made, which a run that resumes may find made already
    return train(run, train_examples, valid_examples, options, progress, beside)


def _is_labelled(example: Example, task: Task) -> bool:
    """Tell whether an example carries a label of the task; a product is what an embedding learns from."""
    return example.product is not None or any(getattr(example, head.name, None) is not None for head in task.heads)


def measure_run(folder: str | Path, examples: Sequence[Example], part: str = "test") -> Metrics:
    """Evaluate a run's best weights on a part, and keep the figures in its `metrics.json`."""
    run = load_run(folder)
    found = evaluate(run.task, examples, run.tokenizer, run.max_length, predict_keras(run.model))
    path = RunLayout(run.folder).metrics
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    write_json(path, {**known, part: found})
    return found


@contextmanager
def dtype_policy(policy: str) -> Iterator[None]:
    """Build layers of another dtype policy; those that are built later, to measure or export, are not."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def bring_tokenizer(preset: str, path: Path) -> None:
    """Write the tokenizer of an encoder's folder, or that of a KerasHub preset in our format."""
    if description_of(preset):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (Path(preset) / TOKENIZER).read_bytes())
        return
    import keras_hub

    try:
        pieces = list(keras_hub.models.BertTokenizer.from_preset(preset).vocabulary)
    except Exception as error:  # KerasHub raises many kinds for an unknown preset
        raise ValueError(
            f"Unknown preset. Expected one of {sorted(PRESETS)}, an encoder's folder, or a KerasHub BERT preset: "
            f"a handle or a folder. Received: preset={preset!r} ({type(error).__name__})"
        ) from error
    write_tokenizer({piece: index for index, piece in enumerate(pieces)}, path)
