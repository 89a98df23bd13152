"""Tasks on pairs of texts against BM25, on synthetic data: P@1 and MRR, each network trained for a fixed time.

    python benchmarks/pairs.py --seconds 100 --out build/pairs

`answers` selects the passage that answers a question (makeup_ai.training.data.questions), `match` the product that was
meant (makeup_ai.training.data.generate). Every list holds one right answer and up to four others; the lists, the things
asked about and the templates of the test part are not among those trained on. All data is synthetic.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

from makeup_ai.export.bench import machine
from makeup_ai.export.builtin import World
from makeup_ai.search.bm25 import Bm25
from makeup_ai.search.words import terms
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.generate import Sizes
from makeup_ai.training.evaluation.ranking import by_query
from makeup_ai.training.job import measure_run, train_run
from makeup_ai.training.models import encoders
from makeup_ai.training.models.bert import BertConfig
from makeup_ai.training.models.encoders import usual_rate
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.tasks import pair_head
from makeup_ai.training.tasks.registry import as_read

EPOCHS = 5
MAX_LENGTH = 48
LABELS = {"answers": "relevant", "match": "bought"}


SMALL = {"bert_mini": ("bert", BertConfig(num_layers=1, hidden_dim=64, num_heads=2, intermediate_dim=128))}
RATE = 3e-3  # of so small a network


class OutOfTimeError(Exception):
    """The seconds are over; what was best so far is kept."""


def bm25(task: str, test: Sequence[Example]) -> dict[str, float]:
    """Rank each list by the words that its texts share with the query; the index is over all texts of the test."""
    texts = sorted({str(e.second) for e in test})
    index, row = Bm25.of([terms(text) for text in texts]), {text: at for at, text in enumerate(texts)}
    scores = {query: index.scores(terms(query)) for query in {e.text for e in test}}
    found = np.array([scores[e.text][row[str(e.second)]] for e in test], np.float64)
    relevant = np.array([getattr(e, LABELS[task]) == "yes" for e in test])
    measured = by_query([e.text for e in test], relevant, found)
    if measured is None:
        raise SystemExit("no list to rank")
    return {"p_at_1": measured.first, "mrr": measured.mrr, "queries": measured.queries}


def trained(
    task: str, preset: str, parts: dict[str, list[Example]], seconds: float, seed: int, folder: Path
) -> dict[str, float]:
    """Train until the seconds are over, and rank each list of the test by the weights that were best on valid."""
    started = time.monotonic()

    def progress(line: str) -> None:
        if time.monotonic() - started > seconds and (folder / "weights.npz").is_file():
            raise OutOfTimeError

    options = TrainOptions(
        epochs=EPOCHS,
        batch_size=64,
        learning_rate=RATE if preset in SMALL else usual_rate(preset),
        patience=8,
        seed=seed,
    )
    with suppress(OutOfTimeError):
        train_run(
            folder, task, preset, parts["train"], parts["valid"], options, max_length=MAX_LENGTH, progress=progress
        )
    spent = time.monotonic() - started
    return {**measure_run(folder, parts["test"])[LABELS[task]], "seconds": spent}


def of_language(examples: Sequence[Example], language: str) -> list[Example]:
    """Return the examples of one language."""
    return [e for e in examples if e.language == language]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", default="answers,match")
    parser.add_argument("--presets", default="bert_mini")
    parser.add_argument("--seconds", type=float, default=100)
    parser.add_argument("--pairs", type=int, default=8_000, help="most pairs to train on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pooled-only", action="store_true", help="the head reads the pooled vector alone")
    options = parser.parse_args()
    encoders.PRESETS.update(SMALL)
    if options.pooled_only:
        pair_head.compare = lambda *_: []
    world = World.builtin()
    corpus = world.generate(options.seed, Sizes())
    data = {
        "answers": world.questions(options.seed),
        "match": {part: corpus.examples(part, world.describe, world.shelf) for part in ("train", "valid", "test")},
    }
    print(f"{machine()}; " + ", ".join(f"{name} {version(name)}" for name in ("makeup-ai", "keras", "tensorflow")))
    print(
        "| task | by | P@1 | MRR | English P@1 | Chinese P@1 | lists | trained, s |\n|---|---|---|---|---|---|---|---|"
    )
    for task in options.tasks.split(","):
        parts = {part: as_read(task, examples) for part, examples in data[task].items()}
        parts["train"] = parts["train"][: options.pairs]
        parts["valid"] = parts["valid"][:1500]
        rows: defaultdict[str, list[dict[str, float]]] = defaultdict(list)
        for language in ("", "en", "zh"):
            test = of_language(parts["test"], language) if language else parts["test"]
            rows["BM25"].append(bm25(task, test))
        for preset in options.presets.split(","):
            folder = options.out / f"{task}_{preset}_{options.seed}"
            rows[preset].append(trained(task, preset, parts, options.seconds, options.seed, folder))
            for language in ("en", "zh"):
                rows[preset].append(measure_run(folder, of_language(parts["test"], language), language)[LABELS[task]])
        for name, (both, en, zh) in rows.items():
            figures = [both["p_at_1"], both["mrr"], en["p_at_1"], zh["p_at_1"]]
            told = " | ".join(f"{figure:.3f}" for figure in figures)
            print(f"| {task} | {name} | {told} | {both['queries']:.0f} | {both.get('seconds', 0):.0f} |", flush=True)


if __name__ == "__main__":
    main()
