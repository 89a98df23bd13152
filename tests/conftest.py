"""One tiny bundle for all tests that need a whole one: made once a session, in seconds, without training."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

QUESTIONS = ("a matte lipstick under $20", "我对香精过敏，想要保湿面霜")
"""What the tiny bundle's own self-test asks."""

RIDGE = 3.0  # pull towards zero of the heads' weights, in squared units of the encoder's outputs
SHARPNESS = 12.0  # from a fit to 0 and 1 to logits that a softmax is sure of
HEADS = ("intent", "sentiment", "slots")


@dataclass(frozen=True)
class Tiny:
    """A run with its exported files, and the examples that its heads were fitted to."""

    run: Path
    export: Path
    world: Any
    examples: Any


def fit(run: Any, examples: Any) -> None:
    """Count and solve instead of training: pieces become their label frequencies, heads the least squares on top."""
    import keras

    from makeup_ai.text.tokenizer import pad
    from makeup_ai.training.tasks.heads import HEAD_KINDS

    encodings = [run.tokenizer.encode(e.text, run.max_length) for e in examples]
    heads = [head for name in HEADS for head in run.task.heads if head.name == name]
    targets = {
        head.name: [HEAD_KINDS[head.kind].target(head, e, c) for c, e in zip(encodings, examples, strict=True)]
        for head in heads
    }
    blocks = run.model.get_layer("bert").get_layer("blocks")
    pieces = blocks.get_layer("token_embedding").embeddings
    vectors, column = np.random.default_rng(0).normal(0, 0.02, pieces.shape), 0
    for head in heads:
        counts = np.full((len(vectors), len(head.labels)), 0.02)
        for encoding, target in zip(encodings, targets[head.name], strict=True):
            labels = np.broadcast_to(target, len(encoding.token_ids))
            np.add.at(counts, (encoding.token_ids[labels >= 0], labels[labels >= 0]), 1)
        vectors[:, column : column + len(head.labels)] = counts / counts.sum(1, keepdims=True)
        column += len(head.labels)
    pieces.assign(vectors)
    places = blocks.get_layer("position_embedding").position_embeddings
    places.assign(np.zeros(places.shape))

    layers = {"sequence": run.model.get_layer("slots").input, "pooled": run.model.get_layer("intent").input}
    token_ids, padding_mask = pad(encodings, run.max_length)
    read = keras.Model(run.model.inputs, layers).predict(
        {"token_ids": token_ids, "padding_mask": padding_mask}, verbose=0
    )
    for head in heads:
        if head.kind == "tokens":
            x = np.concatenate([read["sequence"][i, : len(row)] for i, row in enumerate(targets[head.name])])
        else:
            x = read["pooled"]
        y = np.hstack(targets[head.name])
        run.model.get_layer(head.name).set_weights(_solve(x[y >= 0], y[y >= 0], len(head.labels)))


def _solve(x: np.ndarray, y: np.ndarray, classes: int) -> list[np.ndarray]:
    ones = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
    gram = ones.T @ ones + RIDGE * np.diag([*np.ones(x.shape[1]), 0.0])
    solved = SHARPNESS * np.linalg.solve(gram, ones.T @ np.eye(classes)[y])
    return [solved[:-1].astype(np.float32), solved[-1].astype(np.float32)]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Tiny:
    """An understanding network of one small layer, exported to both formats."""
    keras = pytest.importorskip("keras", reason="making a bundle needs the pip extra `train`")
    from makeup_ai.export.builtin import World
    from makeup_ai.export.shipping import export_and_describe
    from makeup_ai.training.data.generate import Sizes
    from makeup_ai.training.data.vocabulary import train_tokenizer
    from makeup_ai.training.models.bert import BertConfig
    from makeup_ai.training.models.encoders import config_to_dict
    from makeup_ai.training.run import SCHEMA, RunLayout, build_run, write_json
    from makeup_ai.training.tasks.registry import build_task, task_to_dict
    from makeup_ai.training.weights import save_weights

    folder = tmp_path_factory.mktemp("tiny")
    layout = RunLayout(folder / "run")
    world = World.builtin()
    corpus = world.generate(0, Sizes({"train": 1200, "valid": 60, "test": 60}, {"train": 60, "valid": 10, "test": 10}))
    examples = corpus.examples("train", world.describe)
    tokenizer = train_tokenizer(world.tokenizer_texts(examples), layout.tokenizer, 3_000)
    config = BertConfig(tokenizer.vocabulary_size, 1, 192, 2, 64, dropout=0.0, max_length=32)
    write_json(
        layout.config,
        {
            "schema": SCHEMA,
            "version": "0",
            "task": task_to_dict(build_task("understanding", examples)),
            "preset": "tiny",
            "encoder": "bert",
            "encoder_config": config_to_dict(config),
            "options": {},
        },
    )
    write_json(layout.texts, [example.text for example in corpus.examples("valid")])
    keras.utils.set_random_seed(0)
    run = build_run(layout.folder, json.loads(layout.config.read_text("utf-8")))
    fit(run, examples)
    save_weights(run.model, layout.weights)
    report = export_and_describe(
        layout.folder, folder / "export", recipes=("float32",), strict=True, progress=lambda line: None
    )
    return Tiny(layout.folder, report.folder, world, corpus.examples("test"))


@pytest.fixture(scope="session")
def face_models() -> Path:
    """Folder of the face models; tests that need them are skipped where they cannot be fetched."""
    from makeup_ai.errors import ModelsMissingError
    from makeup_ai.vision.face_models import locate, pull

    try:
        return locate().detection.parent
    except ModelsMissingError:
        try:
            return pull(lambda line: None).detection.parent
        except (ModelsMissingError, OSError) as error:
            pytest.skip(f"the face models cannot be fetched here: {error}")


def ingredients(tiny: Tiny, **others: Any) -> Any:
    """What `assemble` makes the tiny bundle from."""
    from makeup_ai.export.assemble import Ingredients

    given = {
        "name": "tiny",
        "run": tiny.run,
        "models": {kind: next(tiny.export.glob(f"*.{kind}")) for kind in ("tflite", "onnx")},
        "measured": {"tflite": {"recipe": "float32"}, "onnx": {"recipe": "float32"}},
        "domain": tiny.world.domain.table,
        "products": tiny.world.products,
        "knowledge": tiny.world.knowledge,
        "questions": QUESTIONS,
        "evaluation": tiny.examples,
        "data": "Counted from synthetic texts.",
    }
    return Ingredients(**{**given, **others})


@pytest.fixture(scope="session")
def recipe(tiny):
    """A function that gives what `assemble` makes the tiny bundle from, with some of it replaced."""
    return lambda **others: ingredients(tiny, **others)


@pytest.fixture(scope="session")
def tiny_bundle(tiny, tmp_path_factory) -> Path:
    """Folder of a whole bundle without face models; read only, copy it to change it."""
    from makeup_ai.export.assemble import assemble

    return assemble(tmp_path_factory.mktemp("bundles") / "bundle", ingredients(tiny)).folder


@pytest.fixture(scope="session")
def assistant(tiny_bundle):
    """The tiny bundle, open on LiteRT."""
    from makeup_ai.assistant import Assistant

    return Assistant.load(tiny_bundle)
