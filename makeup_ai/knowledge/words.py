"""The lists of words by which printed names and sentences are read."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def word_list(name: str) -> frozenset[str]:
    """Give one list of `tables/packwords.json`.

    Args:
        name: `"plant_forms"` and `"plant_parts"` end names of plants; `"capitals"` are written so in INCI names;
            `"speaking"` are words of sentences that no name holds, `"joining"` those that a name may hold too;
            `"blocks"` and `"ends"` are what names of chemistry are made of; `"classes"` and `"kingdoms"` are words for
            many ingredients or many plants, which name none.
    """
    return _lists()[name]


@cache
def _lists() -> dict[str, frozenset[str]]:
    path = files("makeup_ai.knowledge") / "tables" / "packwords.json"
    return {name: frozenset(listed) for name, listed in json.loads(path.read_text(encoding="utf-8")).items()}
