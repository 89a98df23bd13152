"""How far two annotators agree, beyond chance and span by span.

Cohen's kappa (A coefficient of agreement for nominal scales, 1960) is `(p_o - p_e) / (1 - p_e)`, where `p_o` is the
share of items with the same class and `p_e` the share that two annotators with these habits would agree on by chance.
Where both used one class only, `p_e` is 1 and kappa is not defined: such work says nothing about agreement.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from makeup_ai.training.data.annotation.records import ASPECTS, TEXT_LABELS, Annotation
from makeup_ai.training.data.examples import Span

OUTSIDE = "O"
CHARACTERS, SPANS = "characters", "spans"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one thing.

    Args:
        what: A field of an example; `"characters"`, the BIO class of each that is no blank; `"spans"`, or the label of
            some of them.
        items: Decisions compared; for spans, those that either annotator marked.
        same: Of them, on how many the two agree.
        kappa: Cohen's; `None` where it is not defined, or for spans, which have no class that both refused.
        f1: Of one annotator's spans or aspects against the other's, which is the same both ways; `None` for classes, or
            where neither has any.
    """

    what: str
    items: int
    same: int
    kappa: float | None = None
    f1: float | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two annotators said differently of one text.

    Args:
        text: The text.
        what: A field of an example, or `"spans"`.
        first: What only the first said; a span as its words and its label.
        second: What only the second said.
    """

    text: str
    what: str
    first: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement of two annotators on the texts that both have checked.

    Args:
        texts: Checked by both.
        only_first: Texts that only the first has checked.
        only_second: Texts that only the second has checked.
        rows: What was compared.
        disagreements: In the order of the first's texts.
    """

    texts: int
    only_first: int
    only_second: int
    rows: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]

    def to_json(self) -> str:
        """Return the report as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        lines = [f"{self.texts} texts checked by both, {self.only_first} and {self.only_second} by one only"]
        if not self.rows:
            return "\n".join([*lines, "nothing to compare: no text has the same kind of answer from both"])
        lines.append(f"{'':24}{'items':>8}{'same':>8}{'kappa':>8}{'F1':>8}")
        lines += [f"{r.what:24}{r.items:>8}{r.same:>8}{_figure(r.kappa):>8}{_figure(r.f1):>8}" for r in self.rows]
        if any(row.kappa is None and row.what in (CHARACTERS, *TEXT_LABELS, ASPECTS) for row in self.rows):
            lines.append("kappa -: not defined, since both used one class only")
        shown = [
            f"{d.what}: {', '.join(d.first) or '-'} | {', '.join(d.second) or '-'}  in {d.text!r}"
            for d in self.disagreements[:SHOWN]
        ]
        if len(self.disagreements) > SHOWN:
            shown.append(f"... and {len(self.disagreements) - SHOWN} more; --json has them all")
        return "\n".join([*lines, f"{len(self.disagreements)} disagreements", *shown])


SHOWN = 20
"""Disagreements that are printed."""


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Compute Cohen's kappa of two annotators' classes, item by item.

    Returns:
        At most 1; 0 for what chance would give; `None` where it is not defined: without items, or where both used one
        and the same class only.

    Raises:
        ValueError: They did not judge as many items.

    Examples:
        >>> cohen_kappa(["good", "good", "bad", "bad"], ["good", "good", "bad", "good"])
        0.5
    """
    if len(first) != len(second):
        raise ValueError(f"Expected one class each of the same items. Received: {len(first)} and {len(second)}")
    n = len(first)
    ours, theirs = Counter(first), Counter(second)
    by_chance = sum(count * theirs[label] for label, count in ours.items())  # times n squared: whole numbers
    if by_chance == n * n:
        return None
    same = sum(a == b for a, b in zip(first, second, strict=True))
    return (same * n - by_chance) / (n * n - by_chance)


