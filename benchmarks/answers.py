"""How right the answers of `makeup-ai ask` are, what they cite, and what they decline.

    python benchmarks/answers.py build/demo/bundle [--half validation|test]

The questions of `answers_questions.jsonl` were written before the code that answers them. Those of
`answers_later.jsonl` were written once it stood, in other words and about other things, to see how far its patterns
reach beyond what their author had in mind. Both are split in halves by a fixed seed within each language and kind;
everything was chosen on `validation`, and `test` was looked at once, when all was chosen.

A question says which statements answer it: globs over ids, `need:<need>` for every statement of an effect that helps
that need, `pair:<a>,<b>` for the graph's rules between two ingredients, and `find:<what>` for the facts of every
product of the catalogue that fits. All of these are worked out here from the tables, not by the code under test.

- answered right: not declined, in the language asked, and at least one cited statement is among those that answer.
- citations: share of all cited statements, over the questions that have an answer, that are among those that answer.
- declined: of those declined, the share that should be (precision); of the unanswerable, off-topic and
  hostile ones, the share that were (recall). Red flags are counted by themselves.
- red flags: the flag was raised and the answer begins with the sentence that sends to a doctor.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import platform
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from makeup_ai.assistant import Assistant
from makeup_ai.search.answering import Answer, Answering

HERE = Path(__file__).parent
QUESTIONS = HERE / "answers_questions.jsonl"
LATER = HERE / "answers_later.jsonl"
SEED = 4
ANSWERED = ("ingredient", "need", "conflict", "product", "routine", "how_to", "faq")
DECLINED = ("unanswerable", "off_topic", "hostile")
ROUNDS = 5


@dataclass(frozen=True)
class Judged:
    """A question with the answer it got."""

    row: Mapping[str, Any]
    answer: Answer
    right: frozenset[str]

    @property
    def kind(self) -> str:
        """Kind of the question."""
        return str(self.row["kind"])

    @property
    def correct(self) -> bool:
        """Whether it was answered in its language with a statement that answers it."""
        cited = any(citation.id in self.right for citation in self.answer.citations)
        return not self.answer.refused and cited and self.answer.language == self.row["language"]


def read_half(half: str, path: Path = QUESTIONS) -> list[dict[str, Any]]:
    """Read the half of a file of questions, split by a fixed seed within each language and kind."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    strata: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        strata.setdefault((row["language"], row["kind"]), []).append(row)
    chosen = []
    for stratum in strata.values():
        order = random.Random(SEED).sample(range(len(stratum)), len(stratum))
        cut = len(stratum) // 2
        chosen += [stratum[i] for i in sorted(order[:cut] if half == "validation" else order[cut:])]
    return chosen


class Key:
    """Which statements answer a question, from the tables alone."""

    def __init__(self, assistant: Assistant):
        self.tables = assistant.tables
        self.evidence = assistant.answering.evidence
        self.knowledge = self.evidence.knowledge
        self.ids = [statement.id for statement in self.evidence.indexed]
        rows = range(len(self.tables.products))
        self.product_ids = [statement.id for row in rows for statement in self.evidence.of_product(row)]

    def right(self, accepted: Sequence[str]) -> frozenset[str]:
        """Give the ids of the statements that answer a question."""
        return frozenset(id_ for pattern in accepted for id_ in self._of(pattern))

    def _of(self, pattern: str) -> list[str]:
        kind, _, rest = pattern.partition(":")
        if kind == "need":
            return self._need(rest)
        if kind == "pair":
            first, second = rest.split(",")
            return [f"{rule.a}/with/{rule.b}" for rule in self.knowledge.rules_between([first], [second])]
        if kind == "find":
            return self._find(dict(part.split("=") for part in rest.split(",")))
        ids = self.product_ids if pattern.startswith("product/") else self.ids
        return fnmatch.filter(ids, pattern)

    def _need(self, need: str) -> list[str]:
        effects = [effect.id for effect in self.knowledge.effects.values() if effect.helps.get(need, 0) > 0]
        return [
            id_ for e in effects for p in (f"*/effect/{e}", f"{e}/helps/{need}") for id_ in fnmatch.filter(self.ids, p)
        ]

    def _find(self, wanted: Mapping[str, str]) -> list[str]:
        found = []
        for row, product in enumerate(self.tables.products):
            slot, _, value = wanted.get("need", "").partition(":")
            column = self.tables.cells.columns.get(wanted.get("need", ""))
            worth = dict(zip(column.rows.tolist(), column.values.tolist(), strict=True)) if column else {}
            if (
                product.category == wanted.get("category", product.category)
                and product.price <= float(wanted.get("max_price", "inf"))
                and (not slot or value in product.attributes.get(slot, ()) or worth.get(row, 0) > 0)
                and wanted.get("contains", "") in {"", *self.tables.ingredients_of[row]}
            ):
                found += fnmatch.filter(self.product_ids, f"product/{product.product_id}/*")
        return found


