"""Time, memory and recall of a recommendation by the size of the catalogue, beside USearch alone and NumPy float32.

    python benchmarks/recommend_scale.py BUNDLE FOLDER [--sizes 1000,10000,100000,1000000] [--questions 150]

Catalogues are synthetic (`recommend_scale_data.py`) and are made under FOLDER where they are not there yet, with their
indexes. Questions are the bundle's held-out texts that name a need or a kind, understood by the bundle's own model;
each gets three masks: an allergy, a budget (40th to 80th percentile of the prices) and the kind that it names, or
pregnancy where it names none.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from recommend_scale_data import make, source

from makeup_ai.bundle import Bundle
from makeup_ai.recommend.bits import Bits
from makeup_ai.recommend.masks import masked
from makeup_ai.recommend.needs import Needs, gather
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.scale.index import FILE, VectorIndex, write_index
from makeup_ai.recommend.scale.ranking import best
from makeup_ai.recommend.scale.sums import Sums, first
from makeup_ai.recommend.tables import INT8_SCALE, Tables
from makeup_ai.runtime.session import open_session
from makeup_ai.text.language import LanguageDetector
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.text.understander import Understander

ALLERGIES = ("fragrance", "silicone", "paraben", "essential_oil", "eu_allergen", "nut", "phenoxyethanol")
EXPANSIONS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384)
TOP, SEED = 10, 11
SWEPT = 1 << 16  # rows of 4 KB that are read between two calls: 256 MB
Question = tuple[Needs, tuple[float, ...]]


def read_questions(folder: Path, many: int) -> list[Question]:
    """Understand held-out texts as a consultation does, and draw their masks."""
    bundle, (tables, dicts) = Bundle.open(folder), source(folder)
    lexicon = Lexicon(dicts["domain"])
    understander = Understander(
        open_session(bundle.path("models/understanding.tflite")),
        Tokenizer(bundle.path("tokenizer.json")),
        labels=bundle.table("labels"),
        lexicon=lexicon,
        detect=LanguageDetector(bundle.table("languages")),
        max_length=bundle.manifest.max_length,
    )
    rng, found = np.random.default_rng(SEED), []
    for line in bundle.path("vectors/evaluation.jsonl").read_text("utf-8").splitlines():
        understood = understander.understand(json.loads(line)["text"])
        said = gather(understood, None, None, lexicon, tables)
        kind = {slot: values for slot, values in said.filters.items() if slot == "category"}
        if said.needs or kind:
            masks = (f"avoid:{rng.choice(ALLERGIES)}", *(() if kind else ("condition:pregnancy",)))
            budget = float(np.percentile(tables.prices, rng.uniform(40, 80)))
            asked = Needs(needs=said.needs, filters=kind, masks=masks, budget=budget)
            found.append((asked, tuple(float(x) for x in understood.embedding)))
    return [found[i] for i in rng.permutation(len(found))[:many]]


def kind_of(asked: Needs) -> str:
    if asked.filters:
        return "a kind"
    return "needs, no kind" if asked.needs else "neither"


def whole_numbers(embedding: tuple[float, ...]) -> np.ndarray:
    query = np.array(embedding, np.float32)
    return np.floor(query * (127 / np.abs(query).max()) + 0.5).astype(np.int8)


def rank(tables: Tables, asked: Needs, embedding: tuple[float, ...], find: Callable = best) -> tuple[Any, Any, int]:
    """Mask, choose, sum and sort: a recommendation but for its words. Gives rows, scores and how many were kept."""
    sums, kept = Sums(tables, asked, embedding), ~masked(tables, asked).hides
    rows, scores = find(sums, kept, min(len(kept), TOP * tables.settings.diversity.reach))
    return rows, scores, len(kept)


def scan(sums: Sums, kept: Bits, many: int) -> tuple[np.ndarray, np.ndarray]:
    """Sum all that are kept, with no bound: what `best` must find."""
    return first(kept.rows, sums.at(kept.rows), many, sums.tables.id_order)


def timed(call: Callable[[], Any]) -> float:
    """Milliseconds of processor time of this thread: other people's work on the machine is not counted."""
    start = time.thread_time()
    call()
    return (time.thread_time() - start) * 1e3