def measure_agreement(first: Sequence[Annotation], second: Sequence[Annotation]) -> AgreementReport:
    """Compare what two annotators made of the same texts, on those that both have checked.

    A field is compared on the texts of which both said something. Aspects are compared one by one: each that either
    annotator used anywhere is there or not, in each text.
    """
    ours = {one.example.text: one for one in first if one.checked}
    theirs = {one.example.text: one for one in second if one.checked}
    pairs = [(one, theirs[text]) for text, one in ours.items() if text in theirs]
    rows = [*_labels(pairs), *_aspects(pairs), *_spans(pairs)]
    different = [one for pair in pairs for one in _disagreements(*pair)]
    return AgreementReport(
        len(pairs), len(ours.keys() - theirs.keys()), len(theirs.keys() - ours.keys()), tuple(rows), tuple(different)
    )


_Pairs = Sequence[tuple[Annotation, Annotation]]


def _labels(pairs: _Pairs) -> list[Agreement]:
    rows = []
    for field in TEXT_LABELS:
        both = [(a.labels[field], b.labels[field]) for a, b in pairs if field in a.labels and field in b.labels]
        if both:
            rows.append(_classes(field, both))
    return rows


def _aspects(pairs: _Pairs) -> list[Agreement]:
    both = [
        (set(a.example.aspects), set(b.example.aspects))
        for a, b in pairs
        if a.example.aspects is not None and b.example.aspects is not None
    ]
    used = sorted(set().union(*(one for pair in both for one in pair)))
    if not used:
        return []
    decided = _classes(ASPECTS, [(label in a, label in b) for a, b in both for label in used])
    return [Agreement(ASPECTS, decided.items, decided.same, decided.kappa, _f1(both))]


def _spans(pairs: _Pairs) -> list[Agreement]:
    both = [
        (a.example.text, a.example.slots, b.example.slots)
        for a, b in pairs
        if a.example.slots is not None and b.example.slots is not None
    ]
    if not both:
        return []
    classes = [pair for text, a, b in both for pair in zip(bio_classes(text, a), bio_classes(text, b), strict=True)]
    sets = [(set(a), set(b)) for _, a, b in both]
    labels = sorted({span[2] for pair in sets for side in pair for span in side})
    each = [_marked(f"{SPANS} {label}", [(_only(a, label), _only(b, label)) for a, b in sets]) for label in labels]
    return [_classes(CHARACTERS, classes), _marked(SPANS, sets), *each]


def _only(spans: set[Span], label: str) -> set[Span]:
    return {span for span in spans if span[2] == label}


def _marked(what: str, both: Sequence[tuple[set[Span], set[Span]]]) -> Agreement:
    either, same = sum(len(a | b) for a, b in both), sum(len(a & b) for a, b in both)
    return Agreement(what, either, same, None, _f1(both))


def bio_classes(text: str, spans: Sequence[Span]) -> list[str]:
    """Return the BIO class of each character that is no blank.

    Examples:
        >>> bio_classes("a dewy", [(2, 4, "finish")])
        ['O', 'B-finish', 'I-finish', 'O', 'O']
    """
    classes = [OUTSIDE] * len(text)
    for start, end, label in spans:
        classes[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return [c for character, c in zip(text, classes, strict=True) if not character.isspace()]


def _classes(what: str, both: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    kappa = cohen_kappa([a for a, _ in both], [b for _, b in both])
    return Agreement(what, len(both), sum(a == b for a, b in both), kappa)


def _f1(both: Sequence[tuple[set[Any], set[Any]]]) -> float | None:
    marked = sum(len(a) + len(b) for a, b in both)
    return 2 * sum(len(a & b) for a, b in both) / marked if marked else None


def _disagreements(first: Annotation, second: Annotation) -> list[Disagreement]:
    text = first.example.text
    said: list[Mapping[str, set[str]]] = []
    for one in (first, second):
        answers = {name: {label} if isinstance(label, str) else set(label) for name, label in one.labels.items()}
        if one.example.slots is not None:
            answers[SPANS] = {f"{text[start:end]} [{start}:{end}] {label}" for start, end, label in one.example.slots}
        said.append(answers)
    ours, theirs = said
    return [
        Disagreement(text, name, tuple(sorted(ours[name] - theirs[name])), tuple(sorted(theirs[name] - ours[name])))
        for name in ours
        if name in theirs and ours[name] != theirs[name]
    ]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
