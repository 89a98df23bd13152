"""A whole pre-training, from a corpus to an encoder's folder: the library call behind `makeup-ai pretrain`.

FOLDER/                an encoder's folder, for `--preset FOLDER` of any training; see `models/folder.py`
└── pretraining/       checkpoint, logs, config, metrics, and the weights of the whole network with its heads
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makeup_ai import __version__
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.documents import Document
from makeup_ai.training.data.terms import domain_terms
from makeup_ai.training.data.vocabulary import train_tokenizer
from makeup_ai.training.determinism import make_deterministic
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.job import VOCABULARY_SIZE, bring_tokenizer, dtype_policy
from makeup_ai.training.loop import Progress, teach
from makeup_ai.training.models.encoders import PRESETS, Config, build_encoder, config_to_dict, resolve
from makeup_ai.training.models.folder import write_encoder
from makeup_ai.training.models.lstm import LSTMConfig
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.pretraining.lesson import Lessons, PreTraining
from makeup_ai.training.pretraining.masking import Masking
from makeup_ai.training.pretraining.measure import Measure
from makeup_ai.training.pretraining.objectives import OBJECTIVES
from makeup_ai.training.pretraining.pieces import hold_out, read_pieces
from makeup_ai.training.pretraining.units import Units
from makeup_ai.training.pretraining.verbalise import verbalise
from makeup_ai.training.run import RunLayout, write_json

if TYPE_CHECKING:
    import keras

SCHEMA = 1
STATE = "pretraining"
"""Folder, within an encoder's, of what pre-training needs to go on and to be measured."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is pre-trained on.

    Args:
        held_out: Share of the documents that is measured on, by the hash of their text.
        graph: Share of statements of the knowledge graph among the sentences learned from, in [0, 1).
        vocabulary_size: Of the tokenizer, for presets of ours.
    """

    held_out: float = 0.02
    graph: float = 0.0
    vocabulary_size: int = VOCABULARY_SIZE


def pretrain(
    folder: str | Path,
    documents: Sequence[Document],
    preset: str,
    options: TrainOptions,
    lessons: Lessons,
    material: Material | None = None,
    *,
    tokenizer: str | Path | None = None,
    progress: Progress = print,
) -> Metrics:
    """Pre-train an encoder, or go on where a killed run stopped; the same call does both.

    Args:
        folder: Becomes an encoder's folder; holds the state of the run as well.
        documents: The corpus, as `read_documents` reads it.
        preset: A key of `PRESETS`, which starts from random weights; or an encoder's folder or a KerasHub BERT preset,
            which brings weights and tokenizer.
        options: How it trains.
        lessons: What it teaches.
        material: What it is taught on.
        tokenizer: A `tokenizer.json` for a preset of ours; one is trained on the documents by default.
        progress: Receives one line at a time.

    Returns:
        What the best weights are worth on the part held out; see `measure`.

    Raises:
        DataError: The corpus holds fewer than two different documents.
        ValueError: The preset or an option is unknown, or the folder holds another run.
    """
    material = material or Material()
    layout = RunLayout(Path(folder) / STATE)
    train, valid = hold_out(documents, material.held_out)
    make_deterministic(options.seed)
    _bring(preset, tokenizer, layout.tokenizer, train, material.vocabulary_size)
    reader = Tokenizer(layout.tokenizer)
    kind, config = _sizes(preset, reader.vocabulary_size, lessons.max_length)
    _keep_config(layout, kind, config, preset, options, lessons, material)
    units = Units(reader)
    sentences = Counter(document.language for document in train for _ in document.sentences)
    told = verbalise(sentences, material.graph, options.seed)
    progress(f"reading {len(train)} documents, {len(told)} of the graph, {len(valid)} held out")
    parts = read_pieces([*train, *told], reader, units), read_pieces(valid, reader, units)
    with dtype_policy(options.precision):
        network, encoder = _build(kind, config, lessons.objective)
    output = OBJECTIVES[lessons.objective].words
    if (known := head_of(preset, output)) is not None:
        network.get_layer(output).take(known)
    make_deterministic(options.seed)  # whatever was drawn to build them
    found = teach(PreTraining(network, reader, *parts, lessons, options), layout, options, progress)
    write_encoder(folder, encoder, kind, config_to_dict(config), layout.tokenizer)
    return found


def load_pretrained(folder: str | Path) -> tuple[keras.Model, Tokenizer, Lessons]:
    """Load the whole network of a pre-training with its best weights.

    Raises:
        FileNotFoundError: The folder is not one that pre-training has left.
    """
    from makeup_ai.training.models.encoders import config_from_dict
    from makeup_ai.training.weights import load_weights

    layout = RunLayout(Path(folder) / STATE)
    for path in (layout.config, layout.tokenizer, layout.weights):
        if not path.is_file():
            raise FileNotFoundError(
                f"Expected a folder that `makeup-ai pretrain` made. Received: {str(folder)!r}, "
                f"which has no {STATE}/{path.name}"
            )
    described: dict[str, Any] = json.loads(layout.config.read_text(encoding="utf-8"))
    if described.get("schema") != SCHEMA:
        raise ValueError(f"Expected a pre-training of schema {SCHEMA}. Received: {described.get('schema')!r}")
    lessons = lessons_from_dict(described["lessons"])
    config = config_from_dict(described["encoder"], described["encoder_config"])
    network, _ = _build(described["encoder"], config, lessons.objective)
    load_weights(network, layout.weights)
    return network, Tokenizer(layout.tokenizer), lessons


def measure_pretrained(folder: str | Path, documents: Sequence[Document]) -> Metrics:
    """Measure a pre-training on documents, all of which should be new to it.

    Args:
        folder: That `pretrain` made.
        documents: In either language.

    Raises:
        DataError: The documents hold nothing to read.
        FileNotFoundError: The folder is not one that pre-training has left.
    """
    network, tokenizer, lessons = load_pretrained(folder)
    pieces = read_pieces(documents, tokenizer, Units(tokenizer))
    return Measure(network, tokenizer, pieces, lessons.objective, lessons.masking, lessons.max_length)()


def head_of(preset: str, output: str) -> Any:
    """Return the word head that a preset was pre-trained with; `None` where it has none for this output."""
    if not RunLayout(Path(preset) / STATE).config.is_file():
        return None
    network, _, lessons = load_pretrained(preset)
    return network.get_layer(output) if OBJECTIVES[lessons.objective].words == output else None


def lessons_from_dict(values: dict[str, Any]) -> Lessons:
    """Rebuild lessons that `asdict` wrote."""
    return Lessons(**{**values, "masking": Masking(**values["masking"])})


def _build(kind: str, config: Config, objective: str) -> tuple[keras.Model, keras.Model]:
    """Build the network of an objective and the encoder in it."""
    encoder = build_encoder(kind, config)
    return OBJECTIVES[objective].network(encoder, kind, config), encoder


def _bring(preset: str, given: str | Path | None, path: Path, documents: Sequence[Document], size: int) -> None:
    """Put the tokenizer in its place: a preset's own, a given one, or one trained on the documents."""
    if preset not in PRESETS:
        if given is not None:
            raise ValueError(f"Expected no tokenizer beside {preset!r}, which brings its own. Received: {str(given)!r}")
        bring_tokenizer(preset, path)
    elif given is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Path(given).read_bytes())
    elif not path.is_file():
        terms = [*domain_terms("en"), *domain_terms("zh")]
        train_tokenizer((s for d in documents for s in d.sentences), path, size, terms, least=2)


def _sizes(preset: str, pieces: int, max_length: int) -> tuple[str, Config]:
    """Resolve a preset; rows of its position table are settled, so that what is left can be read at any length."""
    kind, config = resolve(preset, pieces, max_length)
    return kind, config if isinstance(config, LSTMConfig) else replace(config, positions=config.rows)


def _keep_config(
    layout: RunLayout,
    kind: str,
    config: Config,
    preset: str,
    options: TrainOptions,
    lessons: Lessons,
    material: Material,
) -> None:
    described = {
        "schema": SCHEMA,
        "version": __version__,
        "preset": preset,
        "encoder": kind,
        "encoder_config": config_to_dict(config),
        "lessons": asdict(lessons),
        "material": asdict(material),
        "options": asdict(options),
    }
    if layout.config.is_file() and json.loads(layout.config.read_text(encoding="utf-8")) != described:
        raise ValueError(
            f"{str(layout.folder)!r} holds a run of another configuration. "
            "Remedy: another folder, or the same command as before."
        )
    write_json(layout.config, described)
