"""The data card of a corpus as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SCHEMA = 1
CARD, READABLE_CARD = "card.json", "CARD.md"


def describe(card: Mapping[str, Any]) -> str:
    """Write a corpus's card as Markdown: what is in it, where it is from, what was removed and why, and how.

    Args:
        card: As `text_corpus.build_corpus` returns it.
    """
    measures = sorted({name for counts in card["languages"].values() for name in counts})
    sources = card["sources"]
    reasons = sorted({reason for source in sources for reason in source["removed"]})
    kinds = sorted({kind for source in sources for kind in source["masked"]})
    parts = [
        "# Data card\n\nTexts for language pre-training, one document a line with its sentences.",
        "## What is in it\n",
        _table(
            ["language", *(name.replace("_", " ") for name in measures)],
            [[language, *(counts.get(m, 0) for m in measures)] for language, counts in card["languages"].items()],
        ),
        "## Where it is from\n\nLicences are as whoever made the corpus gave them.\n",
        _table(
            ["file", "licence", "texts read", "kept", "SHA-256"],
            [[s["file"], s["licence"], s["read"], _kept(s), f"`{s['sha256']}`"] for s in sources],
        ),
        "## What was removed, in texts\n",
        _table(["file", *reasons], [[s["file"], *(s["removed"].get(r, 0) for r in reasons)] for s in sources]),
        "## What was masked in the texts cleaned\n\nBy form alone: names and addresses in plain words may be left.\n",
        _table(
            ["file", *kinds, "garbled lines dropped"],
            [[s["file"], *(s["masked"].get(k, 0) for k in kinds), s["garbled_lines"]] for s in sources],
        ),
        "## How it was made\n",
        _table(["setting", "value"], [[name, f"`{value}`"] for name, value in _flat(card["settings"])]),
        "## Files\n",
        _table(
            ["file", "documents", "SHA-256"],
            [[s["file"], s["documents"], f"`{s['sha256']}`"] for s in card["shards"]],
        ),
    ]
    return "\n".join(parts)


def _kept(source: Mapping[str, Any]) -> int:
    return sum(counts["documents"] for counts in source["kept"].values())


def _table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, object]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
