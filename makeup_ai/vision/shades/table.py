"""The two tables of this room: `tables/shades.json` (foundation) and `tables/harmony.json` (lipstick and blush).

Where the numbers come from. The distances in words follow Mokrzycki & Tatol, "Colour difference Delta E: a survey",
Machine Graphics and Vision 20 (2011): from 0 to 1 nobody sees a difference, to 2 a practised eye does, to 3.5 anybody,
to 5 clearly, and beyond it they are two colours. Hue bands, penalties and the angles of depth words were chosen on one
half of the brands of a public list of foundations and tried on the other: see `benchmarks/shades.md`. No shade is
named where the skin's interval reaches farther than 8 to one side: 18 degrees at an angle of 20, 10 at 45, 7 at 55. The
rules of harmony are a convention among make-up artists, written down for a brand to change; nobody has measured that
they please.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Table = Mapping[str, Any]

_SHADES = ("min_chroma", "undertones", "depths", "doubt", "distances", "directions", "interval", "cannot_tell")
_HARMONY = ("margins", "min_chroma", "contrast", "rules")
KINDS = ("lipstick", "blush")
"""What the rules of harmony are about."""
_FACTS = {"undertone", "depth", "contrast", "lip"}


@cache
def shade_table() -> Table:
    """Read the table of foundation matching that comes with the package."""
    return check_shade_table(_read("shades.json"))


@cache
def harmony_table() -> Table:
    """Read the rules of harmony that come with the package."""
    return check_harmony_table(_read("harmony.json"))


def check_shade_table(table: Table) -> Table:
    """Return the table as it is.

    Raises:
        ValueError: Of another schema than 1, a section is missing, or there is not one penalty a step.
    """
    _check_sections(table, _SHADES, "shade")
    undertones = table["undertones"]
    penalties = undertones["penalty_by_steps"]
    if len(penalties) != len(undertones["classes"]) or penalties[0] != 0 or sorted(penalties) != penalties:
        raise ValueError(
            f"penalty_by_steps starts at 0, never falls and has one entry for each of {undertones['classes']}. "
            f"Received: {penalties}. Correct the shade table."
        )
    return table


def check_harmony_table(table: Table) -> Table:
    """Return the table as it is.

    Raises:
        ValueError: Of another schema than 1, a section is missing, or a rule names an unknown kind, fact, reference or
            channel, or lacks a reason in a language; names the rule.
    """
    _check_sections(table, _HARMONY, "harmony")
    for rule in table["rules"]:
        wrong = (
            [f"kind {rule['kind']!r}"] * (rule["kind"] not in KINDS)
            + [f"fact {fact!r}" for fact in set(rule["when"]) - _FACTS]
            + [f"reference {rule.get('relative_to')!r}"] * (rule.get("relative_to") not in {None, "lip", "skin"})
            + ["a band on a lip that it does not need"]
            * (rule.get("relative_to") == "lip" and not rule["when"].get("lip"))
            + [f"channel {channel!r}" for channel in set(rule["band"]) - set(table["margins"])]
            + ["a reason that is missing"] * (not (rule["reason"].get("en") and rule["reason"].get("zh")))
        )
        if wrong:
            raise ValueError(
                f"Unknown in a rule of harmony: {wrong}. Received: rule={rule['name']!r}. Correct the table."
            )
    return table


def _read(name: str) -> Table:
    table: Table = json.loads(files("makeup_ai.vision").joinpath(f"tables/{name}").read_text("utf-8"))
    return table


def _check_sections(table: Table, sections: tuple[str, ...], what: str) -> None:
    if table.get("schema") != 1:
        raise ValueError(f"A {what} table has schema 1. Received: {table.get('schema')!r}. Use the one of the package.")
    if missing := [section for section in sections if section not in table]:
        raise ValueError(
            f"A {what} table needs the sections {sections}. Missing: {missing}. Use the one of the package."
        )
