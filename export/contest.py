"""Which files meet in a benchmark, on which texts, scored how: the library call behind `makeup-ai bench`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.bundle import MANIFEST, Bundle
from makeup_ai.export.bench import Benchmark, bench
from makeup_ai.runtime.session import RUNTIMES, Session
from makeup_ai.runtime.signature import LENGTHS, choose_length, padded
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.pairs import encode_readings, readings
from makeup_ai.training.data.parts import load_examples, load_parts
from makeup_ai.training.evaluation.evaluate import Metrics, evaluate, predict_session
from makeup_ai.training.evaluation.target import describe_export
from makeup_ai.training.run import load_run
from makeup_ai.training.tasks.heads import Task
from makeup_ai.training.tasks.registry import as_read, task_from_dict

MEASURES = {
    "text": "macro_f1",
    "pair": "auc",
    "labels": "f1",
    "tokens": "f1",
    "field": "f1",
    "embedding": "recall_at_10",
}
"""The metric of each kind of head that a benchmark shows."""


@dataclass(frozen=True, slots=True)
class Contest:
    """A benchmark and the score that its plot is drawn with."""

    benchmark: Benchmark
    score: str


def contest(
    target: str | Path,
    *,
    data: str | Path | None = None,
    mapping: str = "",
    split_file: str | Path | None = None,
    keras_run: str | Path | None = None,
    texts: int = 64,
    repeats: int = 10,
    threads: int = 1,
) -> Contest:
    """Benchmark the files of a bundle, of an export folder, or one file.

    Args:
        target: What holds the files.
        data: Labelled texts; a bundle brings its own.
        mapping: Of the data's columns.
        split_file: A run's split, whose test part is then used.
        keras_run: A run whose Keras model is timed on the same texts.
        texts: How many are timed; all of the data are scored.
        repeats: Rounds.
        threads: Cores one call may use.

    Raises:
        FileNotFoundError: There are no model files at `target`.
        ValueError: No data was given where the target brings none.
    """
    target = Path(target)
    if (target / MANIFEST).is_file():
        bundle = Bundle.open(target)
        files = [bundle.path(name) for name in bundle.manifest.models["understanding"]["files"]]
        task = task_from_dict(bundle.manifest.models["understanding"]["task"])
        tokenizer, max_length = Tokenizer(bundle.path("tokenizer.json")), bundle.manifest.max_length
        data = data or bundle.path("vectors/evaluation.jsonl")
    else:
        files = [target] if target.is_file() else sorted(p for p in target.glob("*") if p.suffix in RUNTIMES)
        if not files:
            raise FileNotFoundError(f"Expected {sorted(RUNTIMES)} files, or a bundle. Received: {str(target)!r}")
        task, tokenizer, max_length = describe_export(files[0].parent)
    if data is None:
        raise ValueError("Expected labelled texts to score the files on. Remedy: --data FILE")
    if split_file:
        examples: Sequence[Example] = load_parts(data, mapping, split_file=split_file).test
    else:
        examples = load_examples(data, mapping)
    return run_contest(
        files, task, tokenizer, max_length, examples, keras_run=keras_run, texts=texts, repeats=repeats, threads=threads
    )


def run_contest(
    files: Sequence[Path],
    task: Task,
    tokenizer: Tokenizer,
    max_length: int,
    examples: Sequence[Example],
    *,
    keras_run: str | Path | None = None,
    texts: int = 64,
    repeats: int = 10,
    threads: int = 1,
) -> Contest:
    """Benchmark files of one task and tokenizer on given examples; see `contest`."""
    longest = min(max_length, max(LENGTHS))
    examples = as_read(task.name, examples)
    step = max(1, len(examples) // texts)  # spread over the file, whatever its order
    encodings = encode_readings(tokenizer, readings(examples[::step][:texts]), longest)
    inputs = [padded(e.token_ids, choose_length(LENGTHS, len(e.token_ids))) for e in encodings]

    def score(session: Session) -> Mapping[str, float]:
        return shown(task, evaluate(task, examples, tokenizer, longest, predict_session(session)))

    result = bench(
        files, inputs, _keras(keras_run) if keras_run else None, repeats=repeats, threads=threads, score=score
    )
    names = [f"{head.name} {MEASURES[head.kind]}" for head in task.heads]
    available = {name for measured in result.measurements for name in measured.scores}
    return Contest(result, next(name for name in names if name in available))


def shown(task: Task, found: Metrics) -> dict[str, float]:
    """Return one figure a head, named as a benchmark shows it."""
    kinds = {head.name: head.kind for head in task.heads}
    return {f"{head} {MEASURES[kinds[head]]}": values[MEASURES[kinds[head]]] for head, values in found.items()}


def _keras(folder: str | Path) -> Callable[[Mapping[str, Any]], Any]:
    model = load_run(folder).model
    return lambda text: model.predict_on_batch(dict(text))
