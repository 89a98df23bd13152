"""`makeup-ai data annotate|agreement|annotated`: propose, compare and take over what people say of texts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from makeup_ai.training.data.annotation.agreement import measure_agreement
from makeup_ai.training.data.annotation.labelstudio import configuration, read_export, write_tasks
from makeup_ai.training.data.annotation.merging import merge_into, still_open
from makeup_ai.training.data.annotation.proposing import ORDERS, KnowledgeProposer, Proposer, Together, ordered
from makeup_ai.training.data.annotation.records import Annotation, read_annotations
from makeup_ai.training.data.examples import Example, write_examples
from makeup_ai.training.data.texts import LINES, PLAIN_UNITS
from makeup_ai.training.data.unlabelled import read_unlabelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FORMATS = ("jsonl", "labelstudio")
CHUNK = 256
"""Texts between two signs of progress."""


def arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the actions."""
    annotate = actions.add_parser("annotate", help="propose spans and labels of texts, for a person to correct")
    annotate.add_argument("files", nargs="+", metavar="FILE", help="CSV, JSONL, JSON, Parquet or plain text (.txt)")
    annotate.add_argument("--out", required=True, metavar="FILE", help=".jsonl, or .json for Label Studio")
    annotate.add_argument("--run", metavar="RUN", help="also let a run, an exported file or a bundle propose")
    annotate.add_argument("--no-knowledge", action="store_true", help="let only the run propose")
    annotate.add_argument("--format", default=FORMATS[0], help=f"one of {list(FORMATS)}")
    annotate.add_argument("--order", default="uncertain", help=f"of the work, one of {sorted(ORDERS)}")
    annotate.add_argument("--limit", type=int, metavar="N", help="lines to add at most, the first in that order")
    annotate.add_argument("--renew", action="store_true", help="propose again for lines that are not checked")
    annotate.add_argument("--map", default="", metavar="FIELD=COLUMN,...", help="of tables: text=..., product=...")
    annotate.add_argument("--plain", default=LINES, help=f"one text of a .txt file, one of {list(PLAIN_UNITS)}")
    agreement = actions.add_parser("agreement", help="say how far two annotators agree")
    agreement.add_argument("first", metavar="FILE", help="annotations, or a Label Studio export (.json)")
    agreement.add_argument("second", metavar="FILE", help="those of another annotator; may be the same export")
    agreement.add_argument("--annotators", default=",", metavar="A,B", help="whose work in each Label Studio export")
    agreement.add_argument("--json", action="store_true", help="print everything as one JSON object")
    done = actions.add_parser("annotated", help="turn what a person has checked into examples for training")
    done.add_argument("file", metavar="FILE", help="annotations, or a Label Studio export (.json)")
    done.add_argument("--annotator", default="", metavar="NAME", help="whose work in a Label Studio export")
    done.add_argument("--out", required=True, metavar="FILE.jsonl")


def run(options: argparse.Namespace) -> int:
    """Propose, compare, or take over."""
    return ACTIONS[options.action](options)


def _annotate(options: argparse.Namespace) -> int:
    if options.format not in FORMATS:
        raise ValueError(f"Unknown format. Expected one of {list(FORMATS)}. Received: format={options.format!r}")
    suffix = ".json" if options.format == "labelstudio" else ".jsonl"
    if Path(options.out).suffix.lower() != suffix:
        raise ValueError(f"Expected a name that ends in {suffix}. Received: --out {options.out}")
    if options.limit is not None and options.limit < 1:
        raise ValueError(f"Expected --limit of 1 or more. Received: {options.limit}")
    examples = read_unlabelled(options.files, options.map, options.plain)
    proposer = _proposer(options.run, not options.no_knowledge)
    if options.format != "labelstudio":
        examples = still_open(options.out, examples, options.renew)
    if options.order == "given" and not options.renew:
        examples = examples[: options.limit]
    proposed = ordered(_propose(proposer, examples), options.order)
    if options.format == "labelstudio":
        proposed = proposed[: options.limit]
        write_tasks(options.out, proposed)
        print(configuration(proposer.choices))
        print(
            f"{options.out}: {len(proposed)} tasks  next: paste the lines above as a project's labelling interface "
            f"(Code), import the file; then makeup-ai data annotated EXPORT.json --out examples.jsonl"
        )
        return 0
    print(merge_into(options.out, proposed, options.renew, options.limit))
    print(
        f"{options.out}  next: correct spans and labels, set checked to true; then "
        f"makeup-ai data annotated {options.out} --out examples.jsonl"
    )
    return 0


def _propose(proposer: Proposer, examples: Sequence[Example]) -> Iterator[Annotation]:
    for start in range(0, len(examples), CHUNK):
        if sys.stderr.isatty():
            print(f"\r{start} of {len(examples)} texts\033[K", end="", file=sys.stderr, flush=True)
        yield from proposer.propose(examples[start : start + CHUNK])
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _proposer(run: str | None, knowledge: bool) -> Proposer:
    if run is None and not knowledge:
        raise ValueError("Expected something that proposes. Received: --no-knowledge without --run RUN")
    proposers: list[Proposer] = []
    if run is not None:
        if not Path(run).exists():  # before Keras is waited for
            raise FileNotFoundError(f"Expected a run folder, an exported file or a bundle. Received: --run {run}")
        from makeup_ai.training.evaluation.prelabelling import RunProposer
        from makeup_ai.training.evaluation.target import open_target

        proposers.append(RunProposer(open_target(run)))
    if knowledge:
        from makeup_ai.export.builtin import World
        from makeup_ai.knowledge.packlinking import PackLinker

        world = World.builtin()
        proposers.append(KnowledgeProposer(world.domain.lexicon, PackLinker(world.knowledge)))
    return proposers[0] if len(proposers) == 1 else Together(*proposers)


def _read(path: str, annotator: str) -> list[Annotation]:
    return read_export(path, annotator) if Path(path).suffix.lower() == ".json" else read_annotations(path)


def _agreement(options: argparse.Namespace) -> int:
    names = [name.strip() for name in options.annotators.split(",")]
    if len(names) != 2:
        raise ValueError(f"Expected two annotators as A,B. Received: --annotators {options.annotators!r}")
    report = measure_agreement(_read(options.first, names[0]), _read(options.second, names[1]))
    print(report.to_json() if options.json else report)
    return 0


def _annotated(options: argparse.Namespace) -> int:
    annotations = _read(options.file, options.annotator)
    checked = [annotation.example for annotation in annotations if annotation.checked]
    if not checked:
        raise ValueError(f"Expected at least one checked text. Received: none of {len(annotations)} in {options.file}")
    write_examples(options.out, checked)
    print(f"{len(checked)} of {len(annotations)} texts are checked")
    by = "product" if all(example.group for example in checked) else "text"
    print(f"{options.out}  next: makeup-ai train --task ... --data {options.out} --split-by {by} --out runs/...")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "annotate": _annotate,
    "agreement": _agreement,
    "annotated": _annotated,
}
"""Action -> what does it."""
