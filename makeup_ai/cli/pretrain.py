"""`makeup-ai pretrain --corpus DIR --out FOLDER`: learn the language of texts; the same command resumes.

`makeup-ai pretrain --measure FOLDER --corpus DIR` measures one on any corpus, `--measure FOLDER --prompt TEXT` lets a
generator go on with a text.
"""

from __future__ import annotations

import argparse
import json

from makeup_ai.cli.train import show
from makeup_ai.training.data.documents import Document, read_documents
from makeup_ai.training.distributing import distribute
from makeup_ai.training.models.encoders import PRESETS, usual_rate
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.pretraining.lesson import Lessons
from makeup_ai.training.pretraining.masking import Masking
from makeup_ai.training.pretraining.objectives import OBJECTIVES
from makeup_ai.training.pretraining.pretrain import Material, load_pretrained, measure_pretrained, pretrain
from makeup_ai.training.pretraining.sampling import continue_text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    defaults, lessons, masking, material = TrainOptions(), Lessons(), Masking(), Material()
    parser.add_argument("--corpus", metavar="DIR", help="that `makeup-ai data corpus` made")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", metavar="FOLDER", help="an encoder's folder, for `train --preset`")
    what.add_argument("--measure", metavar="FOLDER", help="measure one on the whole corpus; train nothing")
    parser.add_argument(
        "--preset",
        default="bert_tiny",
        help=f"one of {sorted(PRESETS)}, an encoder's folder, or a KerasHub BERT preset",
    )
    parser.add_argument("--objective", default=lessons.objective, help=f"one of {sorted(OBJECTIVES)}")
    parser.add_argument("--tokenizer", metavar="FILE", help="tokenizer.json for a preset of ours; else one is trained")
    parser.add_argument("--vocabulary-size", type=int, default=material.vocabulary_size, help="of one trained here")
    parser.add_argument("--mask", type=float, default=masking.share, help="share of pieces that are asked for")
    parser.add_argument("--entity-weight", type=float, default=masking.entity_weight, help="names are masked sooner")
    parser.add_argument("--pair-weight", type=float, default=lessons.pair_weight, help="of the loss of next sentences")
    parser.add_argument(
        "--graph", type=float, default=material.graph, help="share of statements of the knowledge graph"
    )
    parser.add_argument("--held-out", type=float, default=material.held_out, help="share of documents measured on")
    parser.add_argument("--max-length", type=int, default=lessons.max_length, help="pieces of the longest row")
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--accumulate", type=int, default=defaults.accumulate, help="batches added up before a step")
    parser.add_argument("--learning-rate", type=float, help="the encoder's own by default")
    parser.add_argument("--patience", type=int, default=defaults.patience)
    parser.add_argument("--precision", default=defaults.precision, help="float32, mixed_float16 or mixed_bfloat16")
    parser.add_argument("--xla", action="store_true", help="compile each step as a whole")
    parser.add_argument("--devices", type=int, default=1, metavar="N", help="that share out each batch; on JAX")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--prompt", metavar="TEXT", help="with --measure of a generator: how a text begins")
    parser.add_argument("--top-p", type=float, default=0.0, help="draw from the likeliest; 0 for the likeliest alone")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Pre-train and measure on what was held out, or only measure."""
    if options.prompt is not None:
        print(_continued(options))
        return 0
    if options.corpus is None:
        raise ValueError("Expected a corpus that `makeup-ai data corpus` made. Received: no --corpus")
    distribute(options.devices)
    documents = list(read_documents(options.corpus))
    found = measure_pretrained(options.measure, documents) if options.measure else _pretrain(options, documents)
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    for name, values in found.items():
        print(f"held out {name}: " + "  ".join(f"{figure} {value:.4g}" for figure, value in values.items()))
    folder = options.measure or options.out
    print(f"{folder}  next: makeup-ai train --preset {folder} --task ... --data ... --out ...")
    return 0


def _continued(options: argparse.Namespace) -> str:
    if not options.measure:
        raise ValueError("Expected --measure FOLDER beside --prompt. Received: none")
    network, tokenizer, lessons = load_pretrained(options.measure)
    how = {"max_length": lessons.max_length, "top_p": options.top_p, "seed": options.seed}
    return continue_text(network, tokenizer, options.prompt, **how)


def _pretrain(options: argparse.Namespace, documents: list[Document]) -> dict[str, dict[str, float]]:
    settings = TrainOptions(
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate or usual_rate(options.preset),
        patience=options.patience,
        accumulate=options.accumulate,
        xla=options.xla,
        precision=options.precision,
        seed=options.seed,
    )
    masking = Masking(options.mask, options.entity_weight)
    lessons = Lessons(options.objective, masking, options.pair_weight, options.max_length)
    material = Material(options.held_out, options.graph, options.vocabulary_size)
    return pretrain(
        options.out, documents, options.preset, settings, lessons, material, tokenizer=options.tokenizer, progress=show
    )
