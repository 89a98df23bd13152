"""`makeup-ai train --task TASK --data FILE --out RUN`: train an encoder on a task; the same command resumes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from makeup_ai.cli.augment import chosen_kinds, kind_arguments
from makeup_ai.training.data.augmenting.augment import augment
from makeup_ai.training.data.augmenting.recombining import recombine
from makeup_ai.training.data.documents import read_documents
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.negatives import by_words, mine_negatives
from makeup_ai.training.data.parts import Parts, load_parts
from makeup_ai.training.data.unlabelled import read_unlabelled
from makeup_ai.training.distilling.companion import HIDDEN_LOSSES, HIDDEN_OF, Distillation, distil
from makeup_ai.training.distilling.cross_fitted import train_folds
from makeup_ai.training.distilling.kinds import MEANS
from makeup_ai.training.distilling.opening import open_teacher
from makeup_ai.training.distributing import distribute
from makeup_ai.training.evaluation.evaluate import Metrics
from makeup_ai.training.evaluation.neighbours import by_vectors
from makeup_ai.training.evaluation.target import open_target
from makeup_ai.training.finetune import CompanionFactory
from makeup_ai.training.job import VOCABULARY_SIZE, measure_run, train_run
from makeup_ai.training.models.encoders import PRESETS, usual_rate
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.pretraining.companion import masked_words
from makeup_ai.training.run import RunLayout
from makeup_ai.training.tasks.registry import TASKS, as_read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    defaults = TrainOptions()
    parser.add_argument("--task", required=True, help=f"one of {sorted(TASKS)}")
    parser.add_argument("--data", required=True, metavar="FILE", help="a table, JSONL of examples, or .conll")
    parser.add_argument("--out", required=True, metavar="RUN", help="folder of the run")
    parser.add_argument("--preset", default="bert_tiny", help=f"one of {sorted(PRESETS)}, or a KerasHub BERT preset")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="columns, where their names do not tell")
    parser.add_argument("--labels", metavar="FILE", help="aspects that the reviews of --data judge, in their own table")
    parser.add_argument("--split-by", default="product", help="what a split keeps together: product, user, text or row")
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--learning-rate", type=float, help="the encoder's own by default")
    parser.add_argument("--warmup", type=float, default=defaults.warmup, help="share of steps while the rate rises")
    parser.add_argument("--weight-decay", type=float, default=defaults.weight_decay)
    parser.add_argument("--clip-norm", type=float, default=defaults.clip_norm, help="largest norm of a gradient")
    parser.add_argument("--layer-decay", type=float, default=defaults.layer_decay, help="of the rate, layer by layer")
    parser.add_argument("--patience", type=int, default=defaults.patience)
    parser.add_argument("--noise", type=float, default=defaults.noise, help="share of pieces replaced by random ones")
    parser.add_argument(
        "--adversarial", type=float, default=defaults.adversarial, metavar="LENGTH", help="harden against moved vectors"
    )
    parser.add_argument("--balance-classes", action="store_true", help="let rare classes weigh more")
    parser.add_argument("--hard-negatives", type=int, default=0, metavar="N", help="of embed: mined for each query")
    parser.add_argument(
        "--hard-negatives-from", metavar="RUN", help="mine by its embedding; by words (BM25) without it"
    )
    parser.add_argument("--accumulate", type=int, default=defaults.accumulate, help="batches added up before a step")
    parser.add_argument("--precision", default=defaults.precision, help="float32, mixed_float16 or mixed_bfloat16")
    parser.add_argument("--xla", action="store_true", help="compile each step as a whole")
    parser.add_argument("--devices", type=int, default=1, metavar="N", help="that share out each batch; on JAX")
    parser.add_argument("--vocabulary-size", type=int, default=VOCABULARY_SIZE)
    parser.add_argument("--max-length", type=int, help="longest text in pieces")
    parser.add_argument("--ngrams", type=int, metavar="ROWS", help="of a table of hashed n-grams beside the encoder")
    parser.add_argument("--augment", type=int, default=0, metavar="N", help="copies of each text in other words")
    kind_arguments(parser)
    _teaching_arguments(parser)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--json", action="store_true", help="print the metrics as one JSON object")


def _teaching_arguments(parser: argparse.ArgumentParser) -> None:
    defaults = Distillation()
    parser.add_argument(
        "--teacher", nargs="+", default=[], metavar="RUN", help="learn its answers too; or ngrams; or a .npz of answers"
    )
    parser.add_argument("--teacher-weight", type=float, default=defaults.weight, help="the labels have the rest of one")
    parser.add_argument("--temperature", type=float, default=defaults.temperature, help="that softens the answers")
    parser.add_argument("--teacher-mean", default=defaults.mean, help=f"of several teachers: one of {sorted(MEANS)}")
    parser.add_argument("--hidden-weight", type=float, default=defaults.hidden_weight, help="of the teacher's vectors")
    parser.add_argument("--hidden-of", default=defaults.hidden_of, help=f"one of {sorted(HIDDEN_OF)}")
    parser.add_argument("--hidden-loss", default=defaults.hidden, help=f"one of {sorted(HIDDEN_LOSSES)}")
    parser.add_argument("--folds", type=int, default=0, metavar="N", help="leave N teachers, each blind to one part")
    parser.add_argument("--unlabelled", metavar="FILE", help="texts that only the teacher answers; or a corpus")
    parser.add_argument("--recombine", type=int, default=0, metavar="N", help="texts of others' sentences for each")
    parser.add_argument("--with-masked-words", type=float, metavar="ALPHA", help="weight of masked words in the loss")
    parser.add_argument("--masked-words-of", metavar="DIR", help="a corpus; the training texts themselves by default")


def run(options: argparse.Namespace) -> int:
    """Train, then measure once on the test part."""
    if options.task not in TASKS:  # before a long file is read
        raise ValueError(f"Unknown task. Expected one of {sorted(TASKS)}. Received: task={options.task!r}")
    distribute(options.devices)
    layout = RunLayout(Path(options.out))
    parts = load_parts(options.data, options.map, options.split_by, options.seed, layout.split, options.labels)
    if parts.quality is not None:
        print(parts.quality, file=sys.stderr)
    learned = _with_negatives(options, parts.train) if options.hard_negatives else parts.train
    if options.augment:
        learned = augment(learned, options.augment, chosen_kinds(options), options.seed)
    learned = [*learned, *_unlabelled(options, parts)]
    settings, companions = _settings(options), _companions(options)

    def fit(folder: str | Path, examples: Sequence[Example]) -> Metrics:
        return train_run(
            folder,
            options.task,
            options.preset,
            examples,
            parts.valid,
            settings,
            vocabulary_size=options.vocabulary_size,
            max_length=options.max_length,
            ngrams=options.ngrams,
            companions=companions,
            progress=show,
        )

    if options.folds:
        return _folds(options, learned, fit)
    found = {"valid": fit(options.out, learned), "test": measure_run(options.out, parts.test)}
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        for head, values in found["test"].items():
            print(f"test {head}: " + "  ".join(f"{name} {value:.4f}" for name, value in values.items()))
        print(f"{options.out}  next: makeup-ai export {options.out} --out {options.out}/export")
    return 0


def _settings(options: argparse.Namespace) -> TrainOptions:
    return TrainOptions(
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate or usual_rate(options.preset),
        warmup=options.warmup,
        weight_decay=options.weight_decay,
        clip_norm=options.clip_norm,
        patience=options.patience,
        layer_decay=options.layer_decay,
        noise=options.noise,
        adversarial=options.adversarial,
        balance_classes=options.balance_classes,
        accumulate=options.accumulate,
        xla=options.xla,
        precision=options.precision,
        seed=options.seed,
    )


def _folds(
    options: argparse.Namespace, examples: Sequence[Example], fit: Callable[[Path, Sequence[Example]], Metrics]
) -> int:
    found = train_folds(options.out, examples, options.folds, options.seed, fit)
    if options.json:
        print(json.dumps({"valid": found}, indent=2))
    else:
        print(f"{options.out}  next: the same command without --folds, with --teacher {options.out} and another --out")
    return 0


def _with_negatives(options: argparse.Namespace, examples: Sequence[Example]) -> list[Example]:
    if options.task != "embed":
        raise ValueError(f"Only the task 'embed' learns from hard negatives. Received: task={options.task!r}")
    rank = by_vectors(open_target(options.hard_negatives_from)) if options.hard_negatives_from else by_words
    return mine_negatives(as_read(options.task, examples), options.hard_negatives, rank, options.seed)


def _companions(options: argparse.Namespace) -> list[CompanionFactory]:
    return [*_masked_words(options), *_teachers(options)]


def _masked_words(options: argparse.Namespace) -> list[CompanionFactory]:
    if options.with_masked_words is None:
        if options.masked_words_of:
            raise ValueError("A corpus of masked words needs their weight. Received: no --with-masked-words")
        return []
    corpus = list(read_documents(options.masked_words_of)) if options.masked_words_of else []
    return [masked_words(options.with_masked_words, corpus, seed=options.seed)]


def _teachers(options: argparse.Namespace) -> list[CompanionFactory]:
    if not options.teacher:
        return []
    taught = Distillation(
        weight=options.teacher_weight,
        temperature=options.temperature,
        hidden_weight=options.hidden_weight,
        hidden=options.hidden_loss,
        hidden_of=options.hidden_of,
        mean=options.teacher_mean,
    )
    teachers = [open_teacher(name, options.seed) for name in options.teacher]
    return [partial(distil, teachers=teachers, settings=taught, progress=show)]


def _unlabelled(options: argparse.Namespace, parts: Parts) -> list[Example]:
    if not options.unlabelled and not options.recombine:
        return []
    if not options.teacher:
        raise ValueError("Texts without labels need a teacher. Received: --unlabelled or --recombine without --teacher")
    mixed = recombine(parts.train, options.recombine, options.seed)
    if not options.unlabelled:
        return mixed
    known = [example.text for part in (parts.train, parts.valid, parts.test) for example in part]
    return [*mixed, *read_unlabelled([options.unlabelled], without=known)]


def show(line: str) -> None:
    """Print a line of progress on stderr; one that begins with a carriage return stays on its line."""
    if not line.startswith("\r"):
        print(line, file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(line + "\033[K", end="\r", file=sys.stderr, flush=True)