def memory(name: str) -> float:
    """Megabytes of this process, mapped files among them: `VmRSS` now, `VmHWM` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def curve(graph: Any, vectors: np.ndarray, asked: list[Question]) -> list[tuple[int, float, float]]:
    """Give expansion, recall against exact cosines, without masks, and milliseconds of USearch alone."""
    found = []
    exact = [vectors @ np.array(embedding, np.float32) for _, embedding in asked]
    least = [np.partition(one, len(one) - TOP)[len(one) - TOP] - 1e-6 for one in exact]
    for expansion in EXPANSIONS:
        graph.expansion_search = expansion
        hits, taken = [], []
        for (_, embedding), cosines, bar in zip(asked, exact, least, strict=True):
            start = time.thread_time()
            keys = graph.search(whole_numbers(embedding), TOP, threads=1).keys.astype(np.int64)
            taken.append((time.thread_time() - start) * 1e3)
            hits.append(np.mean(cosines[keys] >= bar))
        found.append((expansion, float(np.mean(hits)), float(np.median(taken))))
    return found


def measure_time(folder: Path, asked: list[Question]) -> dict[str, Any]:
    tables = Tables.load(folder)
    index = tables.index or VectorIndex.open(folder / FILE, tables.embeddings)
    graph = index.graph
    vectors = tables.embeddings.astype(np.float32) / INT8_SCALE
    alone = curve(graph, vectors, asked)
    finding_most = max(alone, key=lambda one: (round(one[1], 3), -one[0]))[0]

    def bare(embedding: tuple[float, ...], look: int) -> None:
        graph.expansion_search = look
        graph.search(whole_numbers(embedding), TOP, threads=1)

    def float32(asking: Needs, embedding: tuple[float, ...]) -> None:
        scores = vectors @ np.array(embedding, np.float32)
        scores[masked(tables, asking).hidden] = -np.inf
        np.argpartition(scores, len(scores) - TOP)

    def calls(one: Question) -> dict[str, Callable[[], Any]]:
        return {
            "ranked": lambda: rank(tables, *one),
            "written": lambda: recommend(tables, *one),
            "scan": lambda: rank(tables, *one, scan),
            "usearch_64": lambda: bare(one[1], 64),
            "usearch_1024": lambda: bare(one[1], 1024),
            "usearch_most": lambda: bare(one[1], finding_most),
            "float32": lambda: float32(*one),
        }

    cold = timed(lambda: recommend(tables, *asked[0]))
    for one in asked:
        recommend(tables, *one)
    swept = np.ones((SWEPT, 1 << 10), np.float32)
    taken: dict[str, list[float]] = {name: [] for name in calls(asked[0])}
    for turn, one in enumerate(asked):
        named = calls(one)
        names = list(named)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            swept.sum()  # every call meets cold caches
            taken[name].append(timed(named[name]))
    for name in list(taken):  # and, one question after another, those that the last one left
        taken[f"{name}_next"] = [timed(calls(one)[name]) for one in asked]
    hits, left, ratios = [], [], {}
    for one in asked:
        _, scores, kept = rank(tables, *one)
        exact = rank(tables, *one, scan)[1]
        top = min(TOP, kept)
        hits.append(float(np.mean(scores[:top] >= exact[top - 1])) if top else 1.0)
        left.append(kept)
    kinds = [kind_of(needs) for needs, _ in asked]
    for kind in sorted(set(kinds)):
        those = [i for i, own in enumerate(kinds) if own == kind]
        ratios[kind] = {
            "questions": len(those),
            "recall": float(np.mean([hits[i] for i in those])),
            **{name: float(np.median([values[i] for i in those])) for name, values in taken.items()},
        }
    return {
        **{name: float(np.median(values)) for name, values in taken.items()},
        "p95": float(np.percentile(taken["ranked"], 95)),
        "cold": cold,
        "recall": float(np.mean(hits)),
        "worst": float(np.min(hits)),
        "kept": float(np.median(left)),
        "alone": alone,
        "finding_most": finding_most,
        "kinds": ratios,
    }


def measure_memory(folder: Path, asked: list[Question], how: str) -> dict[str, Any]:
    base = memory("VmRSS")
    if how == "ours":
        tables = Tables.load(folder)
        for one in asked:
            recommend(tables, *one)
    elif how == "usearch":
        from usearch.index import Index

        dim = len(asked[0][1])
        graph = Index(ndim=dim, metric="cos", dtype="i8")
        graph.view(str(folder / FILE))
        for _, embedding in asked:
            graph.search(whole_numbers(embedding), TOP, threads=1)
    else:
        vectors = np.fromfile(folder / "embeddings.bin", np.int8).reshape(-1, len(asked[0][1])).astype(np.float32)
        for _, embedding in asked:
            scores = vectors @ np.array(embedding, np.float32)
            np.argpartition(scores, len(scores) - TOP)
    return {"mb": memory("VmHWM") - base}


def child(folder: Path, cache: Path, what: str) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, __file__, "--child", what, str(folder), str(cache)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def cached(path: Path) -> list[Question]:
    return [
        (Needs(needs=tuple(n), filters={k: tuple(v) for k, v in f.items()}, masks=tuple(m), budget=b), tuple(e))
        for n, f, m, b, e in json.loads(path.read_text("utf-8"))
    ]


def prepare(bundle: Path, folder: Path, products: int) -> dict[str, Any]:
    if not (folder / "columns" / "names.json").is_file():
        make(bundle, products, folder)
    vectors = np.fromfile(folder / "embeddings.bin", np.int8).reshape(products, -1)
    built = folder / "built.json"
    if not built.is_file() or not (folder / FILE).is_file():
        start = time.process_time()
        write_index(folder / FILE, vectors, threads=2)
        built.write_text(json.dumps({"seconds": time.process_time() - start}))
    sizes = {path.name: path.stat().st_size / 1e6 for path in [folder / FILE, *(folder / "columns").iterdir()]}
    index, lines = sizes.pop(FILE), sizes.pop("products.jsonl")
    return {**json.loads(built.read_text()), "index_mb": index, "lines_mb": lines, "columns_mb": sum(sizes.values())}


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        what, folder, cache = sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
        asked = cached(cache)
        print(json.dumps(measure_time(folder, asked) if what == "time" else measure_memory(folder, asked, what)))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--questions", type=int, default=150)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    asked = read_questions(options.bundle, options.questions)
    cache = options.folder / "questions.json"
    cache.write_text(json.dumps([(n.needs, dict(n.filters), n.masks, n.budget, e) for n, e in asked]), "utf-8")
    for products in map(int, options.sizes.split(",")):
        folder = options.folder / f"t{products}"
        row = {"products": products, **prepare(options.bundle, folder, products), **child(folder, cache, "time")}
        row |= {f"{how}_mb": child(folder, cache, how)["mb"] for how in ("ours", "usearch", "float32")}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