def judge(assistant: Assistant, answering: Answering, rows: Sequence[Mapping[str, Any]], key: Key) -> list[Judged]:
    judged = []
    for row in rows:
        text, language, understanding, needs = assistant._read(row["question"], None)
        answer = answering.ask(text, language, needs, understanding.embedding)
        judged.append(Judged(row, answer, key.right(row["accept"])))
    return judged


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def figures(judged: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    """Count each measure as so many of so many."""
    asked = [one for one in judged if one.kind in ANSWERED]
    declinable = [one for one in judged if one.kind in DECLINED]
    flags = [one for one in judged if one.kind == "red_flag"]
    refused = [one for one in judged if one.answer.refused]
    raised = [one for one in judged if one.answer.red_flag]
    answered = [one for one in asked if not one.answer.refused]
    cited = [(citation.id, one.right) for one in answered for citation in one.answer.citations]
    return {
        "answered right": (sum(one.correct for one in asked), len(asked)),
        "right where answered": (sum(one.correct for one in answered), len(answered)),
        "citations": (sum(id_ in right for id_, right in cited), len(cited)),
        "declined, precision": (sum(one.kind in DECLINED for one in refused), len(refused)),
        "declined, recall": (sum(one.answer.refused for one in declinable), len(declinable)),
        "unanswerable, recall": (
            sum(one.answer.refused for one in judged if one.kind == "unanswerable"),
            sum(one.kind == "unanswerable" for one in judged),
        ),
        "red flags, recall": (sum(one.answer.red_flag for one in flags), len(flags)),
        "red flags, precision": (sum(one.kind == "red_flag" for one in raised), len(raised)),
    }


def table(columns: Mapping[str, Mapping[str, tuple[int, int]]]) -> list[str]:
    names = list(next(iter(columns.values())))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [f"{share(*column[name]):.3f} ({column[name][0]}/{column[name][1]})" for column in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def by_language(judged: Sequence[Judged]) -> dict[str, dict[str, tuple[int, int]]]:
    return {
        "English": figures([one for one in judged if one.row["language"] == "en"]),
        "Chinese": figures([one for one in judged if one.row["language"] == "zh"]),
        "both": figures(judged),
    }


def by_kind(judged: Sequence[Judged]) -> list[str]:
    lines = ["| kind | right | of | declined |", "|---|---|---|---|"]
    for kind in dict.fromkeys(one.kind for one in judged):
        of = [one for one in judged if one.kind == kind]
        right = [one.correct if kind in ANSWERED else one.answer.red_flag if kind == "red_flag" else one.answer.refused
                 for one in of]  # fmt: skip
        lines.append(f"| {kind} | {sum(right)} | {len(of)} | {sum(one.answer.refused for one in of)} |")
    return lines


def speed(assistant: Assistant, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Milliseconds of whole questions with the model's pass; the first round, which fills the caches, apart."""
    rounds = []
    for _ in range(ROUNDS):
        times = []
        for row in rows:
            start = time.perf_counter()
            assistant.ask(row["question"])
            times.append(1000 * (time.perf_counter() - start))
        rounds.append(times)
    again = [t for times in rounds[1:] for t in times]
    first = sorted(rounds[0])
    return {
        "first, median": statistics.median(first),
        "first, p99": first[int(0.99 * (len(first) - 1))],
        "again, median": statistics.median(again),
        "again, p99": sorted(again)[int(0.99 * (len(again) - 1))],
    }


def loading(bundle: Path) -> dict[str, float]:
    """Seconds until the first answer of each language, after the bundle is open."""
    start = time.perf_counter()
    assistant = Assistant.load(bundle)
    loaded = time.perf_counter()
    assistant.ask("What does niacinamide do?")
    english = time.perf_counter()
    assistant.ask("烟酰胺有什么作用？")
    return {
        "open": loaded - start,
        "first English": english - loaded,
        "first Chinese": time.perf_counter() - english,
    }


def without_model(assistant: Assistant) -> Answering:
    """The same by words alone."""
    own = assistant.answering
    faq = list(own.evidence.faq.values())
    return Answering(own.evidence.knowledge, own.tables, own.asking, faq, None, own.weights, own.limits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--half", choices=("validation", "test"), default="validation")
    options = parser.parse_args()
    assistant = Assistant.load(options.bundle)
    key = Key(assistant)
    parts = {path: read_half(options.half, path) for path in (QUESTIONS, LATER)}
    judged = {path: judge(assistant, assistant.answering, rows, key) for path, rows in parts.items()}
    if options.half == "validation":
        for path, some in judged.items():
            print("\n".join([f"## {path.name}", "", *table(by_language(some)), "", *by_kind(some), ""]))
            show_wrong(some)
        return
    plain = {path: judge(assistant, without_model(assistant), rows, key) for path, rows in parts.items()}
    write(options.bundle, judged, plain, speed(assistant, parts[QUESTIONS]))


def show_wrong(judged: Sequence[Judged]) -> None:
    for one in judged:
        expected = one.kind in DECLINED
        bad = one.answer.refused != expected or one.answer.red_flag != (one.kind == "red_flag")
        if bad or (one.kind in ANSWERED and not one.correct):
            cited = [c.id for c in one.answer.citations]
            print(one.row["id"], one.row["question"], "->", one.answer.because, f"{one.answer.coverage:.2f}", cited)


def write(
    bundle: Path,
    judged: Mapping[Path, Sequence[Judged]],
    plain: Mapping[Path, Sequence[Judged]],
    times: Mapping[str, float],
) -> None:
    started = loading(bundle)
    lines = [
        "# Answers",
        "",
        f"`python benchmarks/answers.py BUNDLE --half test`, {date.today()}, Python {platform.python_version()}, "
        f"{platform.machine()}, one thread.",
        "",
        "Questions of our own, written by one person, who also wrote the patterns: people will ask otherwise, and get "
        "worse answers. Nothing was chosen on the halves shown here.",
        "",
        f"## Written before the answers: {len(judged[QUESTIONS])} of {_count(QUESTIONS)}",
        "",
        *table(by_language(judged[QUESTIONS])),
        "",
        *by_kind(judged[QUESTIONS]),
        "",
        "By words alone, without the understanding model's embedding:",
        "",
        *table(by_language(plain[QUESTIONS])),
        "",
        f"## Written after them: {len(judged[LATER])} of {_count(LATER)}",
        "",
        *table(by_language(judged[LATER])),
        "",
        *by_kind(judged[LATER]),
        "",
        "By words alone:",
        "",
        *table(by_language(plain[LATER])),
        "",
        "## Time",
        "",
        "A whole question on one core with the model's pass; the first of each language makes its index:",
        "",
        "| | |",
        "|---|---|",
        *[f"| {name} | {value:.1f} ms |" for name, value in times.items()],
        *[f"| {name} | {value:.2f} s |" for name, value in started.items()],
        "",
    ]
    (HERE / "answers.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


def _count(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


if __name__ == "__main__":
    main()
