"""The table of thresholds and sentences, which a bundle carries as `tables/vision.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Table = Mapping[str, Any]

_SECTIONS = (
    "light",
    "greyscale",
    "skin",
    "skin_hue",
    "gate",
    "ita_classes",
    "tone",
    "monk",
    "undertones",
    "withheld",
    "cues",
)


@cache
def default_table() -> Table:
    """Put together the files of `tables/vision` that come with the package; a bundle carries the result."""
    table: dict[str, Any] = {"schema": 1, "cues": {}}
    folder = files("makeup_ai.vision").joinpath("tables/vision")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        part = json.loads(file.read_text("utf-8"))
        table["cues"] |= part.pop("cues", {})
        table |= part
    return table


def check_table(table: Table) -> Table:
    """Return the table as it is.

    Raises:
        ValueError: Of another schema than 1, or a section is missing.
    """
    if table.get("schema") != 1:
        raise ValueError(f"A vision table has schema 1. Received: {table.get('schema')!r}. Build the bundle again.")
    missing = [section for section in _SECTIONS if section not in table]
    if missing:
        raise ValueError(f"A vision table needs the sections {_SECTIONS}. Missing: {missing}. Build the bundle again.")
    return table
