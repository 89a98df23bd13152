"""Do the tables of ranking fit each other: is every need of a slot that is, and has everything told of a name?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from makeup_ai.errors import BundleError
from makeup_ai.schema import LANGUAGES

if TYPE_CHECKING:
    from makeup_ai.recommend.tables import Tables


def check_needs(tables: Tables) -> None:
    """Hold needs to the slots of the domain.

    Raises:
        BundleError: A table speaks of a need that is of no such slot.
    """
    cues = [need for need, _ in tables.settings.cues.values()]
    for file, needs, roles in (
        ("ranking.json", cues, {"need"}),
        ("needs.json", tables.cells.columns, {"need"}),
        ("masks.json", tables.masks, {"mask"}),
    ):
        expected = sorted(slot for slot, rule in tables.slots.items() if rule.role in roles)
        for need in needs:
            slot, colon, value = need.partition(":")
            if not colon or not value or slot not in expected:
                raise BundleError(f"{file}: expected needs `slot:value` of the slots {expected}. Received: {need!r}")


def check_words(tables: Tables) -> None:
    """Hold names and phrases to what is told with them.

    Raises:
        BundleError: A name or phrase is missing.
    """
    for node, words in tables.names.items():
        if not isinstance(words, Mapping) or any(not words.get(language) for language in LANGUAGES):
            raise BundleError(f"names.json: expected a word in each of {list(LANGUAGES)}. Received: {node!r}: {words}")
    for path in tables.cells.paths:
        if f"reason.{path.kind}" not in tables.phrases:
            raise BundleError(f"phrases.json: needs.json has a path of kind {path.kind!r}; add `reason.{path.kind}`")
        for node in path.nodes:
            slot, _, value = node.partition(":")
            if node not in tables.names and value not in tables.values.get(slot, {}):
                raise BundleError(f"names.json: needs.json has a path through {node!r}, which has no name")
    keys = [f"term.{term}" for term in tables.settings.weights]
    keys += [f"shade.{word}" for _, word in tables.settings.closeness]
    if missing := [key for key in keys if key not in tables.phrases]:
        raise BundleError(f"phrases.json: ranking.json speaks of what has no phrase. Missing: {missing}")
