"""Utterances that people wrote by hand, with their labels: the honest test set."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from makeup_ai.training.data.corpus import LabelledSpan, Utterance, read_rows
from makeup_ai.training.data.domain import Domain


def read_handwritten(path: str | Path | Traversable, domain: Domain, check_values: bool = True) -> list[Utterance]:
    """Read a JSONL file of objects with `language`, `intent`, `text` and `slots`.

    Slots are triples of surface, slot and value, in the order of the text; each surface is looked for after the end
    of the one before. A value may be `null`: the words fill the slot, but the domain does not know them.

    Args:
        path: Of the file.
        domain: With the ingredients merged in, if the values are to be checked.
        check_values: Whether a value that the domain lacks is an error.

    Raises:
        DataError: A line names an unknown language, intent, slot or value, or a surface is not in its text.
    """

    def build(row: dict[str, Any]) -> Utterance:
        for name, known in (("language", domain.languages), ("intent", domain.intents)):
            if row[name] not in known:
                raise ValueError(f"Expected {name} to be one of {list(known)}. Received: {row[name]!r}")
        return Utterance(row["text"], row["language"], "test", row["intent"], _spans(row, domain, check_values))

    return read_rows(Path(str(path)), build)


def _spans(row: dict[str, Any], domain: Domain, check_values: bool) -> tuple[LabelledSpan, ...]:
    text = row["text"]
    spans: list[LabelledSpan] = []
    for surface, slot, value in row["slots"]:
        if slot not in domain.slots:
            raise ValueError(f"Expected a slot of {list(domain.slots)}. Received: {slot!r}")
        known = domain.values.get(slot, {})
        if check_values and value is not None and known and value not in known:
            raise ValueError(f"{slot!r} has no value {value!r}. Load the domain with its ingredients, or mend the row")
        start = text.find(surface, spans[-1][1] if spans else 0)
        if start < 0:
            raise ValueError(f"{surface!r} is not in {text!r} after the slots before it")
        spans.append((start, start + len(surface), slot, value))
    return tuple(spans)
